"""Programs and their parts are made or brought in line, under a code."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapter.core import ledger, programs
from adapter.core.amounts import CREDIT, Unit
from adapter.core.errors import UnknownProgram
from adapter.core.ledger import Role
from adapter.core.programs import NumberRange, Settings
from adapter.db import Work
from tests.factories import make_member, make_program, purse_of


def test_a_program_has_defaults_for_all_that_is_not_said(work: Work) -> None:
    terms = programs.put(work, code="MAIN").terms()

    assert (terms.currency, terms.country, str(terms.timezone)) == ("RUB", "RU", "Europe/Moscow")
    assert (terms.settings, terms.numbers) == (Settings(), NumberRange())
    assert terms.points == Unit("points", 2)


def test_a_program_put_again_changes_only_what_is_said(work: Work) -> None:
    first = programs.put(work, code="MAIN", name="Coffee", settings={"points_decimals": 0})

    second = programs.put(work, code="MAIN", name="Coffee & Co")

    assert second is first
    assert (second.name, second.terms().points) == ("Coffee & Co", Unit("points", 0))


def test_settings_nobody_knows_here_are_left_to_others(work: Work) -> None:
    program = programs.put(work, code="MAIN", settings={"allow_negative": True, "colour": "red"})

    assert program.terms().settings.allow_negative
    assert program.settings["colour"] == "red"


def test_a_program_is_found_by_its_code(work: Work) -> None:
    program = programs.put(work, code="MAIN")

    assert programs.by_code(work, "MAIN") is program
    with pytest.raises(UnknownProgram):
        programs.by_code(work, "main")


def test_a_unit_is_named_by_its_code(work: Work) -> None:
    terms = make_program(work, points_decimals=1)

    assert terms.unit("points") == Unit("points", 1)
    assert terms.unit("credit") == CREDIT
    assert terms.unit("stamps") == Unit("stamps")


def test_a_program_has_accounts_of_its_own_for_points_and_money(work: Work) -> None:
    program = make_program(work)
    purse = purse_of(program, make_member(work, program))

    for unit in (program.points, CREDIT):
        ledger.lock(work, replace(purse, unit=unit), Role.SPENDABLE)

    assert list(ledger.verify(work)) == []


def test_parts_are_put_under_a_code_and_read_back_in_order(work: Work) -> None:
    program = make_program(work)
    for points in ("0.1", "0.2"):
        terms = {"points_per_unit": points}
        programs.put_rule(work, program.id, code="base", kind="spending", terms=terms)
        programs.put_deal(work, program.id, code="D7", name=points, terms={"percent": "10"})
        programs.put_offer(work, program.id, code="O1", title=points)

    (rule,) = programs.earn_rules(work, program.id)
    (deal,) = programs.deals(work, program.id)
    (offer,) = programs.offers(work, program.id)

    assert rule.terms == {"points_per_unit": "0.2"}
    assert (deal.name, deal.terms, offer.title) == ("0.2", {"percent": "10"}, "0.2")


def test_live_offers_are_those_that_have_begun_and_are_not_over(work: Work) -> None:
    program, hour = make_program(work), timedelta(hours=1)
    for code, starts, ends in (
        ("always", None, None),
        ("begins now", work.now, None),
        ("to come", work.now + hour, None),
        ("over", None, work.now),
        ("ends soon", None, work.now + hour),
    ):
        programs.put_offer(work, program.id, code=code, title=code, starts_at=starts, ends_at=ends)

    live = programs.offers(work, program.id, live=True)

    assert [offer.code for offer in live] == ["always", "begins now", "ends soon"]
