"""What a till may have sent steers no operator's terminal."""

from __future__ import annotations

import json

import pytest

from adapter.cli.endings import Finding
from adapter.cli.output import print_facts, print_json, print_table, say, stacked
from adapter.core.ledger import EntryKind
from tests import factories

STEERING = "\x00\t\n\r\x1b\x7f\x9b\u061c\u200e\u200f\u202a\u202e\u2066\u2069"
SPELT = r"\x00\x09\x0a\x0d\x1b\x7f\x9b\u061c\u200e\u200f\u202a\u202e\u2066\u2069"


@pytest.mark.parametrize(
    "show",
    (
        say,
        lambda text: say(text, stderr=True),
        lambda text: print_facts([("name", text)]),
        lambda text: print_table(["name"], [[text]]),
        lambda text: print_table(["name"], [[stacked(text, text)]]),
        lambda text: Finding(text).show(),
    ),
)
def test_what_steers_a_terminal_is_spelt(capsys, show):
    show(f"Анна\u00a0😀{STEERING}")

    seen = "".join(capsys.readouterr())
    assert f"Анна\u00a0😀{SPELT}" in seen
    assert not set(STEERING) - {"\n"} & set(seen)


def test_what_steers_a_terminal_is_spelt_in_json_and_read_back(capsys):
    print_json({"name": f"Анна{STEERING}"})

    seen = capsys.readouterr().out
    assert not set(STEERING) - {"\n"} & set(seen)
    assert "Анна" in seen and json.loads(seen) == {"name": f"Анна{STEERING}"}


def test_a_member_is_shown_with_what_a_till_sent_spelt(run, database, anna):
    with database.unit_of_work() as work:
        purse = factories.purse_of(anna.program, anna.member)
        factories.give_points(work, purse, 5, reason="Sale R\x1b[31m-9\nforged")

    printed = run("members", "show", anna.member.id).stdout

    assert printed.count(r"Sale R\x1b[31m-9\x0aforged") == 2
    assert "\x1b" not in printed and f"{EntryKind.ACCRUAL}: Sale R" in printed
