"""Lists: filters in the address, pages by key, and the file of exactly what is filtered."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest

from adapter.admin import csvfile
from adapter.admin.listing import CHUNK, PAGE
from adapter.core import trail
from adapter.core.staff import Role


@pytest.fixture
def record(console, shop):
    def write(times=1, **about):
        told = {
            "actor": "user:boris",
            "action": "member.reveal",
            "subject_kind": "member",
            "subject_id": shop.anna.id,
            "program_id": shop.program.id,
        }
        with console.database.unit_of_work() as work:
            return [trail.record(work, **told | about).id for _ in range(times)]

    return write


def read(answer):
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_a_page_has_so_many_rows_and_says_where_the_next_begins(console, shop, record):
    record(PAGE + 3, reason="the one sought")
    browser = console.sign_in(Role.AUDITOR)

    first = browser.get(f"{shop.url}/trail?actor=user%3Aboris")
    following = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    second = browser.get(following)

    assert first.text.count("the one sought") == PAGE
    assert "actor=user" in following and "after=" in following
    assert second.text.count("the one sought") == 3
    assert 'rel="next"' not in second.text
    assert f'href="{shop.url}/trail?actor=user:boris"' in second.text


def test_the_file_has_all_that_is_filtered_and_nothing_else(console, shop, record):
    record(CHUNK + 7, reason="sought")
    record(3, actor="user:carl")
    browser = console.sign_in(Role.AUDITOR)

    answer = browser.get(f"{shop.url}/trail?actor=user%3Aboris&format=csv")

    rows = read(answer)
    assert len(rows) == 1 + CHUNK + 7
    assert {row[1] for row in rows[1:]} == {"user:boris"}
    assert rows[0][:2] == ["When", "Who"] and "Before" in rows[0]
    name = f"{shop.program.code}-trail.csv"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"


def test_taking_a_file_is_itself_in_the_trail_without_what_was_sought(console, shop, record):
    browser = console.sign_in(Role.AUDITOR)

    browser.get(f"{shop.url}/trail?actor=79005550142&format=csv")

    with console.database.reading() as work:
        (line,) = trail.changes(work, trail.Sought(action="list.download"))
    assert line.actor == f"user:{browser.user.login}" and line.program_id == shop.program.id
    assert line.after == {"list": "trail", "filters": ["actor"]}


def test_a_file_is_for_those_who_may_have_one(console, shop):
    engineer = console.sign_in(Role.ENGINEER)

    assert engineer.get(f"{shop.url}/trail").status_code == 200
    assert "format=csv" not in engineer.get(f"{shop.url}/trail").text
    assert engineer.get(f"{shop.url}/trail?format=csv").status_code == 403


def test_formulas_of_others_are_text_in_the_file(console, shop, record):
    record(reason='=HYPERLINK("https://evil.example")')
    record(reason="-2+3")
    record(reason="<b>bold</b>")
    browser = console.sign_in(Role.AUDITOR)

    reasons = [row[4] for row in read(browser.get(f"{shop.url}/trail?format=csv"))[1:]]

    assert '\'=HYPERLINK("https://evil.example")' in reasons
    assert "'-2+3" in reasons and "<b>bold</b>" in reasons
    assert "&lt;b&gt;bold" in browser.get(f"{shop.url}/trail").text


@pytest.mark.parametrize(
    ("value", "cell"),
    (
        ("=1+1", "'=1+1"),
        ("+79005550142", "+79005550142"),
        ("+7 900 555", "'+7 900 555"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1+1", "'  =1+1"),
        ("-5", "-5"),
        ("+5.50", "+5.50"),
        ("-", "'-"),
        ("-5 apples", "'-5 apples"),
        ("plain", "plain"),
        ("a=b", "a=b"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (-5, "-5"),
        (Decimal("-0.50"), "-0.50"),
        ("00042", "00042"),
    ),
)
def test_a_cell_is_never_a_formula_and_a_number_stays_one(value, cell):
    assert csvfile.safe(value) == cell


def test_a_file_survives_commas_quotes_and_lines(console):
    (head, row) = csvfile.lines(["one", "two"], [['a "quoted", one', "two\nlines"]])

    (read_back,) = list(csv.reader(io.StringIO(row)))
    assert head == "\ufeffone,two\r\n"
    assert read_back == ['a "quoted", one', "two\nlines"]


@pytest.mark.parametrize(
    ("query", "field"),
    (("since=nonsense", "since"), ("since=2026-05-04&until=2026-05-01", "until")),
)
def test_a_filter_that_makes_no_sense_is_said_beside_it(console, shop, query, field):
    answer = console.sign_in(Role.AUDITOR).get(f"{shop.url}/trail?{query}")

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


@pytest.mark.parametrize("after", ("nonsense", "1", "0" * 40))
def test_a_key_that_is_none_is_not_found(console, shop, after):
    answer = console.sign_in(Role.AUDITOR).get(f"{shop.url}/trail?after={after}")

    assert answer.status_code == 404


def test_htmx_is_given_the_list_without_a_page_around_it(console, shop):
    browser = console.sign_in(Role.AUDITOR)

    part = browser.get(f"{shop.url}/trail", headers={"HX-Request": "true"})
    restored = browser.get(
        f"{shop.url}/trail",
        headers={"HX-Request": "true", "HX-History-Restore-Request": "true"},
    )

    assert "<h1>" in part.text and "<html" not in part.text
    assert "<html" in restored.text
