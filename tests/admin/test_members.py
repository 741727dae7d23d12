"""Finding a member, and what their page shows."""

from __future__ import annotations

import base64
import csv
import io
import re

import pytest

from adapter.admin.pages.members.pictures import barcode
from adapter.core import cards, members, support
from adapter.core.cards import BarcodeType
from adapter.core.members import ConsentKind, Profile
from adapter.core.support.standing import SOON
from tests.admin.members_desk import told
from tests.factories import PLACE, give_points, make_card, make_member, purse_of

PHONE, EMAIL = "79005550142", "anna@example.com"


@pytest.mark.parametrize(
    "text", [PHONE, "+7 900 555-01-42", "8 (900) 555 01 42", EMAIL, "5600000142"]
)
def test_who_is_surely_meant_is_gone_to_at_once(console, shop, text):
    browser = console.sign_in("support")

    found = browser.get(f"{shop.url}/members", query_string={"q": text})

    assert found.status_code == 303
    assert found.headers["Location"].endswith(f"/members/{shop.anna.id}")


def test_a_name_shows_whoever_has_it_with_masked_contacts(console, shop):
    browser = console.sign_in("support")

    page = browser.get(f"{shop.url}/members?q=ЕЛК").text

    assert f"/members/{shop.anna.id}" in page
    assert "Ёлкина Анна" in page
    assert PHONE not in page
    assert EMAIL not in page
    assert "a***@example.com" in page


def test_htmx_gets_the_list_alone_from_an_address_to_come_back_to(console, shop):
    browser = console.sign_in("support")
    box = re.search(r"<input[^>]*hx-get[^>]*>", browser.get(f"{shop.url}/members").text)[0]
    typed = re.search(r'hx-get="([^"]+)"', box)[1] + f"&q={PHONE}"

    part = browser.get(typed, headers={"HX-Request": "true"})
    whole = browser.get(typed)

    assert 'hx-replace-url="true"' in box
    assert part.status_code == whole.status_code == 200
    assert "<html" not in part.text and f'value="{PHONE}"' in whole.text
    assert str(shop.anna.id) in part.text and str(shop.anna.id) in whole.text


def test_nobody_of_another_program_is_found_or_shown(console, shop, database):
    browser = console.sign_in("manager")

    assert str(shop.stranger.id) not in browser.get(f"{shop.url}/members?q=чуж").text
    for path in ("", "/timeline", "/adjust", "/merge", "/erase", "/export", "/consents", "/block"):
        assert browser.get(f"{shop.url}/members/{shop.stranger.id}{path}").status_code == 404
    for path in ("/reveal", "/adjust", "/erase", "/export", "/block", "/link", "/consents"):
        done = browser.post(f"{shop.url}/members/{shop.stranger.id}{path}", reason="none of theirs")
        assert done.status_code == 404, path
    pair = f"{shop.url}/members/{shop.anna.id}/merge/{shop.stranger.id}"
    assert browser.get(pair).status_code == 404
    assert browser.post(pair, reason="none of theirs").status_code == 404
    with database.unit_of_work() as work:
        entry = give_points(work, purse_of(shop.neighbour, shop.stranger), 1)
    assert browser.get(f"{shop.url}/entries/{entry.id}").status_code == 404
    assert browser.get(f"{shop.url}/entries/{entry.id}/reverse").status_code == 404
    assert told(database, "member.reveal") == []


