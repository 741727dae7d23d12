"""The examples of the documentation are program files that load."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from adapter.core.programs import Settings
from adapter.db import Database
from adapter.programfile import schemas
from adapter.programfile.benefit_schemas import Benefit
from adapter.programfile.condition_schemas import CONDITION_KEYS, DISCOUNT_KEYS
from adapter.programfile.member_schemas import Member
from adapter.programfile.rule_schemas import RuleKind, rule_keys
from adapter.programfile.sale_schemas import Transaction, TransactionItem
from tests.programfile.documents import exported, findings, load_document

TEXT = (Path(__file__).parents[2] / "docs" / "program-file.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]


def test_all_examples_together_are_one_program(database: Database) -> None:
    together: dict[str, Any] = {"code": "MAIN"}
    for example in EXAMPLES:
        for key, entries in example.items():
            together.setdefault(key, []).extend(entries)
    # The same person in two examples, each of which shows a part of them.
    one, *others = together["members"]
    for other in others:
        assert other["phone"] == one["phone"]
        one |= other
    together["members"] = [one]

    load_document(database, {"programs": [together]})

    found = exported(database)["programs"][0]
    assert {rule["kind"] for rule in found["earn_rules"]} == set(RuleKind)
    for key in ("earn_rules", "deals"):
        assert found[key] == sorted(together[key], key=lambda entry: entry["code"])
    assert len(found["members"][0]["benefits"]) == len(found["members"][0]["transactions"]) == 2
    assert findings(database) == []


@pytest.mark.parametrize(
    "keys",
    [
        schemas.Program().fields,
        schemas.Settings().fields,
        Settings.__slots__,
        Member().fields,
        Benefit().fields,
        Transaction().fields,
        TransactionItem().fields,
        CONDITION_KEYS,
        DISCOUNT_KEYS,
        *(rule_keys(kind) for kind in RuleKind),
    ],
)
def test_every_key_is_described(keys: Any) -> None:
    undescribed = [key for key in keys if f"`{key}`" not in TEXT]

    assert undescribed == []
