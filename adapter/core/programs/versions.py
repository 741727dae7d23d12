"""Versions of rules and settings: what was in force at any time, and what a change changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_

from adapter.core.programs.models import EarnRule, Program, Revision, RevisionKind
from adapter.db import Work

ATTRIBUTES = ("name", "currency", "country", "timezone", "settings", "card_numbers")
AS_FOUND = "as it was when versions began to be kept"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two documents do not agree on: `settings.point_value_minor`."""

    path: str
    before: Any
    after: Any


def rule_document(kind: str, terms: Mapping[str, Any]) -> dict[str, Any]:
    """What a rule says."""
    return {"kind": str(kind), "terms": dict(terms)}


def program_document(program: Program) -> dict[str, Any]:
    """What a program says of itself."""
    return {name: getattr(program, name) for name in ATTRIBUTES}


def keep_rule(
    work: Work, rule: EarnRule, *, by: str, note: str, made_at: datetime | None = None
) -> None:
    """Have the version a rule is at be remembered."""
    _keep(
        work,
        rule.program_id,
        RevisionKind.RULE,
        rule.code,
        number=rule.version,
        document=rule_document(rule.kind, rule.terms),
        by=by,
        note=note,
        made_at=made_at,
    )


def keep_rule_as_found(work: Work, rule: EarnRule) -> None:
    """Have a rule that is older than its versions be remembered before it changes."""
    if revision(work, rule.program_id, RevisionKind.RULE, rule.code, rule.version) is None:
        since = work.session.get_one(Program, rule.program_id).created_at
        keep_rule(work, rule, by="", note=AS_FOUND, made_at=since)


def keep_program(work: Work, program: Program, *, by: str, note: str) -> None:
    """Have what a program says be remembered."""
    number = 1 + max(
        (one.number for one in revisions(work, program.id, RevisionKind.PROGRAM, program.code)),
        default=0,
    )
    _keep(
        work,
        program.id,
        RevisionKind.PROGRAM,
        program.code,
        number=number,
        document=program_document(program),
        by=by,
        note=note,
    )


def keep_program_as_found(work: Work, program: Program) -> None:
    """Have a program that is older than its versions be remembered before it changes."""
    if not revisions(work, program.id, RevisionKind.PROGRAM, program.code, limit=1):
        _keep(
            work,
            program.id,
            RevisionKind.PROGRAM,
            program.code,
            number=1,
            document=program_document(program),
            by="",
            note=AS_FOUND,
            made_at=program.created_at,
        )


def _keep(
    work: Work,
    program_id: uuid.UUID,
    kind: RevisionKind,
    code: str,
    *,
    number: int,
    document: dict[str, Any],
    by: str,
    note: str,
    made_at: datetime | None = None,
) -> None:
    kept = Revision(
        program_id=program_id,
        kind=kind,
        code=code,
        number=number,
        document=document,
        actor=by,
        note=note,
        made_at=made_at or work.now,
    )
    work.session.add(kept)
    work.session.flush()


def revisions(
    work: Work,
    program_id: uuid.UUID,
    kind: RevisionKind,
    code: str,
    *,
    before: int | None = None,
    limit: int = 200,
) -> Sequence[Revision]:
    """The versions of a rule or of the program itself, the newest first; or those before one."""
    found = _of(program_id, kind, code)
    if before is not None:
        found = found.where(Revision.number < before)
    return work.session.scalars(found.order_by(Revision.number.desc()).limit(limit)).all()


def last_revisions(work: Work, program_id: uuid.UUID, kind: RevisionKind) -> dict[str, Revision]:
    """The newest version of each rule, or of the program itself, by its code."""
    of_kind = (Revision.program_id == program_id, Revision.kind == kind)
    newest = select(Revision.code, func.max(Revision.number)).where(*of_kind)
    named = tuple_(Revision.code, Revision.number)
    found = select(Revision).where(*of_kind, named.in_(newest.group_by(Revision.code)))
    return {one.code: one for one in work.session.scalars(found)}


def revision(
    work: Work, program_id: uuid.UUID, kind: RevisionKind, code: str, number: int
) -> Revision | None:
    """One version, if it is known."""
    return work.session.scalar(_of(program_id, kind, code).where(Revision.number == number))


def in_force(
    work: Work, program_id: uuid.UUID, kind: RevisionKind, code: str, at: datetime
) -> Revision | None:
    """The version that was in force at an instant; nothing where there was none yet."""
    found = _of(program_id, kind, code).where(Revision.made_at <= at)
    return work.session.scalar(found.order_by(Revision.number.desc()).limit(1))


def _of(program_id: uuid.UUID, kind: RevisionKind, code: str) -> Select[Revision]:
    return select(Revision).where(
        Revision.program_id == program_id, Revision.kind == kind, Revision.code == code
    )


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], *, below: str = ""
) -> Iterator[Difference]:
    """What the second document says otherwise than the first, field by field; what one of them
    does not say is None.
    """
    for key in sorted(before.keys() | after.keys()):
        path, had, has = f"{below}{key}", before.get(key), after.get(key)
        if isinstance(had, Mapping) or isinstance(has, Mapping):
            had = had if isinstance(had, Mapping) else {}
            has = has if isinstance(has, Mapping) else {}
            yield from differences(had, has, below=f"{path}.")
        elif had != has:
            yield Difference(path, had, has)
