"""Taking lines of events to be delivered from the front, and noting how far that went."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, update

from adapter.core.outbox.models import OutboxEvent, OutboxLine, Outcome
from adapter.core.outbox.operations import LONGEST_ERROR, PATIENCE
from adapter.core.outbox.rules import event_wait_after, is_given_up
from adapter.db import Work

# Whoever takes lines has so long to deliver what stands in front of them before another may.
LINE_LEASE = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A line that is nobody else's until the lease is over, and the events in front of it."""

    id: uuid.UUID
    claim: int
    done: int
    position: int
    attempts: int  # of the event in front, with the one to come
    first_try_at: datetime | None
    due_at: datetime
    events: Sequence[OutboxEvent]


@dataclass(frozen=True, slots=True)
class Ended:
    """An event that is done with, and how."""

    event: OutboxEvent
    outcome: Outcome
    error: str = ""


@dataclass(slots=True)
class Went:
    """How it went with a line: which of its events ended, and why the next one did not, if it was
    tried. One that nobody could be told, `waits`, was not.
    """

    line: Claimed
    ended: list[Ended] = field(default_factory=list)
    error: str = ""
    waits: str = ""


def claim_lines(
    work: Work,
    program_id: uuid.UUID,
    *,
    limit: int,
    run: int,
    due_by: datetime | None = None,
) -> list[Claimed]:
    """Lines that are due, the oldest first, each with as many of its events as `run` allows.

    To be committed before anything is sent. An attempt counts from here, so that an event on which
    its deliverer dies is given up as well.
    """
    lines = work.session.scalars(
        select(OutboxLine)
        .where(
            OutboxLine.program_id == program_id,
            OutboxLine.position > OutboxLine.done,
            OutboxLine.next_try_at <= (due_by or work.now),
        )
        .order_by(OutboxLine.next_try_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not lines:
        return []
    events = _in_front(work, lines, run)
    work.session.execute(
        update(OutboxLine)
        .where(OutboxLine.id.in_([line.id for line in lines]))
        .values(
            claim=OutboxLine.claim + 1,
            attempts=OutboxLine.attempts + 1,
            first_try_at=func.coalesce(OutboxLine.first_try_at, work.now),
            next_try_at=work.now + LINE_LEASE,
        )
        .execution_options(synchronize_session=False)
    )
    return [
        Claimed(
            line.id,
            line.claim + 1,
            line.done,
            line.position,
            line.attempts + 1,
            line.first_try_at or work.now,
            line.next_try_at,
            events[line.id],
        )
        for line in lines
    ]


def _in_front(
    work: Work, lines: Sequence[OutboxLine], run: int
) -> dict[uuid.UUID, list[OutboxEvent]]:
    found: dict[uuid.UUID, list[OutboxEvent]] = defaultdict(list)
    rows = work.session.scalars(
        select(OutboxEvent)
        .join(OutboxLine, OutboxLine.id == OutboxEvent.line_id)
        .where(
            OutboxLine.id.in_([line.id for line in lines]),
            OutboxEvent.position > OutboxLine.done,
            OutboxEvent.position <= OutboxLine.done + run,
        )
        .order_by(OutboxEvent.line_id, OutboxEvent.position)
    )
    for event in rows:
        found[event.line_id].append(event)
    return found


def note_lines(work: Work, gone: Collection[Went]) -> list[Ended]:
    """Move the lines on by what ended, and have those whose event failed wait: the events that
    were given up now. What another has claimed meanwhile is that one's to note.
    """
    mine = _still_mine(work, [one.line for one in gone])
    kept = [one for one in gone if one.line.id in mine]
    given_up = []
    for one in kept:
        attempts, first_try_at = _tries(one, work.now)
        if one.error and is_given_up(attempts, first_try_at, work.now):
            dead = Ended(one.line.events[len(one.ended)], Outcome.DEAD, one.error)
            one.ended.append(dead)
            given_up.append(dead)
            one.error = ""
    _note_events(work, kept)
    _move_on(work, kept)
    return given_up


def _still_mine(work: Work, lines: Sequence[Claimed]) -> set[uuid.UUID]:
    claims = {line.id: line.claim for line in lines}
    rows = work.session.execute(
        select(OutboxLine.id, OutboxLine.claim)
        .where(OutboxLine.id.in_(list(claims)))
        .order_by(OutboxLine.id)
        .with_for_update(key_share=True)
    )
    return {line_id for line_id, claim in rows if claims[line_id] == claim}


def _tries(one: Went, now: datetime) -> tuple[int, datetime | None]:
    """How often the event that is in front now was tried, and since when."""
    if not one.ended:
        return one.line.attempts, one.line.first_try_at
    return (1, now) if one.error else (0, None)


def _note_events(work: Work, kept: Sequence[Went]) -> None:
    alike: dict[tuple[Outcome, int, str], list[uuid.UUID]] = defaultdict(list)
    for one in kept:
        for number, ended in enumerate(one.ended):
            tries = one.line.attempts if number == 0 else 1
            alike[ended.outcome, tries, ended.error[:LONGEST_ERROR]].append(ended.event.id)
    for (outcome, tries, error), ids in alike.items():
        values = {
            "ended_at": work.now,
            "outcome": outcome,
            "attempts": tries,
            "last_error": error,
        }
        work.session.execute(
            update(OutboxEvent)
            .where(OutboxEvent.id.in_(ids))
            .values(values)
            .execution_options(synchronize_session=False)
        )


def _move_on(work: Work, kept: Sequence[Went]) -> None:
    if not kept:
        return
    table = cast(Table, OutboxLine.__table__)
    rows = [_state(one, work.now) for one in sorted(kept, key=lambda one: one.line.id)]
    names = ("done", "attempts", "first_try_at", "next_try_at", "last_error")
    values: dict[str, Any] = {
        name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names
    }
    # Without a try nothing failed, and it keeps its place among the lines that are due.
    work.session.execute(table.update().where(table.c.id == bindparam("of")).values(values), rows)


def _state(one: Went, now: datetime) -> dict[str, Any]:
    line = one.line
    done = one.ended[-1].event.position if one.ended else line.done
    if not line.events:
        done = line.position  # rows that nobody has any more; there is nothing to wait for
    attempts, first_try_at = _tries(one, now)
    due_at = now if one.ended else line.due_at
    if one.error:
        chance = random.random()  # noqa: S311  # nosec B311
        due_at = now + event_wait_after(attempts, chance=chance)
    elif not one.ended:
        # It was not tried after all.
        attempts -= 1
        first_try_at = first_try_at if attempts else None
        due_at = now + PATIENCE if one.waits else due_at
    return {
        "of": line.id,
        "new_done": done,
        "new_attempts": attempts,
        "new_first_try_at": first_try_at,
        "new_next_try_at": due_at,
        "new_last_error": (one.error or one.waits)[:LONGEST_ERROR],
    }
