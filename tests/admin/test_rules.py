"""Earn rules: drawn up, compared, tried on past sales, published, never over another's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from adapter.core import ledger, programs, stats, transactions
from adapter.core.programs import EarnRule, RevisionKind
from adapter.core.staff import Role
from adapter.core.trail import Change
from adapter.core.transactions import PastSale
from adapter.db import Database
from adapter.programfile.program_writing import BY
from tests.admin.conftest import Browser, Console, Shop
from tests.factories import PLACE, bought, line, make_rule, submit
from tests.statements import recorded


def rule(database: Database, shop: Shop, code: str = "base") -> EarnRule | None:
    """A rule as it is in force."""
    with database.reading() as work:
        found = programs.earn_rules(work, shop.program.id)
        return next((one for one in found if one.code == code), None)


def actions(database: Database) -> list[tuple[str, str, Any, Any]]:
    """What the trail says, the oldest first."""
    with database.reading() as work:
        found = work.session.scalars(select(Change).order_by(Change.id)).all()
        return [
            (one.action, one.reason, one.before, one.after)
            for one in found
            if one.action.startswith("rule.")
        ]


def draw_up(browser: Browser, shop: Shop, *, seen: int = 0, **fields: str) -> Any:
    """The answer to a draft of the rule `base`."""
    fields = {"points_per_unit": "1"} | fields
    return browser.post(f"{shop.url}/rules/edit/base", seen=str(seen), **fields)


def test_a_draft_changes_nothing_until_it_is_published(
    console: Console, shop: Shop, database: Database
) -> None:
    browser = console.sign_in(login="mary")

    page = browser.follow(draw_up(browser, shop, points_per_unit="0,5", items="TEA\nCAKE")).text
    kept = rule(database, shop)
    browser.post(f"{shop.url}/rules/publish/base", seen="1", reason="cheaper from June")

    assert "Points for each whole unit of money" in page
    assert '<del class="console-was">1</del>' in page
    assert '<ins class="console-became">0.5</ins>' in page
    assert kept
    assert (kept.version, kept.terms) == (1, {"points_per_unit": "1"})
    now = rule(database, shop)
    assert now
    assert (now.version, now.terms) == (2, {"points_per_unit": "0.5", "items": ["TEA", "CAKE"]})
    with database.reading() as work:
        assert programs.draft(work, shop.program.id, "base") is None
        last = programs.revisions(work, shop.program.id, RevisionKind.RULE, "base")[0]
    assert (last.number, last.actor, last.note) == (2, "user:mary", "cheaper from June")
    assert [action for action, *_ in actions(database)] == ["rule.draft", "rule.publish"]
    assert actions(database)[1][1:] == (
        "cheaper from June",
        {"kind": "spending", "terms": {"points_per_unit": "1"}, "version": 1},
        {
            "kind": "spending",
            "terms": {"points_per_unit": "0.5", "items": ["TEA", "CAKE"]},
            "version": 2,
        },
    )


def test_the_ledger_names_the_version_that_the_history_shows(
    console: Console, shop: Shop, database: Database
) -> None:
    browser = console.sign_in()
    draw_up(browser, shop, points_per_unit="3")
    browser.post(f"{shop.url}/rules/publish/base", seen="1", reason="three points")

    with database.unit_of_work() as work:
        submit(work, shop.program, shop.anna, bought(work, line(net_minor=1000)))
        explanation = ledger.statement(work, shop.anna.id)[-1].entry.explanation
        version = (explanation or {})["parts"][0]["version"]
        kept = programs.revision(work, shop.program.id, RevisionKind.RULE, "base", version)

    assert kept
    assert kept.document["terms"] == {"points_per_unit": "3"}


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("points_per_unit", "", "needed"),
        ("points_per_unit", "ten", "a number"),
        ("points_per_unit", "-1", "below zero"),
        ("max_points_per_day", "0.001", "at most 2 decimals"),
        ("tiers", "platinum", "no such tier"),
        ("weekdays", "someday", "one of"),
        ("hours", "8 to 9", "two times"),
        ("starts_on", "2026-02-30", "no such day"),
        ("ends_on", "yesterday", "a day such as"),
        ("min_total_minor", "much", "whole number"),
    ],
)
def test_a_fault_is_said_beside_its_field_and_what_was_typed_stays(
    console: Console, shop: Shop, database: Database, field: str, typed: str, words: str
) -> None:
    browser = console.sign_in()

    answer = draw_up(browser, shop, **{"departments": "<b>HOT</b>", field: typed})

    assert answer.status_code == 422
    beside = re.search(rf'id="{field}-error">(.*?)</div></div>', answer.text, re.S)
    assert beside
    assert words in beside[1]
    assert typed in answer.text
    assert "&lt;b&gt;HOT&lt;/b&gt;" in answer.text
    with database.reading() as work:
        assert programs.drafts(work, shop.program.id) == []


def test_a_rule_of_each_kind_can_be_drawn_up_and_published(
    console: Console, shop: Shop, database: Database
) -> None:
    browser = console.sign_in()
    kinds = {
        "spending": ({"points_per_unit": "2", "on_top": "y", "hours": "08:00-11:30"}, 303),
        "multiplier": ({"factor": "1.5", "weekdays": "sat\nsun"}, 303),
        "event": (
            {"event": "VISIT", "points": "5", "limit": "1", "period": "day"}
            | {"benefit": '{"name": "Tea", "percent": "10"}'},
            303,
        ),
    }

    for kind, (fields, status) in kinds.items():
        url = f"{shop.url}/rules/new?kind={kind}"
        assert browser.get(url).status_code == 200
        assert browser.post(url, code=f"new {kind}/1", seen="0", **fields).status_code == status
        url = f"{shop.url}/rules/publish/new {kind}/1"
        assert browser.post(url, seen="1", reason="a new one").status_code == 303

    spending = rule(database, shop, "new spending/1")
    assert spending
    assert spending.terms == {"points_per_unit": "2", "on_top": True, "hours": ["08:00", "11:30"]}
    event = rule(database, shop, "new event/1")
    assert event
    assert event.terms["benefit"] == {"name": "Tea", "percent": "10"}
    page = browser.get(f"{shop.url}/rules").text
    assert "5 points for the event VISIT." in page
    assert "Only on these weekdays: Sat, Sun." in page


def test_a_code_is_given_once(console: Console, shop: Shop) -> None:
    answer = console.sign_in().post(
        f"{shop.url}/rules/new", code="base", points_per_unit="1", seen="0"
    )

    assert answer.status_code == 422
    assert "There is a rule with this code" in answer.text


def test_a_draft_of_somebody_else_is_not_overwritten(
    console: Console, shop: Shop, database: Database
) -> None:
    anna, boris = console.sign_in(login="anna"), console.sign_in(login="boris")
    draw_up(boris, shop, points_per_unit="4")

    answer = draw_up(anna, shop, points_per_unit="7")

    assert answer.status_code == 409
    assert "4 points for each RUB" in answer.text
    assert 'name="points_per_unit" type="text" value="7"' in answer.text
    assert 'name="seen" type="hidden" value="1"' in answer.text
    assert draw_up(anna, shop, seen=1, points_per_unit="7").status_code == 303
    overtaken = boris.post(f"{shop.url}/rules/publish/base", seen="1", reason="mine")
    assert overtaken.status_code == 409
    found = rule(database, shop)
    assert found
    assert found.version == 1


def test_a_draft_of_an_older_rule_is_not_published_over_a_newer(
    console: Console, shop: Shop, database: Database
) -> None:
    browser = console.sign_in()
    draw_up(browser, shop, points_per_unit="4")
    with database.unit_of_work() as work:
        make_rule(work, shop.program, points_per_unit="9")

    page = browser.get(f"{shop.url}/rules/of/base").text
    answer = browser.post(f"{shop.url}/rules/publish/base", seen="1", reason="too late")

    assert "was changed since this draft was drawn up" in page
    assert answer.status_code == 409
    found = rule(database, shop)
    assert found
    assert found.terms == {"points_per_unit": "9"}


def test_a_draft_can_be_dropped(console: Console, shop: Shop, database: Database) -> None:
    browser = console.sign_in()
    draw_up(browser, shop, points_per_unit="4")

    answer = browser.post(f"{shop.url}/rules/drop/base", seen="1")

    assert "The draft is gone" in browser.follow(answer).text
    with database.reading() as work:
        assert programs.drafts(work, shop.program.id) == []
    assert [action for action, *_ in actions(database)] == ["rule.draft", "rule.drop"]


def test_to_publish_takes_a_reason(console: Console, shop: Shop, database: Database) -> None:
    browser = console.sign_in()
    draw_up(browser, shop, points_per_unit="4")

    answer = browser.post(f"{shop.url}/rules/publish/base", seen="1", reason="")

    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.text
    found = rule(database, shop)
    assert found
    assert found.version == 1


def test_a_draft_is_tried_on_past_sales(console: Console, shop: Shop, database: Database) -> None:
    stats.roll_up(database)
    browser = console.sign_in()
    draw_up(browser, shop, points_per_unit="3")

    form = browser.get(f"{shop.url}/rules/backtest/base").text
    days = "first=2026-05-01&last=2026-05-04&most=2000"
    page = browser.get(f"{shop.url}/rules/backtest/base?{days}").text
    file = browser.get(f"{shop.url}/rules/backtest/base?{days}&format=csv")

    assert "Difference" not in form
    # A tea of ten roubles gave 10 points, and would have given 30.
    assert 'data-number="10.00"' in page
    assert 'data-number="30.00"' in page
    assert "+20.00 RUB" in page or "+20 RUB" in page
    assert f"/members/{shop.anna.id}" in page
    assert file.text.splitlines()[1] == "2026-05-04,10.00,30.00,20.00,1"


def test_a_backtest_without_sales_says_so(console: Console, shop: Shop) -> None:
    browser = console.sign_in()
    draw_up(browser, shop, points_per_unit="3")

    page = browser.get(f"{shop.url}/rules/backtest/base?first=2020-05-01&last=2020-05-04&most=2000")

    assert "There is no sale of a member on these days" in page.text


def test_a_backtest_says_what_came_with_a_file(
    console: Console, shop: Shop, database: Database
) -> None:
    browser = console.sign_in()
    draw_up(browser, shop, points_per_unit="3")
    with database.unit_of_work() as work:
        past = [PastSale(shop.anna.id, bought(work), PLACE) for _ in range(2)]
        transactions.record_many(work, shop.program.id, past)

    days = "first=2026-05-01&last=2026-05-04&most=2000"
    page = browser.get(f"{shop.url}/rules/backtest/base?{days}").text

    assert "2 sales were left out, because the rules of their days did not" in page
    assert "+20.00" in page


def test_the_list_names_who_published_and_asks_for_all_versions_at_once(
    console: Console, shop: Shop, database: Database
) -> None:
    with database.unit_of_work() as work:
        for number in range(5):
            code, terms = f"r{number}", {"points_per_unit": str(number)}
            programs.put_rule(work, shop.program.id, code=code, kind="spending", terms=terms, by=BY)
    browser = console.sign_in(language="ru")

    with recorded(database) as sent:
        page = browser.get(f"{shop.url}/rules").text

    assert page.count("файл программы") == 5
    assert BY not in page
    assert sum("FROM revisions" in statement for statement, _ in sent) == 1


def test_every_version_is_listed_with_what_it_changed(console: Console, shop: Shop) -> None:
    browser = console.sign_in()
    for number in (2, 3):
        draw_up(browser, shop, points_per_unit=str(number))
        browser.post(f"{shop.url}/rules/publish/base", seen="1", reason=f"now {number}")

    page = browser.get(f"{shop.url}/rules/versions/base").text
    file = browser.get(f"{shop.url}/rules/versions/base?format=csv").text

    assert page.index("now 3") < page.index("now 2")
    assert "terms.points_per_unit: 2 → 3" in file


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.ENGINEER, Role.AUDITOR])
def test_who_may_not_change_rules_reads_them(
    console: Console, shop: Shop, database: Database, role: Role
) -> None:
    draw_up(console.sign_in(), shop, points_per_unit="4")
    browser = console.sign_in(role)

    assert browser.get(f"{shop.url}/rules").status_code == 200
    page = browser.get(f"{shop.url}/rules/of/base").text
    tries = role != Role.SUPPORT  # whoever sees figures
    assert "Publish" not in page and "rules/edit" not in page
    assert ("rules/backtest" in page) == tries
    assert browser.get(f"{shop.url}/rules/new").status_code == 403
    assert browser.get(f"{shop.url}/rules/edit/base").status_code == 403
    assert browser.get(f"{shop.url}/rules/backtest/base").status_code == (200 if tries else 403)
    for name in ("edit", "publish", "drop"):
        answer = browser.post(f"{shop.url}/rules/{name}/base", seen="1", reason="because")
        assert answer.status_code == 403


def test_rules_of_another_program_are_not_found(
    console: Console, shop: Shop, database: Database
) -> None:
    with database.unit_of_work() as work:
        make_rule(work, shop.neighbour, code="theirs")
    browser = console.sign_in(programs=[shop.program.code])

    for name in ("of", "edit", "backtest", "versions"):
        assert browser.get(f"{shop.url}/rules/{name}/theirs").status_code == 404
    assert browser.post(f"{shop.url}/rules/publish/theirs", seen="1").status_code == 404
    assert browser.get(f"/admin/p/{shop.neighbour.code}/rules").status_code == 404
