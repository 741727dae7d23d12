"""Home: what pictures are drawn of, which days, for whom, and as which file."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from adapter import jobs
from adapter.core import stats
from adapter.core.staff import Role
from adapter.db import Database
from tests.admin.conftest import Console, Shop
from tests.clock import Clock
from tests.factories import (
    PLACE,
    bought,
    cancel_sale,
    give_credit,
    give_points,
    line,
    make_card,
    purse_of,
    spend_points,
    submit,
)
from tests.statements import recorded

DAY = timedelta(days=1)


@pytest.fixture
def busy(database: Database, shop: Shop, clock: Clock) -> Shop:
    """The shop after two days on which something happened, rolled up."""
    with database.unit_of_work() as work:
        spend_points(work, purse_of(shop.program, shop.boris), 40)
        give_credit(work, shop.program, shop.boris, 45_00)
    clock.advance(DAY)
    with database.unit_of_work() as work:
        sold = submit(work, shop.program, shop.boris, bought(work))
        submit(work, shop.program, None, bought(work))
        cancel_sale(work, shop.program, sold)
        make_card(work, shop.program, shop.boris)
    stats.roll_up(database)
    return shop


def numbers(page: str, figure: str) -> list[list[str]]:
    """The rows of a picture's table, as written."""
    found = re.search(rf'id="figure-{figure}".*?</figure>', page, re.DOTALL)
    assert found, f"there is no picture {figure}"
    rows = re.findall(r"<tr>(.*?)</tr>", found[0].partition("<tbody>")[2], re.DOTALL)
    return [re.findall(r'data-number="([^"]*)"', row) for row in rows]


def test_before_anything_is_rolled_up_it_says_what_to_do(console: Console, shop: Shop) -> None:
    page = console.sign_in().get(f"{shop.url}/home")

    assert page.status_code == 200
    assert "adapter worker" in page.text
    assert "<figure" not in page.text


def test_where_nothing_happened_it_says_so(
    console: Console, shop: Shop, database: Database
) -> None:
    stats.roll_up(database)

    page = console.sign_in().get(f"{shop.url}/home?first=2020-01-01&last=2020-01-05")

    assert "Nothing happened in these days" in page.text


def test_the_tables_hold_what_happened_day_by_day(console: Console, busy: Shop) -> None:
    page = console.sign_in().get(f"{busy.url}/home?first=2026-05-04&last=2026-05-05").text

    issued, redeemed, *_ = zip(*numbers(page, "points"), strict=True)
    assert issued == ("210.00", "10.00")
    assert redeemed == ("-40.00", "0.00")
    assert [row[-2] for row in numbers(page, "points")] == ["0.00", "-10.00"]
    # A point's smallest part is worth a hundredth of a rouble, and credit is money.
    assert numbers(page, "outstanding") == [["170.00", "170.00", "45.00", "215.00"]] * 2
    assert re.search(r"<dt>Liability</dt><dd>215\.00\sRUB<", page)
    assert numbers(page, "cards") == [["2"], ["1"]]
    assert numbers(page, "members") == [["2", "2", "2"], ["1", "2", "0"]]
    assert numbers(page, "sales") == [["1", "0", "0", "10.00"], ["2", "0", "1", "10.00"]]


def test_without_days_the_last_thirty_are_shown(console: Console, busy: Shop) -> None:
    page = console.sign_in().get(f"{busy.url}/home").text

    assert len(numbers(page, "points")) == 30


@pytest.mark.parametrize(
    "days",
    [
        "first=2026-05-04&last=2026-05-03",
        "first=2020-01-01&last=2026-05-03",
        "first=yesterday",
        "last=0001-01-01",
    ],
)
def test_days_that_make_no_sense_are_blamed_beside_the_field(
    console: Console, busy: Shop, days: str
) -> None:
    page = console.sign_in().get(f"{busy.url}/home?{days}")

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text


@pytest.mark.parametrize("name", ["points", "outstanding", "cards", "members", "sales", "channels"])
def test_a_file_holds_the_numbers_of_the_table(console: Console, busy: Shop, name: str) -> None:
    browser, days = console.sign_in(), "first=2026-05-04&last=2026-05-05"

    page = browser.get(f"{busy.url}/home?{days}").text
    file = browser.get(f"{busy.url}/home/{name}.csv?{days}")

    rows = list(csv.reader(io.StringIO(file.get_data(as_text=True).lstrip("\ufeff"))))
    assert file.mimetype == "text/csv"
    assert [row[1:] for row in rows[1:]] == numbers(page, name)
    assert f"{busy.program.code}-{name}-2026-05-04" in file.headers["Content-Disposition"]


