"""Versions of rules and settings: every change is kept, and nobody overwrites another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete

from adapter.core import programs
from adapter.core.errors import EditedMeanwhile
from adapter.core.programs import Difference, ProgramTerms, Revision, RevisionKind
from adapter.db import Database, Work
from tests.factories import later, make_program, make_rule

HOUR = timedelta(hours=1)
RULE, PROGRAM = RevisionKind.RULE, RevisionKind.PROGRAM


def drawn_up(work: Work, program: ProgramTerms, *, seen: int = 0, rate: str = "2") -> None:
    """A draft of the rule `base`."""
    programs.put_draft(
        work,
        program.id,
        code="base",
        kind="spending",
        terms={"points_per_unit": rate},
        seen=seen,
        by="user:anna",
    )


def published(work: Work, program: ProgramTerms, *, seen: int = 1) -> int:
    """The version at which the draft is in force."""
    return programs.publish(
        work, program.id, "base", seen=seen, by="user:anna", note="because"
    ).version


def test_each_change_of_a_rule_is_a_version_and_none_is_two(work: Work) -> None:
    program = make_program(work)
    for rate in ("1", "1", "2"):
        make_rule(work, program, points_per_unit=rate)

    found = programs.revisions(work, program.id, RULE, "base")

    assert [(one.number, one.document["terms"]["points_per_unit"]) for one in found] == [
        (2, "2"),
        (1, "1"),
    ]
    assert programs.earn_rules(work, program.id)[0].version == 2


def test_what_was_in_force_at_any_time_can_be_read(work: Work) -> None:
    program = make_program(work)
    for hours in (1, 3):
        make_rule(later(work, hours * HOUR), program, points_per_unit=str(hours))

    def rate(hours: int) -> str | None:
        found = programs.in_force(work, program.id, RULE, "base", work.now + hours * HOUR)
        return found and str(found.document["terms"]["points_per_unit"])

    assert [rate(hours) for hours in (0, 1, 2, 3, 9)] == [None, "1", "1", "3", "3"]


def test_a_rule_older_than_its_versions_is_kept_before_it_changes(work: Work) -> None:
    program = make_program(work)
    make_rule(work, program, points_per_unit="1")
    work.session.execute(delete(Revision))

    make_rule(later(work, HOUR), program, points_per_unit="2")
    programs.put(later(work, HOUR), code=program.code, name="Coffee")

    rules = programs.revisions(work, program.id, RULE, "base")
    whole = programs.revisions(work, program.id, PROGRAM, program.code)
    assert [(one.number, one.document["terms"]["points_per_unit"]) for one in rules] == [
        (2, "2"),
        (1, "1"),
    ]
    assert [(one.number, one.document["name"]) for one in whole] == [(2, "Coffee"), (1, "")]
    assert rules[1].made_at == work.now


def test_a_program_put_as_it_is_makes_no_version(work: Work) -> None:
    program = make_program(work, welcome_points="5")

    programs.put(work, code=program.code, settings={"welcome_points": "5"}, by="program file")

    assert len(programs.revisions(work, program.id, PROGRAM, program.code)) == 1


def test_versions_are_read_a_page_at_a_time(work: Work) -> None:
    program = make_program(work)
    for rate in range(1, 6):
        make_rule(work, program, points_per_unit=str(rate))

    first = programs.revisions(work, program.id, RULE, "base", limit=2)
    rest = programs.revisions(work, program.id, RULE, "base", before=first[-1].number)

    assert [one.number for one in [*first, *rest]] == [5, 4, 3, 2, 1]


def test_differences_name_every_field_that_is_not_the_same() -> None:
    before = {"name": "A", "settings": {"x": 1, "same": [1]}, "gone": {"deep": True}}
    after = {"name": "B", "settings": {"y": 2, "same": [1]}}

    found = list(programs.differences(before, after))

    assert found == [
        Difference("gone.deep", True, None),
        Difference("name", "A", "B"),
        Difference("settings.x", 1, None),
        Difference("settings.y", None, 2),
    ]


def test_a_draft_is_published_once_as_it_was_seen(work: Work) -> None:
    program = make_program(work)
    make_rule(work, program)
    drawn_up(work, program)
    drawn_up(work, program, seen=1, rate="3")

    with pytest.raises(EditedMeanwhile):
        published(work, program, seen=1)
    assert published(work, program, seen=2) == 2
    with pytest.raises(EditedMeanwhile):
        published(work, program, seen=2)

    (rule,) = programs.earn_rules(work, program.id)
    assert rule.terms == {"points_per_unit": "3"}
    assert programs.drafts(work, program.id) == []


def test_a_draft_of_an_older_version_is_not_published(work: Work) -> None:
    program = make_program(work)
    make_rule(work, program)
    drawn_up(work, program)
    make_rule(work, program, points_per_unit="9")

    with pytest.raises(EditedMeanwhile):
        published(work, program)


def test_of_two_who_publish_at_once_one_is_told(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        make_rule(work, program)
        drawn_up(work, program)

    def publish() -> int:
        try:
            return database.run(lambda work: published(work, program))
        except EditedMeanwhile:
            return 0

    with ThreadPoolExecutor(2) as threads:
        versions = [one.result() for one in [threads.submit(publish) for _ in range(2)]]

    assert sorted(versions) == [0, 2]
    with database.reading() as work:
        assert len(programs.revisions(work, program.id, RULE, "base")) == 2


def test_of_two_who_change_the_settings_at_once_one_is_told(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        seen = programs.digest_of(programs.by_code(work, program.code))

    def change(name: str) -> bool:
        try:
            database.run(
                lambda work: programs.change(
                    work, program.id, seen=seen, by="user:anna", note="", name=name
                )
            )
        except EditedMeanwhile:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        changed = [one.result() for one in [threads.submit(change, name) for name in "AB"]]

    assert sorted(changed) == [False, True]
