"""Rules in the making: drawn up, looked at, and put in force; nobody overwrites another's."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from adapter.core.errors import EditedMeanwhile
from adapter.core.origins import fingerprint
from adapter.core.programs.models import EarnRule, Program, RuleDraft
from adapter.core.programs.operations import put, put_rule
from adapter.core.programs.versions import program_document, rule_document
from adapter.db import Work


def drafts(work: Work, program_id: uuid.UUID) -> Sequence[RuleDraft]:
    """A program's drafts, by code."""
    found = select(RuleDraft).where(RuleDraft.program_id == program_id)
    return work.session.scalars(found.order_by(RuleDraft.code)).all()


def draft(work: Work, program_id: uuid.UUID, code: str) -> RuleDraft | None:
    """The draft of a rule, if there is one."""
    return work.session.get(RuleDraft, (program_id, code))


def put_draft(
    work: Work,
    program_id: uuid.UUID,
    *,
    code: str,
    kind: str,
    terms: Any,
    seen: int,
    by: str,
) -> RuleDraft:
    """The draft of a rule, made or changed; `seen` is the revision it was changed from, 0 if none.

    Raises:
        EditedMeanwhile: Somebody else changed it since, or began one.
    """
    found = _locked(work, program_id, code)
    if (found.revision if found else 0) != seen:
        raise EditedMeanwhile("somebody else changed this draft meanwhile")
    if found is None:
        rule = _rule(work, program_id, code)
        found = RuleDraft(
            program_id=program_id, code=code, based_on=rule.version if rule else 0, revision=0
        )
        work.session.add(found)
    found.document = rule_document(kind, terms)
    found.revision += 1
    found.actor, found.changed_at = by, work.now
    work.session.flush()
    return found


def drop_draft(work: Work, program_id: uuid.UUID, code: str, *, seen: int) -> None:
    """Have a draft be gone.

    Raises:
        EditedMeanwhile: Somebody else changed it since, or dropped it.
    """
    work.session.delete(_seen(work, program_id, code, seen))
    work.session.flush()


def publish(
    work: Work, program_id: uuid.UUID, code: str, *, seen: int, by: str, note: str
) -> EarnRule:
    """The rule as its draft says, in force from now on; the draft is gone.

    Raises:
        EditedMeanwhile: Somebody else changed the draft since, or the rule since it was drawn up.
    """
    found = _seen(work, program_id, code, seen)
    rule = _rule(work, program_id, code, lock=True)
    if (rule.version if rule else 0) != found.based_on:
        raise EditedMeanwhile("the rule was changed since this draft was drawn up")
    document = found.document
    published = put_rule(
        work,
        program_id,
        code=code,
        kind=document["kind"],
        terms=document["terms"],
        by=by,
        note=note,
    )
    work.session.delete(found)
    work.session.flush()
    return published


def change(
    work: Work, program_id: uuid.UUID, *, seen: str, by: str, note: str, **attributes: Any
) -> Program:
    """The program with these attributes; `seen` is the digest of what it said before.

    Raises:
        EditedMeanwhile: It says something else by now.
    """
    found = select(Program).where(Program.id == program_id).with_for_update(key_share=True)
    program = work.session.scalars(found.execution_options(populate_existing=True)).one()
    if digest_of(program) != seen:
        raise EditedMeanwhile("somebody else changed the settings meanwhile")
    return put(work, code=program.code, by=by, note=note, **attributes)


def digest_of(program: Program) -> str:
    """What tells what a program says now from what it said before."""
    return fingerprint(program_document(program))


def _seen(work: Work, program_id: uuid.UUID, code: str, seen: int) -> RuleDraft:
    found = _locked(work, program_id, code)
    if found is None or found.revision != seen:
        raise EditedMeanwhile("somebody else changed or dropped this draft meanwhile")
    return found


def _locked(work: Work, program_id: uuid.UUID, code: str) -> RuleDraft | None:
    return work.session.get(
        RuleDraft, (program_id, code), with_for_update=True, populate_existing=True
    )


def _rule(work: Work, program_id: uuid.UUID, code: str, *, lock: bool = False) -> EarnRule | None:
    found = select(EarnRule).where(EarnRule.program_id == program_id, EarnRule.code == code)
    if lock:
        found = found.with_for_update(key_share=True).execution_options(populate_existing=True)
    return work.session.scalar(found)