def test_there_is_no_file_of_what_is_not_shown(console: Console, busy: Shop) -> None:
    assert console.sign_in().get(f"{busy.url}/home/secrets.csv").status_code == 404


@pytest.mark.parametrize(
    ("role", "sees", "may_have"),
    [
        (Role.SUPPORT, False, False),
        (Role.MANAGER, True, True),
        (Role.ENGINEER, True, False),
        (Role.AUDITOR, True, True),
    ],
)
def test_who_sees_figures_and_who_may_have_them(
    console: Console, busy: Shop, role: Role, sees: bool, may_have: bool
) -> None:
    browser = console.sign_in(role)

    page = browser.get(f"{busy.url}/home")
    file = browser.get(f"{busy.url}/home/points.csv")

    assert page.status_code == 200
    assert ("figure-points" in page.text) == sees
    assert (".csv" in page.text) == may_have
    assert file.status_code == (200 if may_have else 403)


def test_nothing_of_another_program_is_in_the_figures(console: Console, busy: Shop) -> None:
    page = console.sign_in().get(f"/admin/p/{busy.neighbour.code}/home").text

    assert numbers(page, "members")[-2][2] == "1"
    assert "figure-points" in page
    assert "Nothing of this in these days" in page


def test_the_page_reads_roll_ups_and_not_the_ledger(
    console: Console, busy: Shop, database: Database
) -> None:
    browser = console.sign_in()
    browser.get(f"{busy.url}/home")

    with recorded(database) as sent:
        browser.get(f"{busy.url}/home")

    tables = {table for statement, _ in sent for table in re.findall(r"FROM (\w+)", statement)}
    assert "daily_figures" in tables
    assert tables.isdisjoint({"entries", "postings", "transactions", "lots", "accounts", "members"})
    assert len(sent) < 20


def test_it_is_in_russian_for_who_reads_russian(console: Console, busy: Shop) -> None:
    page = console.sign_in(language="ru").get(f"{busy.url}/home").text

    assert "Баллы по дням" in page
    assert "Points by day" not in page


def test_what_expired_came_through_no_channel_but_by_time(
    console: Console, shop: Shop, database: Database, clock: Clock
) -> None:
    with database.unit_of_work() as work:
        give_points(work, purse_of(shop.program, shop.anna), 40, expires_at=clock.now + DAY)
    clock.advance(DAY)
    jobs.run(database)
    day = clock.now.date()

    page = console.sign_in().get(f"{shop.url}/home?first={day}&last={day}").text

    row = page.partition('id="figure-channels"')[2].partition("<tbody>")[2].partition("</tr>")[0]
    assert ">by time<" in row and 'data-number="-40.00"' in row


@pytest.mark.parametrize(("channel", "title"), [("koshelek", "Koshelek"), ("swip/refund", "SWiP")])
def test_another_channel_is_named_by_its_platform(
    console: Console, busy: Shop, database: Database, channel: str, title: str
) -> None:
    with database.unit_of_work() as work:
        sale = bought(work, line(net_minor=-500))
        submit(work, busy.program, None, sale, place=replace(PLACE, channel=channel))
    stats.roll_up(database)

    page = console.sign_in().get(f"{busy.url}/home").text

    channels = page.partition('id="figure-channels"')[2].partition("</figure>")[0]
    row = channels.partition(f">{title} ")[2].partition("</tr>")[0]
    assert re.findall(r'data-number="([^"]*)"', row)[7:9] == ["0", "1"]
    assert "/refund" not in channels


def test_a_channel_without_a_number_has_no_row(
    console: Console, busy: Shop, database: Database, clock: Clock
) -> None:
    with database.unit_of_work() as work:
        place = replace(PLACE, channel="koshelek")
        sold = submit(work, busy.program, None, bought(work), place=place)
    clock.advance(DAY)
    with database.unit_of_work() as work:
        cancel_sale(work, busy.program, sold, place=place)
        submit(work, busy.program, None, bought(work))
    stats.roll_up(database)
    day = clock.now.date()

    page = console.sign_in().get(f"{busy.url}/home?first={day}&last={day}").text

    assert len(numbers(page, "channels")) == 1
