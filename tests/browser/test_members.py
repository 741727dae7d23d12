"""The members' pages in a real browser: every screen opened, everything done that can be."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from adapter.core import approvals, cards, programs, support
from adapter.core.cards import BarcodeType
from tests.admin.members_desk import available, sound, told
from tests.factories import make_card, points

WHY = "Because of a complaint"


@pytest.fixture
def member(shop) -> str:
    """Where Anna's page is."""
    return f"{shop.url}/members/{shop.anna.id}"


def submit(page, label: str) -> None:
    """Give a reason and press the button."""
    page.get_by_label("Reason").fill(WHY)
    page.get_by_role("button", name=label, exact=True).click()


def test_somebody_is_found_as_one_types_and_by_return_alone(open_as, seen, shop):
    page = open_as("support")
    page.goto(f"{shop.url}/members")
    expect(page.get_by_text("A phone may be written in any way")).to_be_visible()
    seen(page, "members-search")

    box = page.get_by_label("Phone, e-mail, card, barcode, receipt, id or name")
    box.press_sequentially("ёлк")
    expect(page.get_by_role("link", name="Ёлкина Анна")).to_be_visible()
    expect(page.get_by_text("a***@example.com")).to_be_visible()
    seen(page, "members-found")
    page.get_by_role("link", name="Ёлкина Анна").click()
    page.wait_for_url(f"**/members/{shop.anna.id}")
    page.go_back()
    expect(page.get_by_role("link", name="Ёлкина Анна")).to_be_visible()
    expect(box).to_have_value("ёлк")
    box.fill("8 (900) 555-01-42")
    box.press("Enter")

    page.wait_for_url(f"**/members/{shop.anna.id}")
    expect(page.get_by_role("heading", name="Ёлкина Анна")).to_be_visible()


def test_it_is_searched_without_javascript(open_as, seen, shop):
    page = open_as("support", options={"java_script_enabled": False})
    page.goto(f"{shop.url}/members")
    page.get_by_label("Phone, e-mail, card").fill("быков")

    page.get_by_role("button", name="Search").click()

    expect(page.get_by_role("link", name="Быков Борис")).to_be_visible()


def test_a_members_page_and_its_contacts(open_as, seen, shop, site, member):
    page = open_as("support")
    page.goto(member)
    expect(page.get_by_text("79005550142")).to_have_count(0)
    seen(page, "member")

    page.get_by_role("button", name="Show the contacts").click()

    expect(page.get_by_text("79005550142")).to_be_visible()
    seen(page, "member-revealed")
    page.get_by_role("link", name="Hide the contacts").click()
    expect(page.get_by_text("79005550142")).to_have_count(0)
    assert len(told(site.database, "member.reveal")) == 1


@pytest.mark.parametrize("width", [1280, 360])
def test_the_picture_of_a_barcode_is_read_by_a_scanner(open_as, shop, database, member, width):
    numbers = {
        BarcodeType.EAN_13: "4006381333931",
        BarcodeType.CODE_128: "5600000777",
        BarcodeType.QR_CODE: "5600000888",
    }
    with database.unit_of_work() as work:
        anna = work.session.merge(shop.anna)
        for kind, number in numbers.items():
            make_card(work, shop.program, anna, barcode_type=kind, barcode_number=number)
    page = open_as("support", options={"viewport": {"width": width, "height": 900}})
    page.goto(member)

    for number in numbers.values():
        picture = page.get_by_alt_text(f"Barcode {number}").screenshot()
        (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))
        assert read.text == number