def test_a_search_is_paged_by_key(console, shop, database):
    with database.unit_of_work() as work:
        for number in range(60):
            make_member(work, shop.program, last_name=f"Петров{number:02}")
    browser = console.sign_in("manager")
    seen: list[str] = []
    url: str | None = f"{shop.url}/members?q=петр"

    while url:
        page = browser.get(url).text
        seen += re.findall(r'/members/([0-9a-f-]{36})"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        url = following[1].replace("&amp;", "&") if following else None

    assert len(seen) == len(set(seen)) == 60


def test_a_timeline_that_ends_before_it_begins_is_no_empty_one(console, shop):
    days = "since=2026-02-02&until=2026-02-01"

    page = console.sign_in("support").get(f"{shop.url}/members/{shop.anna.id}/timeline?{days}")

    assert page.status_code == 422
    assert "The last day is before the first." in page.text


def test_contacts_are_masked_until_they_are_asked_for_which_is_kept(console, shop, database):
    browser = console.sign_in("support")
    url = f"{shop.url}/members/{shop.anna.id}"
    before = browser.get(url).text

    after = browser.post(f"{url}/reveal")

    assert PHONE not in before
    assert EMAIL not in before
    assert after.status_code == 200
    assert PHONE in after.text
    assert EMAIL in after.text
    (line,) = told(database, "member.reveal")
    assert (line.actor, line.subject_id) == (f"user:{browser.user.login}", shop.anna.id)
    assert line.after == {"fields": ["email", "phone"]}
    assert PHONE not in str(line.after)


@pytest.mark.parametrize("role", ["auditor", "engineer"])
def test_who_may_not_reveal_is_refused_and_not_offered_it(console, shop, database, role):
    browser = console.sign_in(role)
    url = f"{shop.url}/members/{shop.anna.id}"

    assert "/reveal" not in browser.get(url).text
    assert browser.post(f"{url}/reveal").status_code == 403
    assert told(database, "member.reveal") == []


def test_the_page_shows_what_is_held_and_allowed(console, shop, database, clock):
    with database.unit_of_work() as work:
        anna = work.session.merge(shop.anna)
        soon = work.now + SOON / 2
        purse = purse_of(shop.program, anna)
        give_points(work, purse, "7.5", reason="Gift", expires_at=soon)
        give_points(work, purse, 3, active_from=work.now + SOON)
        members.give_consents(work, anna, {ConsentKind.SMS: True}, place=PLACE)
    browser = console.sign_in("support")

    page = browser.get(f"{shop.url}/members/{shop.anna.id}").text

    amounts = re.findall(r'<td class="text-end"><span class="console-amount">([^<]+)', page)
    assert amounts[:4] == ["117.5", "3", "0", "7.5"]
    assert "allowed" in page
    assert "test, BR001, POS001" in page
    assert "Purchase R-" in page
    assert "base, version 1" in page


def test_names_are_text_and_never_markup(console, shop, database):
    with database.unit_of_work() as work:
        anna = work.session.merge(shop.anna)
        evil = "<script>alert(1)</script>"
        members.update(work, anna, Profile(first_name=evil, last_name='"><img src=x>'), place=PLACE)
    browser = console.sign_in("manager")

    for path in ("", "/timeline", "/merge", "/adjust", f"/merge/{shop.boris.id}"):
        page = browser.get(f"{shop.url}/members/{shop.anna.id}{path}").text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;" in browser.get(f"{shop.url}/members/{shop.anna.id}").text


def test_a_barcode_that_does_not_read_as_itself_is_a_refusal_and_no_picture(
    console, shop, database
):
    with database.unit_of_work() as work:
        card = cards.by_id(work, shop.program.id, shop.card.id)
        card.barcode_type, card.barcode_number = BarcodeType.EAN_13, "123"
    browser = console.sign_in("support")

    page = browser.get(f"{shop.url}/members/{shop.anna.id}").text

    assert "cannot be read as EAN_13" in page
    assert "data:image/svg+xml" not in page


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("EAN_13", "4006381333931"),
        ("EAN_8", "96385074"),
        ("UPC_A", "036000291452"),
        ("CODE_128", "5600000142"),
        ("CODE_128", "Card-7/A b"),
        ("QR_CODE", "5600000142"),
        ("QR_CODE", "карта 7"),
    ],
)
def test_a_barcode_is_drawn_when_it_reads_as_itself(kind, number):
    picture = barcode(kind, number)

    assert picture is not None
    drawn = base64.b64decode(picture.address.partition(",")[2]).decode()
    assert drawn.startswith("<?xml")
    assert "<script" not in drawn


