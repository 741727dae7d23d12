"""A desk whose form is about somebody who is nobody any more, or somebody else; odd filters."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from adapter.core import approvals, cards, programs, support
from adapter.core.approvals import ApprovalState
from adapter.core.members import Member
from tests.admin.members_desk import WHY, available, errors_of, filled, sound, told
from tests.factories import PLACE, make_card, points


def gone(database, shop, how: str) -> None:
    """Anna is erased, or is Boris from now on."""
    with database.unit_of_work() as work:
        if how == "erased":
            support.erase(work, work.session.get_one(Member, shop.anna.id))
        else:
            support.merge(work, shop.program, shop.boris.id, shop.anna.id, reason=WHY, place=PLACE)


@pytest.mark.parametrize("how", ["erased", "merged"])
@pytest.mark.parametrize(
    ("deed", "fields", "field"),
    [("adjust", {"amount": "5", "unit": "points"}, "amount"), ("link", {}, "number")],
)
def test_who_is_gone_is_given_nothing(console, shop, database, how, deed, fields, field):
    with database.unit_of_work() as work:
        free = make_card(work, shop.program)
    gone(database, shop, how)
    before = available(database, shop.program, shop.anna)
    browser = console.sign_in("support")
    typed = {"number": free.number} | fields

    done = browser.post(f"{shop.url}/members/{shop.anna.id}/{deed}", **filled(**typed))

    assert done.status_code == 422
    assert "not active" in errors_of(done.text, field)
    assert available(database, shop.program, shop.anna) == before
    with database.reading() as work:
        assert cards.by_id(work, shop.program.id, free.id).member_id is None
    assert told(database, "points.adjust") == told(database, "card.link") == []


def test_what_waited_for_somebody_erased_is_not_carried_out(console, shop, database):
    with database.unit_of_work() as work:
        programs.put(work, code=shop.program.code, settings={"adjust_limit_points": "50"})
    asking, deciding = console.sign_in("support"), console.sign_in("manager")
    asking.post(f"{shop.url}/members/{shop.anna.id}/adjust", **filled(amount="500", unit="points"))
    with database.reading() as work:
        (asked,) = approvals.requests(work, shop.program.id)
    gone(database, shop, "erased")
    before = available(database, shop.program, shop.anna)
    url = f"{shop.url}/approvals/{asked.id}"

    agreed = deciding.post(f"{url}/approve", **filled())

    assert agreed.status_code == 422
    assert available(database, shop.program, shop.anna) == before
    assert deciding.post(f"{url}/decline", **filled()).status_code == 303
    with database.reading() as work:
        known = approvals.by_id(work, shop.program.id, asked.id)
        assert known.state == ApprovalState.DECLINED


@pytest.mark.parametrize("whose", ["anna", "boris"])
def test_half_of_a_merger_is_not_undone(console, shop, database, whose):
    gone(database, shop, "merged")
    member = getattr(shop, whose)
    before = available(database, shop.program, member)
    with database.reading() as work:
        half = support.history(work, member.id)[0].entry
    browser = console.sign_in("manager")
    url = f"{shop.url}/entries/{half.id}"

    done = browser.post(f"{url}/reverse", **filled())

    assert done.status_code == 422
    assert errors_of(done.text, "reason")
    assert f"{half.id}/reverse" not in browser.get(url).text
    assert available(database, shop.program, member) == before
    assert sound(database)


def test_what_was_undone_is_not_done_again_by_undoing_that(console, shop, database):
    browser = console.sign_in("manager")
    with database.reading() as work:
        entry = support.history(work, shop.anna.id)[0].entry
    browser.post(f"{shop.url}/entries/{entry.id}/reverse", **filled())
    with database.reading() as work:
        undoing = support.history(work, shop.anna.id)[0].entry

    done = browser.post(f"{shop.url}/entries/{undoing.id}/reverse", **filled())

    assert done.status_code == 422
    assert available(database, shop.program, shop.anna) == points(100)


@pytest.mark.parametrize("amount", ["1,000", "-1,500", "1,000.5"])
def test_a_comma_that_may_stand_for_thousands_is_asked_about(console, shop, database, amount):
    browser = console.sign_in("support")

    done = browser.post(
        f"{shop.url}/members/{shop.anna.id}/adjust", **filled(amount=amount, unit="points")
    )

    assert done.status_code == 422
    assert "1000" in errors_of(done.text, "amount")
    assert available(database, shop.program, shop.anna) == points(110)


@pytest.mark.parametrize("blank", ["\t", " ", "\u00a0"])
def test_a_blank_is_no_choice(console, shop, database, blank):
    browser = console.sign_in("support")
    timeline = f"{shop.url}/members/{shop.anna.id}/timeline"

    assert browser.get(f"{shop.url}/approvals?state={quote(blank)}").status_code == 422
    assert browser.get(f"{timeline}?kind={quote(blank)}").status_code == 422
    noted = browser.post(f"{shop.url}/members/{shop.anna.id}/consents", **filled(consent_sms=blank))

    assert noted.status_code == 422
    assert told(database, "member.consents") == []
