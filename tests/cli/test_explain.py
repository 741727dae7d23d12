"""Why it was 37 points: the arithmetic of rules, in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from adapter.core import events, programs, sales
from adapter.core.ledger import EntryKind
from adapter.core.programs import Rounding
from adapter.core.support import reckoning
from adapter.core.support.arithmetic import CAPPED, ROUNDED
from adapter.core.support.wording import WHAT
from adapter.core.transactions import Item, Sale, Tender
from tests import factories

BASE = {"points_per_unit": "0.1"}
TEA = {
    "points_per_unit": "0.5",
    "on_top": True,
    "items": ["TEA"],
    "rounding": "half_up",
    "round_to": "1",
}


@pytest.fixture
def explained(database, facts, anna):
    """A function that sells something, and returns what `points explain` prints of it."""

    def sell(sale: Sale, **rules: Any) -> list[str]:
        with database.unit_of_work() as work:
            for code, (kind, terms) in rules.items():
                programs.put_rule(work, anna.program.id, code=code, kind=kind, terms=terms)
            member = work.session.merge(anna.member)
            sales.submit(work, anna.program, member, sale, place=factories.PLACE)
        return facts("points", "explain", _last(facts, anna))["words"]

    return sell


def _last(facts: Any, anna: Any) -> str:
    return facts("members", "show", anna.member.id)["timeline"][-1]["entry"]


def _sale(work_now: Any, *items: Item, **more: Any) -> Sale:
    return Sale("R-1", work_now, items=items, **more)


def _item(net_minor: int, code: str = "", reference: str = "", department: str = "") -> Item:
    return Item("x", Decimal(1), net_minor, code, reference, department)


def test_a_purchase_names_its_rule_its_version_and_its_arithmetic(
    run, database, explained, clock, anna
):
    with database.unit_of_work() as work:
        for rate in ("0.3", "0.2"):
            programs.put_rule(
                work, anna.program.id, code="base", kind="spending", terms={"points_per_unit": rate}
            )

    words = explained(_sale(clock.now, _item(1860, reference="1")), base=("spending", BASE))

    assert words[2] == (
        "Base: 18.60 RUB × 0.1 = 1.86 points (rule base, version 3, line 1),"
        " rounded down to 0.01: 1.86."
    )


def test_what_was_paid_with_points_counts_for_nothing_and_multipliers_are_shown(explained, clock):
    sale = _sale(
        clock.now,
        _item(1360, "TEA", "1", "HOT"),
        _item(640, "CUP", "2"),
        tenders=[Tender("points", 140, is_loyalty=True)],
    )
    double = {"factor": "2", "departments": ["HOT"]}
    capped = TEA | {"max_points_per_transaction": "3"}

    words = explained(
        sale,
        base=("spending", BASE),
        tea=("spending", capped),
        hot=("multiplier", double),
    )

    assert words[2:7] == [
        "Of 20.00 RUB, 1.40 RUB were paid with points or credit, which earns nothing:"
        " 18.60 RUB count.",
        "Base: (5.95 RUB + 12.65 RUB × 2) × 0.1 = 3.125 points (rule base, version 1,"
        " lines 1, 2), rounded down to 0.01: 3.12.",
        "On top: 12.65 RUB × 2 × 0.5 = 12.65 points (rule tea, version 1, line 1), rounded to"
        " the nearest, a half up, to 1, and at most 3 a purchase: 3.",
        "The × 2 is rule hot, version 1.",
        "Together: 6.12 points.",
    ]


def test_a_daily_cap_is_named(explained, clock):
    words = explained(
        _sale(clock.now, _item(100_000)), base=("spending", BASE | {"max_points_per_day": "37"})
    )

    assert words[0].endswith("37 points were earned by a purchase.")
    assert words[2].endswith("rounded down to 0.01, and at most 37 a day: 37.")


def test_a_return_says_what_was_to_be_taken_and_what_was_there(explained, clock):
    words = explained(_sale(clock.now, _item(-150_000)), base=("spending", BASE))

    assert words[0].endswith("120 points were taken back: goods were returned.")
    assert words[2:4] == [
        "Base: -1500.00 RUB × 0.1 = -150 points (rule base, version 1), rounded down to 0.01:"
        " -150.",
        "Of 150 to be taken back 120 were still there.",
    ]


def test_many_lines_are_not_all_named(explained, clock):
    items = [_item(100, reference=str(number)) for number in range(9)]

    words = explained(_sale(clock.now, *items), base=("spending", BASE))

    assert "lines 0, 1, 2, 3, 4 and 4 more)" in words[2]


def test_an_event_names_its_rule(run, database, facts, clock, anna):
    with database.unit_of_work() as work:
        terms = {"event": "birthday", "points": "7.5"}
        programs.put_rule(work, anna.program.id, code="cake", kind="event", terms=terms)
        member = work.session.merge(anna.member)
        told = {"kind": "birthday", "occurred_at": clock.now, "place": factories.PLACE}
        events.record(work, anna.program, member, **told)

    found = facts("points", "explain", _last(facts, anna))

    assert found["words"][2] == 'The event "birthday" brings 7.5 points (rule cake, version 1).'
    assert found["explanation"]["rule"] == "cake"


def test_what_no_rule_gave_has_no_arithmetic(facts, anna):
    found = facts("points", "explain", _last(facts, anna))

    assert found["explanation"] is None
    assert not any("rule" in sentence for sentence in found["words"])


def test_every_kind_of_entry_and_of_rounding_has_words():
    assert set(WHAT) == set(EntryKind)
    assert set(ROUNDED) == set(Rounding)
    assert set(CAPPED) == {"transaction", "day"}


def test_a_currency_without_decimals_is_written_without_them():
    part = {
        "rule": "base",
        "version": 1,
        "rate": "0.1",
        "on_top": False,
        "base_minor": "1860",
        "lines": [],
        "multipliers": [],
        "raw": "186",
        "rounding": "down",
        "round_to": "1",
        "points_minor": 186,
        "capped_by": None,
        "cap": None,
    }
    told = {"points_decimals": 0, "base_minor": "1860", "loyalty_minor": "0", "parts": [part]}

    assert list(reckoning(told, "JPY")) == [
        "Base: 1860 JPY × 0.1 = 186 points (rule base, version 1), rounded down to 1: 186."
    ]