@pytest.mark.parametrize(
    ("kind", "number"),
    [("EAN_13", "4006381333932"), ("EAN_13", "12"), ("UPC_A", "x"), ("NEW", "1"), ("EAN_8", "")],
)
def test_a_barcode_that_cannot_be_is_not_drawn(kind, number):
    assert barcode(kind, number) is None


def test_the_timeline_is_filtered_paged_and_a_file(console, shop, database):
    with database.unit_of_work() as work:
        purse = purse_of(shop.program, shop.anna)
        for number in range(70):
            give_points(work, purse, 1, reason=f"=SUM({number})")
    browser = console.sign_in("manager")
    url = f"{shop.url}/members/{shop.anna.id}/timeline"

    first = browser.get(f"{url}?kind=accrual").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    second = browser.get(following[1].replace("&amp;", "&")).text
    file = browser.get(f"{url}?kind=accrual&format=csv")

    assert len(re.findall("/entries/", first)) + len(re.findall("/entries/", second)) == 72
    rows = list(csv.DictReader(io.StringIO(file.text.lstrip("\ufeff"))))
    assert len(rows) == 72
    assert rows[0]["Reason"] == "'=SUM(69)"
    assert rows[0]["Moved"] == "1"
    assert [float(row["Total after it"]) for row in rows] == [
        float(n) for n in range(180, 109, -1)
    ] + [100.0]
    assert "There is nothing that matches." in browser.get(f"{url}?kind=expiry").text
    assert browser.get(f"{url}?since=nonsense").status_code == 422
    assert browser.get(f"{url}?until=2020-01-01").status_code == 200
    assert browser.get(f"{url}?after=nonsense").status_code == 200


def test_a_file_is_for_those_who_may_have_one(console, shop):
    browser = console.sign_in("support")

    done = browser.get(f"{shop.url}/members/{shop.anna.id}/timeline?format=csv")

    assert done.status_code == 403


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["were earned by a purchase.", "rule base, version 1", "went from 100 to 110."]),
        ("ru", ["за покупку начислено 10", "правило base, версия 1", "потратить 100, стало 110."]),
    ],
)
def test_a_line_is_explained_in_words_of_the_persons_language(
    console, shop, database, language, words
):
    browser = console.sign_in("auditor", language=language)
    with database.reading() as work:
        entry = support.history(work, shop.anna.id)[0].entry

    page = browser.get(f"{shop.url}/entries/{entry.id}").text

    for said in words:
        assert said in page
    assert {"en": "On 4 May 2026, 12:00 (Europe", "ru": "4 мая 2026\u202fг., 12:00 (Europe"}[
        language
    ] in page


def test_who_was_erased_or_merged_is_still_a_page_without_deeds(console, shop, database):
    with database.unit_of_work() as work:
        support.merge(
            work, shop.program, shop.anna.id, shop.boris.id, reason="The same", place=PLACE
        )
    browser = console.sign_in("manager")

    page = browser.get(f"{shop.url}/members/{shop.boris.id}").text

    assert f"/members/{shop.anna.id}" in page
    assert "/adjust" not in page
    with database.unit_of_work() as work:
        support.erase(work, work.session.get_one(members.Member, shop.anna.id))
    erased = browser.get(f"{shop.url}/members/{shop.anna.id}")
    assert erased.status_code == 200
    assert "erased" in erased.text
    assert "/adjust" not in erased.text


def test_russian_pages_are_russian(console, shop, database):
    with database.unit_of_work() as work:
        make_card(work, shop.program, work.session.merge(shop.anna))
    browser = console.sign_in("manager", language="ru")

    page = browser.get(f"{shop.url}/members/{shop.anna.id}").text

    for words in ("Остатки", "Согласия", "История", "Заменить карту", "Объединить дубль"):
        assert words in page
