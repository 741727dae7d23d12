"""Home in a browser: pictures with the numbers of their tables, by mouse, keyboard and phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from adapter.core import stats
from adapter.db import Database
from tests.admin.conftest import Shop
from tests.clock import Clock
from tests.factories import PLACE, bought, make_card, purse_of, spend_points, submit

Open = Callable[..., Page]
Seen = Callable[[Page, str], None]

# What the pictures of a page show, and what stands in the tables below them.
DRAWN = """() => [...document.querySelectorAll("figure.console-figure canvas")].map((canvas) => {
  const figure = canvas.closest("figure"), chart = Chart.getChart(canvas);
  const table = figure.querySelector("table");
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows];
  const column = (head) => rows.map((row) => row.cells[heads.indexOf(head)].dataset.number);
  return {
    name: figure.id,
    drawn: chart.data.datasets.map((one) => [one.label, one.data.map(String)]),
    written: chart.data.datasets.map((one) => [one.label, column(one.label)
      .map((number) => String(Number(number)))]),
    named: figure.dataset.named ? chart.scales.y.ticks.length : null,
    days: [chart.data.labels, rows.map((row) => row.cells[0].textContent.trim())],
  };
})"""


@pytest.fixture
def busy(database: Database, shop: Shop, clock: Clock) -> Shop:
    """The shop after some weeks."""
    for number in range(12):
        clock.advance(timedelta(days=2))
        with database.unit_of_work() as work:
            place = replace(PLACE, channel=("koshelek", "swip")[number % 2])
            submit(work, shop.program, shop.boris, bought(work), place=place)
            spend_points(work, purse_of(shop.program, shop.boris), 3)
            make_card(work, shop.program, shop.boris)
    stats.roll_up(database)
    return shop


def test_every_picture_shows_the_numbers_of_its_table(
    open_as: Open, busy: Shop, seen: Seen
) -> None:
    page = open_as("manager")
    page.goto(f"{busy.url}/home")
    expect(page.locator("#figure-points canvas")).to_be_visible()

    drawn: list[dict[str, Any]] = page.evaluate(DRAWN)

    assert {one["name"] for one in drawn} >= {
        "figure-points",
        "figure-outstanding",
        "figure-cards",
        "figure-members",
        "figure-sales",
        "figure-channels",
    }
    for one in drawn:
        assert one["drawn"] == one["written"], one["name"]
        assert one["days"][0] == one["days"][1]
        assert one["drawn"], one["name"]
        assert one["named"] in (None, len(one["days"][0])), one["name"]
    seen(page, "home")


def test_the_numbers_open_by_the_keyboard_and_the_file_comes_down(
    open_as: Open, busy: Shop, seen: Seen
) -> None:
    page = open_as("manager")
    page.goto(f"{busy.url}/home")

    page.locator("#figure-points summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#figure-points table")).to_be_visible()
    seen(page, "home-numbers")
    with page.expect_download() as download:
        page.locator("#figure-points a", has_text="CSV").click()

    assert download.value.suggested_filename.startswith(f"{busy.program.code}-points-")


def test_other_days_are_chosen_and_stand_in_the_address(
    open_as: Open, busy: Shop, seen: Seen
) -> None:
    page = open_as("auditor", language="ru")
    page.goto(f"{busy.url}/home")

    page.get_by_role("link", name="7 дней").click()
    expect(page.locator("#figure-points tbody tr")).to_have_count(7)
    page.locator("[name=first]").fill("2026-05-20")
    page.locator("[name=last]").fill("2026-05-01")
    page.locator("main form [type=submit]").click()

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("[name=last]")).to_have_value("2026-05-01")
    assert "first=2026-05-20" in page.url
    seen(page, "home-days-refused")


def test_before_anything_happened_it_says_what_to_do(open_as: Open, shop: Shop, seen: Seen) -> None:
    page = open_as("manager")
    page.goto(f"{shop.url}/home")

    expect(page.get_by_text("adapter worker")).to_be_visible()
    seen(page, "home-empty")
    support = open_as("support")
    support.goto(f"{shop.url}/home")
    seen(support, "home-support")