def test_a_timeline_is_filtered_explained_and_taken_home(open_as, seen, shop, member, tmp_path):
    page = open_as("manager")
    page.goto(member)
    page.get_by_role("link", name="The whole timeline").click()
    seen(page, "member-timeline")
    page.get_by_label("Kind").select_option("expiry")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("There is nothing that matches.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="All of it as CSV").click()
    download.value.save_as(tmp_path / "file.csv")

    page.goto(member)
    page.get_by_role("link", name=re.compile("^Explain: Earned")).first.click()

    assert "Purchase R-" in Path(tmp_path / "file.csv").read_text(encoding="utf-8-sig")
    expect(page.get_by_text("were earned by a purchase")).to_be_visible()
    seen(page, "member-entry")


def test_a_balance_is_corrected_and_the_correction_undone(open_as, seen, shop, site, member):
    page = open_as("manager")
    page.goto(member)
    page.get_by_role("link", name="Correct the balance").click()
    seen(page, "member-adjust")
    page.get_by_label("How many").fill("lots")
    submit(page, "Correct")
    expect(page.get_by_text("This is not an amount.").first).to_be_visible()
    expect(page.get_by_label("How many")).to_have_value("lots")
    seen(page, "member-adjust-refused")
    page.get_by_label("How many").fill("12,5")
    page.get_by_role("button", name="Correct", exact=True).dblclick()
    expect(page.get_by_text("Done: +12.5 points.")).to_be_visible()
    assert available(site.database, shop.program, shop.anna) == points("122.5")

    page.get_by_role("link", name=re.compile("^Explain: Correction")).click()
    page.get_by_role("link", name="Undo this entry").click()
    seen(page, "member-reverse")
    submit(page, "Undo")

    expect(page.get_by_text("The entry is undone.")).to_be_visible()
    assert available(site.database, shop.program, shop.anna) == points(110)
    assert len(told(site.database, "points.adjust")) == 1
    assert sound(site.database)


def test_two_people_correct_more_than_one_may(open_as, seen, shop, site, database, member):
    with database.unit_of_work() as work:
        programs.put(work, code=shop.program.code, settings={"adjust_limit_points": "50"})
    first, second = open_as("support"), open_as("manager")
    first.goto(f"{member}/adjust")
    first.get_by_label("How many").fill("500")
    submit(first, "Correct")
    expect(first.get_by_text("now waits for a second person")).to_be_visible()
    expect(first.get_by_text("A correction waits for a second person:")).to_be_visible()
    seen(first, "member-waiting")

    second.goto(f"{shop.url}/home")
    second.goto(f"{shop.url}/approvals")
    seen(second, "approvals")
    second.get_by_role("link", name="+500 points").click()
    seen(second, "approval")
    submit(second, "Agree and do it")

    expect(second.get_by_text("Agreed, and done.")).to_be_visible()
    assert available(site.database, shop.program, shop.anna) == points(610)
    first.goto(f"{member}/adjust")
    first.get_by_label("How many").fill("600")
    submit(first, "Correct")
    second.goto(f"{shop.url}/approvals?state=waiting")
    second.get_by_role("link", name="+600 points").click()
    submit(second, "Decline")
    expect(second.get_by_text("Declined. Nothing was moved.")).to_be_visible()
    with site.database.reading() as work:
        assert approvals.waiting(work, shop.program.id) == 0


def test_cards_are_blocked_replaced_and_given(open_as, seen, shop, site, database, member):
    with database.unit_of_work() as work:
        free = make_card(work, shop.program)
    page = open_as("support")
    page.goto(member)
    for link, label, words in (
        ("Block the card", "Block", "The card is blocked."),
        ("Unblock the card", "Unblock", "The card works again."),
        ("Replace the card", "Replace", "The member has a card on a new number"),
    ):
        page.get_by_role("link", name=link, exact=True).first.click()
        seen(page, f"card-{label.lower()}")
        submit(page, label)
        expect(page.get_by_text(words)).to_be_visible()
    page.get_by_role("link", name="Give the member a card").click()
    page.get_by_label("Card number").fill("999")
    submit(page, "Link")
    expect(page.get_by_text("There is no such card in this program.").first).to_be_visible()
    seen(page, "card-link-refused")
    page.get_by_label("Card number").fill(free.number)
    page.get_by_role("button", name="Link", exact=True).click()

    expect(page.get_by_text("The card is the member's.")).to_be_visible()
    with site.database.reading() as work:
        states = [card.state for card in cards.of_member(work, shop.anna.id)]
    assert sorted(states) == ["active", "active", "blocked"]


def test_a_member_is_blocked_and_let_in_and_says_what_they_allow(open_as, seen, shop, member):
    page = open_as("support")
    page.goto(member)
    page.get_by_role("link", name="Block", exact=True).click()
    seen(page, "member-block")
    submit(page, "Block")
    expect(page.get_by_text("The member is blocked.")).to_be_visible()
    page.get_by_role("link", name="Unblock", exact=True).click()
    seen(page, "member-unblock")
    submit(page, "Unblock")
    expect(page.get_by_text("The member takes part again.")).to_be_visible()
    page.get_by_role("link", name="Change consents").click()
    seen(page, "member-consents")
    page.get_by_label("SMS").select_option("yes")
    submit(page, "Save")

    expect(page.get_by_text("The consents are noted.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("SMS allowed"))).to_be_visible()


def test_two_members_become_one(open_as, seen, shop, site, member):
    page = open_as("manager")
    page.goto(member)
    page.get_by_role("link", name="Merge a duplicate").click()
    page.get_by_label("The duplicate").fill("быков")
    page.get_by_role("button", name="Search").click()
    seen(page, "merge")
    page.get_by_role("link", name="Быков Борис").click()
    expect(page.get_by_text("What would move")).to_be_visible()
    seen(page, "merge-preview")
    submit(page, "Merge")

    expect(page.get_by_text("Both are one member now.")).to_be_visible()
    seen(page, "member-merged")
    assert available(site.database, shop.program, shop.anna) == points(210)
    assert sound(site.database)
    page.goto(f"{shop.url}/members/{shop.boris.id}")
    expect(page.get_by_text("This member was merged into another:")).to_be_visible()


def test_a_person_takes_their_data_and_is_forgotten(open_as, seen, shop, site, member, tmp_path):
    page = open_as("manager")
    page.goto(member)
    page.get_by_role("link", name="Export", exact=True).click()
    seen(page, "member-export")
    for _ in range(2):
        with page.expect_download() as download:
            submit(page, "Download")
    download.value.save_as(tmp_path / "person.json")
    (program,) = json.loads((tmp_path / "person.json").read_text())["programs"]
    assert program["members"][0]["last_name"] == "Ёлкина"
    page.goto(f"{member}/erase")
    page.get_by_label("To confirm, type the word").fill("no")
    submit(page, "Erase for ever")
    expect(page.get_by_text("Type the word as it stands below.").first).to_be_visible()
    seen(page, "member-erase")
    page.get_by_label("To confirm, type the word").fill("ERASE")
    page.get_by_role("button", name="Erase for ever").click()

    expect(page.get_by_text("The person is forgotten.")).to_be_visible()
    seen(page, "member-erased")
    with site.database.reading() as work:
        assert support.search(work, shop.program, "ёлк") == []


def test_the_same_in_russian_and_for_those_who_only_look(open_as, seen, shop, member):
    page = open_as("auditor", language="ru")
    page.goto(member)

    expect(page.get_by_role("heading", name="Остатки")).to_be_visible()
    expect(page.get_by_role("link", name="Исправить баланс")).to_have_count(0)
    seen(page, "member-ru")
    page.get_by_role("link", name=re.compile("^Объяснить: Начислено")).first.click()
    expect(page.get_by_text("за покупку начислено")).to_be_visible()
    seen(page, "member-entry-ru")
