"""What the page about fidelizacion says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from adapter.core.programs import Settings
from adapter.protocols.fidelizacion import protocol
from adapter.protocols.fidelizacion.errors import FAULTS
from adapter.protocols.fidelizacion.settings import Agreement
from tests.protocols.fidelizacion.test_errors import ROWS

DOCS = Path(__file__).parents[3] / "docs" / "protocols"
PAGE = (DOCS / "fidelizacion.md").read_text(encoding="utf-8")
GAPS = range(1, 36)
NOT_SERVED = {31}


def test_the_table_of_codes_is_the_one_that_is_sent() -> None:
    said = re.findall(r"^\| (\d{3,}) \| (\d{3}) \| (.+) \| (?:`(.+)`|) \|$", PAGE, re.MULTILINE)

    sent = {(fault.code, str(fault.status), fault.message, fault.path) for fault in FAULTS.values()}
    assert set(said) == sent
    assert len(said) == len(set(said))
    assert said == sorted(said, key=lambda row: int(row[0]))


def test_every_message_about_a_field_is_on_the_page() -> None:
    (part,) = re.findall(
        r"^What `1001` says of a field:\n(.+?)^## ", PAGE, re.MULTILINE | re.DOTALL
    )
    words = {
        message.partition(" ")[2].partition(" [")[0].removeprefix("must be ")
        for code, message, *_ in ROWS
        if code == "1001" and not message.startswith("body ")
    }

    assert len(words) > 10
    assert [text for text in words if re.sub("^an? ", "", text) not in part] == []


@pytest.mark.parametrize("gap", GAPS)
def test_every_gap_is_on_the_page_once(gap: int) -> None:
    (row,) = re.findall(rf"^\| {gap} \| (.+) \| .*\|$", PAGE, re.MULTILINE)

    assert ("Nothing is served for it" in row) == (gap in NOT_SERVED)


def test_every_setting_is_on_the_page() -> None:
    for name in Agreement.__slots__:
        default = getattr(Agreement(), name)
        shown = {None: "null", False: "false"}[default]
        assert f"| `{name}` | `{shown}` |" in PAGE
    settings = Settings()
    for name in ("points_decimals", "point_value_minor", "short_code_length", "short_code_seconds"):
        assert f"`{name}` ({getattr(settings, name)})" in PAGE
    for name in ("paying_balance", "min_payment_minor", "max_payment_minor", "message_webhook"):
        assert hasattr(settings, name)
        assert f"`{name}`" in PAGE


def test_every_call_is_on_the_page_and_served() -> None:
    app = Flask("docs")
    app.register_blueprint(protocol.blueprint)
    served = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/v1")}

    assert set(re.findall(r"^\| `(/v1/\S+)` \|", PAGE, re.MULTILINE)) == served
    assert len(served) == 7
