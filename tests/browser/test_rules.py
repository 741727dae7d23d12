"""Rules and settings in a browser: drawn up, tried, published, and looked at as versions."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from adapter.core import programs, stats
from adapter.db import Database
from tests.admin.conftest import Shop
from tests.factories import bought, make_rule, submit

Open = Callable[..., Page]
Seen = Callable[[Page, str], None]


def test_a_rule_is_drawn_up_tried_and_published(
    open_as: Open, shop: Shop, seen: Seen, database: Database
) -> None:
    with database.unit_of_work() as work:
        submit(work, shop.program, shop.boris, bought(work))
    stats.roll_up(database)
    page = open_as("manager")
    page.goto(f"{shop.url}/rules")
    seen(page, "rules")

    page.get_by_role("link", name="base").click()
    page.get_by_role("link", name="Draw up a change").click()
    page.get_by_label("Points for each whole unit of money").fill("ten")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.locator("#points_per_unit-error")).to_be_visible()
    seen(page, "rule-edit-refused")
    page.get_by_label("Points for each whole unit of money").fill("2.5")
    page.get_by_text("When, where, for whom and for what").click()
    page.get_by_label("Only on these weekdays").fill("mon\ntue")
    seen(page, "rule-edit")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_text("2.5 points for each RUB.")).to_be_visible()
    seen(page, "rule-draft")

    page.get_by_role("link", name="Try it on past sales").click()
    page.locator("[name=first]").fill("2026-05-01")
    page.locator("[name=last]").fill("2026-05-04")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("+30", exact=False).first).to_be_visible()
    drawn = page.evaluate(
        "Chart.getChart(document.querySelector('#figure-backtest canvas')).data.datasets"
        ".map((one) => one.data)"
    )
    assert drawn == [[20], [50]]
    seen(page, "rule-backtest")

    page.go_back()
    page.go_back()
    page.get_by_label("Reason").fill("two and a half from Monday")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 2 is in force from now on.")).to_be_visible()
    page.get_by_role("link", name="All versions").click()
    expect(page.get_by_text("two and a half from Monday")).to_be_visible()
    seen(page, "rule-versions")


def test_a_new_rule_is_drawn_up_and_dropped(open_as: Open, shop: Shop, seen: Seen) -> None:
    page = open_as("manager", language="ru")
    page.goto(f"{shop.url}/rules")

    page.get_by_role("link", name="баллы или привилегия за событие").click()
    page.get_by_label("Код").fill("birthday")
    page.get_by_label("Событие").fill("BIRTHDAY")
    page.get_by_label("Баллы").fill("100")
    seen(page, "rule-new")
    page.get_by_role("button", name="Сохранить черновик").click()
    expect(page.get_by_text("100 баллов за событие BIRTHDAY.")).to_be_visible()
    page.get_by_role("button", name="Удалить черновик").click()

    expect(page.get_by_text("Черновик удалён")).to_be_visible()


def test_settings_are_changed_and_looked_at(
    open_as: Open, shop: Shop, seen: Seen, database: Database
) -> None:
    page, other = open_as("manager", login="anna"), open_as("manager", login="boris")
    for one in (page, other):
        one.goto(f"{shop.url}/settings")
    seen(page, "settings")

    page.get_by_label("Points for joining").fill("many")
    page.get_by_label("Reason").fill("a welcome")
    page.get_by_role("button", name="Change the settings").click()
    expect(page.locator("#welcome_points-error")).to_be_visible()
    expect(page.get_by_label("Points for joining")).to_have_value("many")
    seen(page, "settings-refused")
    page.get_by_label("Points for joining").fill("20")
    page.get_by_role("button", name="Change the settings").click()
    expect(page.get_by_text("The settings are changed.")).to_be_visible()

    other.get_by_label("Points for a scanned receipt").fill("5")
    other.get_by_label("Reason").fill("receipts")
    other.get_by_role("button", name="Change the settings").click()
    expect(other.get_by_text("Somebody else changed the settings")).to_be_visible()
    expect(other.get_by_label("Points for a scanned receipt")).to_have_value("5")
    seen(other, "settings-meanwhile")
    page.get_by_role("link", name="Versions of the settings").click()
    expect(page.get_by_text("a welcome")).to_be_visible()
    seen(page, "settings-versions")
    with database.reading() as work:
        assert programs.by_code(work, shop.program.code).settings == {"welcome_points": "20"}


def test_who_only_reads_sees_no_form(
    open_as: Open, shop: Shop, seen: Seen, database: Database
) -> None:
    with database.unit_of_work() as work:
        make_rule(work, shop.program, code="tea", kind="multiplier", factor="2", items=["TEA"])
    page = open_as("auditor")

    for name in ("settings", "rules", "rules/of/tea"):
        page.goto(f"{shop.url}/{name}")
        expect(page.locator("main form")).to_have_count(0)
        seen(page, f"auditor-{name.replace('/', '-')}")
