"""5.1, 5.2: enrolled and changed; who is known, and what is kept of what they said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapter.core import cards, members
from adapter.core.members import Consent, ConsentKind, MemberStatus
from tests.factories import make_card, make_member
from tests.protocols.fidelizacion.people import (
    BY_EMAIL,
    BY_PHONE,
    INES,
    UUID,
    give,
    register_ines,
    status,
)
from tests.protocols.fidelizacion.till import Till, data_of, refusal
from tests.protocols.state import rows

FLAGS = ("allowedSMS", "allowedEmail", "termsOfUse", "gdpr")
ALL_NINE = [
    "phoneNumber",
    "email",
    "firstName",
    "lastName",
    "allowedSMS",
    "allowedEmail",
    "termsOfUse",
    "gdpr",
    "birthday",
]


def test_what_nobody_was_asked_is_not_given(till: Till) -> None:
    """5.1: missing flags are stored as false; what has no value is left out."""
    answer = data_of(till.register(email="ines@example.org"))

    key = answer["member"].pop("membershipKey")
    assert UUID.fullmatch(key)
    assert answer["member"] == {"email": "ines@example.org"} | dict.fromkeys(FLAGS, False)
    assert answer["memberId"].startswith("mem_")


def test_a_newcomer_is_active_with_nothing(till: Till) -> None:
    register_ines(till, externalId="CARD-1")

    member = till.details({"externalId": "CARD-1"}).json["member"]

    assert (member["status"], member["points"], member["credit"]) == ("active", 0, 0)
    assert (member["visit"], member["totalSpent"], member["assets"]) == (0, 0, [])
    assert member["externalId"] == "CARD-1"


def test_whoever_is_known_cannot_register(till: Till) -> None:
    """5.1: not idempotent; the phone is looked at before the e-mail, and nothing is written."""
    register_ines(till)
    before = rows(till.database)

    again = refusal(till.register(**INES))
    same_phone = refusal(till.register(phoneNumber="+34 612 005 544", email="new@example.org"))
    same_email = refusal(till.register(email="INES@EXAMPLE.org"))

    assert again[1:] == same_phone[1:]
    assert again[2] == "Member already exists with the same phone number!"
    assert same_email[2] == "Member already exists with the same email!"
    assert rows(till.database) == before


def test_an_external_id_is_one_members(till: Till) -> None:
    """4.1: unique per business, and so is what is printed on somebody's card."""
    register_ines(till, externalId="CARD-1")
    with till.database.unit_of_work() as work:
        marta = make_member(work, till.program)
        make_card(work, till.program, marta, number="7700000042")
    before = rows(till.database)

    for taken in ("CARD-1", "7700000042"):
        found = refusal(till.register(phoneNumber="612009999", externalId=taken))

        assert found[1:] == (
            "204",
            "Member already exists with the same externalId!",
            "body.newMemberData.externalId",
        )
    assert rows(till.database) == before


def test_a_business_may_want_all_nine_fields(make_till: Any) -> None:
    """5.1: strict, by a setting of the key."""
    till = make_till(agreed={"strict_registration": True})

    assert len(ALL_NINE) == 9
    for missing in ALL_NINE:
        told = {name: INES[name] for name in ALL_NINE if name != missing}

        found = refusal(till.register(**told))

        where = f"body.newMemberData.{missing}"
        assert found == (400, "1001", f"{missing} is required", where)
    first = refusal(till.post("/v1/member/register", {}))
    assert first[2:] == ("phoneNumber is required", "body.phoneNumber")
    assert till.register(**INES).json["status"] == "success"
    assert till.update(BY_PHONE, lastName="Prats").json["status"] == "success"


def test_only_what_is_sent_changes(till: Till) -> None:
    """5.2: nothing is cleared, and the repeat says the same."""
    key = register_ines(till, externalId="CARD-1")
    known = INES | {"externalId": "CARD-1", "membershipKey": key}
    changes: dict[str, Any] = {
        "firstName": "Inés",
        "lastName": "Prats",
        "allowedEmail": True,
        "gdpr": False,
        "birthday": "1988-04-10",
        "phoneNumber": "612005545",
        "email": "ines@example.com",
        "externalId": "CARD-2",
    }

    for name, value in changes.items():
        known[name] = value
        for _ in range(2):
            answer = till.update({"membershipKey": key}, **{name: value})

            assert answer.json["message"] == "Member updated successfully"
            assert data_of(answer)["member"] == known, name


def test_a_member_keeps_what_is_theirs(till: Till) -> None:
    """5.2: sending the present value is fine."""
    register_ines(till, externalId="CARD-1")

    answer = till.update(BY_PHONE, **INES, externalId="CARD-1")

    assert answer.json["status"] == "success"


def test_what_is_somebody_elses_is_not_taken(till: Till) -> None:
    """5.2: 204, and nothing is changed, not even what might be."""
    register_ines(till, externalId="CARD-1")
    till.register(phoneNumber="612009999", email="marta@example.org", externalId="CARD-2")
    before = rows(till.database)

    for name, taken in (
        ("phoneNumber", "612 009 999"),
        ("email", "MARTA@example.org"),
        ("externalId", "CARD-2"),
    ):
        found = refusal(till.update(BY_PHONE, firstName="X", gdpr=False, **{name: taken}))

        assert (found[1], found[3]) == ("204", f"body.newMemberData.{name}")
    assert rows(till.database) == before


