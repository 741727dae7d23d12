"""The trail: written with the change, read by filters and page by page."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from adapter.core import trail
from adapter.core.staff import Role
from adapter.core.trail import Sought, differences
from tests import factories


def record(work, **changes):
    told = {
        "actor": "user:anna",
        "action": "member.reveal",
        "subject_kind": "member",
        "subject_id": None,
        "program_id": None,
    }
    return trail.record(work, **told | changes)


def test_a_line_is_written_with_the_change_or_not_at_all(database):
    def fails(work):
        record(work)
        raise ValueError

    with pytest.raises(ValueError):
        database.run(fails)

    with database.reading() as work:
        assert trail.changes(work, Sought()) == []


def test_values_are_kept_as_texts_that_stay_exact(work):
    member = uuid4()
    change = record(
        work,
        reason="почему",
        before={"amount": Decimal("0.10"), "role": Role.AUDITOR, "nothing": None},
        after={"at": work.now, "members": {member}, "deep": {"list": (1, Decimal("2.50"))}},
    )
    work.session.expire_all()

    assert change.before == {"amount": "0.10", "role": "auditor", "nothing": None}
    assert change.after["members"] == [str(member)]
    assert change.after["deep"] == {"list": [1, "2.50"]}
    assert change.after["at"] == work.now.isoformat()
    assert (change.reason, change.recorded_at) == ("почему", work.now)


def test_no_states_are_no_states_and_not_the_word_null(work):
    change = record(work)
    work.session.expire_all()

    assert change.before is None and change.after is None


def test_it_is_read_by_who_what_about_what_and_when(work, clock):
    program, other = factories.make_program(work), factories.make_program(work)
    member = uuid4()
    first = record(work, program_id=program.id, subject_id=member)
    record(work, program_id=other.id)
    staff = record(work, actor="cli:root", action="user.create", subject_kind="user")
    late = record(factories.later(work, days=1), program_id=program.id, action="user.sign_in")

    def found(**sought):
        return [one.id for one in trail.changes(work, Sought(**sought))]

    assert found(program_id=program.id) == [late.id, first.id]
    assert found(program_id=program.id, and_of_none=True) == [late.id, staff.id, first.id]
    assert found(actor="cli:root") == found(actor="root") == [staff.id]
    assert found(actor="user:anna") == found(actor="Anna") != []
    assert found(actor="ann") == []
    assert found(action="user.sign_in") == [late.id]
    assert found(subject_kind="user") == [staff.id]
    assert found(subject_id=member) == [first.id]
    assert found(since=work.now + timedelta(hours=1)) == [late.id]
    assert found(program_id=program.id, until=work.now + timedelta(hours=1)) == [first.id]
    assert [one.id for one in trail.of_subject(work, member)] == [first.id]
    assert list(trail.actors(work, program.id)) == ["cli:root", "user:anna"]
    assert list(trail.actions(work)) == ["member.reveal", "user.create", "user.sign_in"]


def test_pages_follow_each_other_without_gaps(work):
    written = [record(work).id for _ in range(5)]

    first = trail.changes(work, Sought(), limit=2)
    second = trail.changes(work, Sought(), after=first[-1].id, limit=2)
    third = trail.changes(work, Sought(), after=second[-1].id, limit=2)

    assert [one.id for one in (*first, *second, *third)] == written[::-1]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    (
        (None, None, []),
        ({"state": "active"}, {"state": "active"}, []),
        ({"state": "active"}, {"state": "blocked"}, [("state", "active", "blocked")]),
        (None, {"role": "support"}, [("role", None, "support")]),
        ({"a": 1}, None, [("a", 1, None)]),
        (
            {"settings": {"days": 1, "kept": 2}, "gone": [1]},
            {"settings": {"days": None, "kept": 2, "new": 3}},
            [("settings.days", 1, None), ("gone", [1], None), ("settings.new", None, 3)],
        ),
    ),
)
def test_a_difference_names_what_changed_and_nothing_else(before, after, said):
    assert list(differences(before, after)) == said
