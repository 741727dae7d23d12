"""One-time codes: made, shown, sent, taken once, and given up after wrong tries."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from adapter.core import codes, members, outbox
from adapter.core.codes import CodeMiss, ShortCode, operations, rules
from adapter.core.errors import Throttled, UnknownMember, Unreachable
from adapter.core.members import IdentityKind
from adapter.db import Database, Work
from tests.factories import PLACE, later, make_member, make_program
from tests.protocols.state import rows
from tests.statements import recorded

KEY = b"k" * 32
LIFE = 300


@pytest.fixture
def program(work: Work):
    return make_program(work)


@pytest.fixture
def member(work: Work, program):
    return make_member(work, program, email="Anna@Example.com")


def show(work, program, member):
    return codes.show(work, KEY, program, member, place=PLACE)[0]


def send(work, program, member, kind=IdentityKind.PHONE):
    code = codes.send(work, KEY, program, member, kind=kind, place=PLACE)
    return rules.text_of(KEY, code.id, code.digits)


def take(work, program, text, member=None):
    return codes.take(work, KEY, program, text, member=member, place=PLACE)


def wrong(text: str) -> str:
    return f"{(int(text) + 1) % 10 ** len(text):0{len(text)}}"


def live(work, member):
    found = select(ShortCode).where(ShortCode.member_id == member.id, ShortCode.ended_at.is_(None))
    return work.session.scalars(found.execution_options(populate_existing=True)).all()


def test_a_code_shown_again_is_the_same_until_it_expires(work, program, member):
    text, expires_at = codes.show(work, KEY, program, member, place=PLACE)
    again = codes.show(later(work, seconds=LIFE - 1), KEY, program, member, place=PLACE)
    other = codes.show(later(work, seconds=LIFE), KEY, program, member, place=PLACE)

    assert len(text) == 4
    assert text.isdigit()
    assert expires_at == work.now + timedelta(seconds=LIFE)
    assert again == (text, expires_at)
    assert other[1] == expires_at + timedelta(seconds=LIFE)
    assert len(live(work, member)) == 1


def test_length_and_life_are_the_programs(work):
    program = make_program(work, short_code_length=8, short_code_seconds=60)
    member = make_member(work, program)

    text, expires_at = codes.show(work, KEY, program, member, place=PLACE)

    assert len(text) == 8
    assert expires_at == work.now + timedelta(seconds=60)


def test_what_is_shown_is_not_on_its_way(work, program, member):
    show(work, program, member)

    assert outbox.due(work, limit=10) == []


@pytest.mark.parametrize("named", [True, False])
def test_a_code_names_its_member_once(work, program, member, named):
    text = show(work, program, member)
    given = member if named else None

    assert take(work, program, text, given) is member
    assert take(work, program, text, given) is None


@pytest.mark.parametrize("named", [True, False])
def test_a_code_is_good_until_it_expires_and_not_after(work, program, member, named):
    text = show(work, program, member)
    given = member if named else None

    assert take(later(work, seconds=LIFE), program, text, given) is None
    assert take(later(work, seconds=LIFE - 1), program, text, given) is member


def test_a_newer_code_ends_the_older(work):
    program = make_program(work, short_code_length=8)
    member = make_member(work, program)
    older, newer = show(work, program, member), send(work, program, member)

    assert show(work, program, member) == newer
    assert [code.sent_by for code in live(work, member)] == [IdentityKind.PHONE]
    assert take(work, program, older) is None
    assert take(work, program, older, member) is None
    assert take(work, program, newer, member) is member


def test_a_sent_code_is_on_its_way_to_its_member(work, program, member):
    code = codes.send(work, KEY, program, member, kind=IdentityKind.EMAIL, place=PLACE)

    (message,) = outbox.due(work, limit=10)
    assert (message.topic, message.subject_id) == ("short_code", code.id)
    assert (message.program_id, message.member_id) == (program.id, member.id)
    assert (code.outlet_code, code.terminal) == (PLACE.outlet_code, PLACE.terminal)


def test_what_is_to_be_sent_says_the_code_and_where_it_goes(work, program, member):
    by_phone = codes.send(work, KEY, program, member, kind=IdentityKind.PHONE, place=PLACE)
    phone = codes.sending(work, KEY, by_phone.id)
    by_email = codes.send(work, KEY, program, member, kind=IdentityKind.EMAIL, place=PLACE)
    email = codes.sending(work, KEY, by_email.id)

    assert (phone.kind, phone.to) == ("phone", member.identity(IdentityKind.PHONE).value)
    assert (email.kind, email.to) == ("email", "Anna@Example.com")
    assert email.text == show(work, program, member)
    assert email.expires_at == work.now + timedelta(seconds=LIFE)
    assert phone.to not in repr(phone)
    assert email.text not in repr(email)


def test_nothing_is_to_be_sent_of_a_code_that_is_over(work, program, member):
    used = codes.send(work, KEY, program, member, kind=IdentityKind.PHONE, place=PLACE)
    take(work, program, rules.text_of(KEY, used.id, used.digits), member)
    expired = codes.send(work, KEY, program, member, kind=IdentityKind.PHONE, place=PLACE)

    assert codes.sending(work, KEY, used.id) is None
    assert codes.sending(later(work, seconds=LIFE), KEY, expired.id) is None
    assert codes.sending(work, KEY, uuid.uuid4()) is None


def test_nothing_is_to_be_sent_to_somebody_without_that_identity_any_more(work, program, member):
    code = codes.send(work, KEY, program, member, kind=IdentityKind.EMAIL, place=PLACE)
    members.erase(work, member)

    assert codes.sending(work, KEY, code.id) is None


@pytest.mark.parametrize("kind", [IdentityKind.EMAIL, IdentityKind.MEMBERSHIP_KEY])
def test_a_code_goes_only_where_there_is_somebody_to_write_to(work, program, kind):
    member = make_member(work, program)

    with pytest.raises(Unreachable):
        send(work, program, member, kind)
    assert live(work, member) == []


def test_an_erased_member_has_no_code(work, program, member):
    text = show(work, program, member)
    members.erase(work, member)

    assert take(work, program, text, member) is None
    assert take(work, program, text) is None
    with pytest.raises(UnknownMember):
        show(work, program, member)
    with pytest.raises(UnknownMember):
        send(work, program, member)


def test_five_wrong_tries_end_a_members_code(work, program, member):
    text = show(work, program, member)

    for _ in range(4):
        assert take(work, program, wrong(text), member) is None
    assert len(live(work, member)) == 1
    assert take(work, program, wrong(text), member) is None
    assert live(work, member) == []
    assert take(work, program, text, member) is None


def test_a_right_try_after_four_wrong_ones_is_right(work, program, member):
    text = show(work, program, member)
    for _ in range(4):
        take(work, program, wrong(text), member)

    assert take(work, program, text, member) is member


def test_another_members_code_is_wrong_and_stays(work, program, member):
    other = make_member(work, program)
    mine, theirs = show(work, program, member), show(work, program, other)

    assert take(work, program, theirs, member) is None
    assert take(work, program, theirs, other) is other
    assert take(work, program, mine, member) is member


def test_a_code_means_nothing_in_another_program(work, program, member):
    elsewhere = make_program(work)
    text = show(work, program, member)

    assert take(work, elsewhere, text) is None
    assert take(work, elsewhere, text, member) is None
    with pytest.raises(UnknownMember):
        show(work, elsewhere, member)
    assert take(work, program, text) is member


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abcd",
        "12 34",
        "-123",
        "1.23",
        "١٢٣٤",
        "１２３４",
        "²²²²",
        "\ud800",
        "\0",
        "9" * 99999,
    ],
)
def test_what_no_code_could_read_is_simply_wrong(work, program, member, text, named):
    show(work, program, member)

    assert take(work, program, text, member if named else None) is None
    tries = [code.wrong_tries for code in live(work, member)]
    assert tries == [1 if named else 0]
    assert len(work.session.scalars(select(CodeMiss)).all()) == (0 if named else 1)


def test_a_code_with_zeros_in_front_keeps_them(work, program):
    members_ = [make_member(work, program) for _ in range(40)]
    texts = {show(work, program, member): member for member in members_}

    assert {len(text) for text in texts} == {4}
    for text, member in texts.items():
        bare = text.lstrip("0")
        if bare != text:
            assert take(work, program, bare, member) is None
        assert take(work, program, text, member) is member


def test_five_codes_in_ten_minutes_are_sent_and_no_sixth(work, program, member):
    for minute in range(5):
        send(later(work, minutes=minute), program, member)

    with pytest.raises(Throttled) as refused:
        send(later(work, minutes=5), program, member)
    assert refused.value.retry_after == 300
    # Others are not held back, nor is what is only shown.
    send(later(work, minutes=5), program, make_member(work, program))
    show(later(work, minutes=5), program, member)
    send(later(work, minutes=10), program, member)
    with pytest.raises(Throttled):
        send(later(work, minutes=10, seconds=59), program, member)


def test_guessing_without_a_member_is_refused_even_when_right(work, program, member):
    text = show(work, program, member)
    allowed = rules.misses_allowed(4)
    for _ in range(allowed):
        assert take(work, program, wrong(text)) is None

    for given in (text, wrong(text)):
        with pytest.raises(Throttled) as refused:
            take(later(work, seconds=100), program, given)
        assert refused.value.retry_after == LIFE - 100
    # Who is named may still prove it, and other programs are not held back.
    assert take(work, make_program(work), text) is None
    assert take(work, program, text, member) is member
    fresh = later(work, seconds=LIFE)
    assert take(fresh, program, show(fresh, program, member)) is member


def test_a_miss_remembers_the_till_it_came_from(work, program):
    take(work, program, "1234")

    miss = work.session.scalars(select(CodeMiss)).one()
    assert (miss.outlet_code, miss.terminal, miss.at) == ("BR001", "POS001", work.now)


def test_one_more_try_without_a_member_costs_no_more_for_earlier_misses(database, clock):
    with database.unit_of_work() as work:
        program = make_program(work)
        for _ in range(40):
            take(work, program, "1234")

    with database.unit_of_work() as work, recorded(database) as statements:
        take(work, program, "1234")

    assert len(statements) <= 3


def test_codes_alive_at_the_same_time_read_differently(work):
    program = make_program(work, short_code_length=2)
    people = [make_member(work, program) for _ in range(50)]

    texts = [show(work, program, member) for member in people]

    assert len(set(texts)) == 50
    for text, member in zip(texts, people, strict=True):
        assert take(work, program, text) is member


def test_where_no_code_is_free_it_is_refused_until_one_expires(work, monkeypatch):
    program = make_program(work, short_code_length=1)
    people = [make_member(work, program) for _ in range(11)]
    monkeypatch.setattr(operations, "DRAWS", 500)
    texts = [show(work, program, member) for member in people[:10]]

    with pytest.raises(Throttled) as refused:
        show(work, program, people[10])
    freed = show(later(work, seconds=refused.value.retry_after), program, people[10])

    assert sorted(texts) == list("0123456789")
    assert freed in texts
    assert take(later(work, seconds=LIFE), program, freed) is people[10]


def test_a_code_used_up_makes_room(work, monkeypatch):
    program = make_program(work, short_code_length=1)
    people = [make_member(work, program) for _ in range(11)]
    monkeypatch.setattr(operations, "DRAWS", 500)
    texts = [show(work, program, member) for member in people[:10]]
    take(work, program, texts[3])

    assert show(work, program, people[10]) == texts[3]


def test_a_code_is_nowhere_in_the_database(database, clock):
    with database.unit_of_work() as work:
        program = make_program(work, short_code_length=8)
        member = make_member(work, program)
        text = send(work, program, member)
        take(work, program, wrong(text))

    kept = str(rows(database))

    assert str(member.id) in kept
    assert text not in kept


def test_old_codes_and_misses_are_dropped_after_a_day(work, program, member):
    other = make_member(work, program)
    show(work, program, member)
    take(work, program, show(work, program, other))
    take(work, program, "nobody")

    kept = codes.drop_old(later(work, hours=24))
    gone = codes.drop_old(later(work, hours=24, seconds=LIFE + 1))

    assert (kept, gone) == (0, 3)
    assert codes.drop_old(later(work, days=30)) == 0


def test_a_miss_is_undone_only_with_the_callers_unit_of_work(database: Database, clock):
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
        text = show(work, program, member)
    for _ in range(5):
        with database.unit_of_work() as work:
            assert take(work, program, wrong(text), member) is None

    with database.unit_of_work() as work:
        assert take(work, program, text, member) is None