def test_an_update_says_something(till: Till) -> None:
    register_ines(till)

    for nothing in ({}, {"unknown": 1}, {"firstName": None}):
        response = till.update(BY_PHONE, **nothing)

        assert refusal(response)[2:] == (
            "newMemberData must have at least 1 key",
            "body.newMemberData",
        )


def test_a_member_id_names_nobody(till: Till) -> None:
    """4.1, 5.2: it is opaque, and no identifier."""
    first = data_of(till.register(**INES))["memberId"]

    again = data_of(till.update(BY_PHONE, gdpr=True))["memberId"]
    response = till.details({"memberId": first})

    assert again == first
    assert refusal(response)[2].startswith("member must contain at least one of")


@pytest.mark.parametrize(
    "given, where",
    [
        ({"email": "x@y.zz", "externalId": "no"}, "email"),
        ({"externalId": "no", "phoneNumber": "612009999"}, "phoneNumber"),
        ({"externalId": "no", "membershipKey": "no"}, "membershipKey"),
    ],
)
def test_whom_nothing_names_is_unknown(till: Till, given: Any, where: str) -> None:
    """4.1: the first identifier of the order in which they are looked for is to blame."""
    register_ines(till)

    found = refusal(till.update(given, gdpr=True))

    assert (found[1], found[3]) == ("203", f"body.member.{where}")


def test_several_identifiers_sharpen_the_match(till: Till) -> None:
    """4.1: what names nobody does not count; two members are refused."""
    key = register_ines(till, externalId="CARD-1")
    till.register(phoneNumber="612009999", email="marta@example.org")
    everything = INES["phoneNumber"], INES["email"], "CARD-1", key
    names = ("phoneNumber", "email", "externalId", "membershipKey")

    for given in (
        dict(zip(names, everything, strict=True)),
        {"phoneNumber": "612001111", "email": INES["email"]},
        {"membershipKey": "no such key", "externalId": "CARD-1"},
    ):
        assert till.details(given).json["member"]["membershipKey"] == key
    both = till.details(BY_PHONE | {"email": "marta@example.org"})
    assert refusal(both)[1:] == (
        "4001102",
        "The given identifiers belong to different members",
        "body.member",
    )


def test_an_email_two_members_share_needs_something_beside_it(till: Till) -> None:
    """Families do; a till cannot make such members, another platform can."""
    register_ines(till)
    with till.database.unit_of_work() as work:
        make_member(work, till.program, phone="34612009999", email=INES["email"])

    alone = till.details(BY_EMAIL)
    beside = till.details(BY_EMAIL | BY_PHONE)

    assert refusal(alone)[1] == "4001102"
    assert beside.json["member"]["firstName"] == "Ines"


def test_a_consent_is_kept_with_when_and_where_it_was_given(till: Till, clock: Any) -> None:
    """8.1: for each flag its last change; one that did not change keeps its date."""
    register_ines(till)
    registered_at = clock.now
    changed_at = clock.advance(timedelta(days=1))
    kiosk = till.with_headers(x_branch_id="BR002", x_pos_id="K-1", x_source_type="Kiosk")

    kiosk.update(BY_PHONE, allowedEmail=True, allowedSMS=True)

    with till.database.reading() as work:
        found = {one.kind: one for one in work.session.query(Consent).all()}
    assert len(found) == 4
    email, sms = found[ConsentKind.EMAIL], found[ConsentKind.SMS]
    assert (email.is_granted, email.changed_at) == (True, changed_at)
    assert (email.outlet_code, email.terminal) == ("BR002", "K-1")
    assert (email.channel, email.actor) == ("fidelizacion", "Kiosk Simphony 19.4")
    assert (sms.is_granted, sms.changed_at) == (True, registered_at)
    assert (sms.outlet_code, sms.terminal) == ("BR001", "POS001")


def test_a_denied_consent_blocks_no_call(till: Till) -> None:
    """8.1."""
    register_ines(till, gdpr=False, termsOfUse=False)
    give(till, 5)

    assert till.details(BY_PHONE).json["status"] == "success"
    assert till.pay(BY_PHONE, 5).json["status"] == "success"


@pytest.mark.parametrize("wanted", [MemberStatus.INACTIVE, MemberStatus.BLOCKED])
def test_who_takes_no_part_is_shown_and_may_be_changed(till: Till, wanted: MemberStatus) -> None:
    """4.3, gap 29."""
    register_ines(till)
    status(till, wanted)

    assert till.details(BY_PHONE).json["member"]["status"] == "inactive"
    assert till.update(BY_PHONE, allowedSMS=False).json["status"] == "success"


def test_who_was_erased_is_unknown_and_may_come_anew(till: Till) -> None:
    key = register_ines(till, externalId="CARD-1")
    with till.database.unit_of_work() as work:
        (member,) = members.matching(work, till.program.id, members.Profile(phone="34612005544"))
        cards.retire_all(work, cards.of_member(work, member.id))
        members.erase(work, member)

    assert refusal(till.details({"membershipKey": key}))[1] == "203"
    assert refusal(till.details({"externalId": "CARD-1"}))[1] == "203"
    assert register_ines(till, externalId="CARD-1") != key


def test_a_phone_is_shown_as_this_platform_wrote_it(till: Till) -> None:
    """3.5, 5.1: kept in one form for all platforms, and echoed in the till's own."""
    answer = till.register(phoneNumber="+34 612-005-544")

    assert answer.json["member"]["phoneNumber"] == "34612005544"
    assert till.details(BY_PHONE).json["member"]["phoneNumber"] == "34612005544"
    till.update(BY_PHONE, phoneNumber="612005544")
    assert till.details(BY_PHONE).json["member"]["phoneNumber"] == "612005544"
