"""Putting messages into the outbox, taking them to be delivered, and noting how that went."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from adapter.core.outbox.ids import first_id_at
from adapter.core.outbox.models import OutboxEvent, OutboxLine, OutboxMessage, Outcome
from adapter.core.outbox.queries import is_due
from adapter.core.outbox.rules import ATTEMPTS, wait_after
from adapter.core.outbox.subscriptions import UNHEARD
from adapter.db import Work

# Whoever takes a message has so long to deliver it before another may: well above the time-outs
# of a call, so that two deliver the same only where one of them was lost.
LEASE = timedelta(seconds=60)
# A message that nobody can be told yet is looked at so often.
PATIENCE = timedelta(seconds=15)
KEPT = timedelta(days=30)
LONGEST_ERROR = 255


def put(
    work: Work,
    program_id: uuid.UUID,
    *,
    topic: str,
    subject_id: uuid.UUID,
    member_id: uuid.UUID | None = None,
) -> OutboxMessage:
    """A message that leaves once this unit of work has committed, and never if it does not."""
    message = OutboxMessage(
        program_id=program_id,
        member_id=member_id,
        topic=topic,
        subject_id=subject_id,
        created_at=work.now,
        next_try_at=work.now,
        attempts=0,
        last_error="",
    )
    work.session.add(message)
    work.session.flush()
    return message


def claim(
    work: Work,
    *,
    limit: int,
    program_id: uuid.UUID | None = None,
    due_by: datetime | None = None,
) -> Sequence[OutboxMessage]:
    """Messages that are due, the oldest first, and nobody else's until the lease is over.

    With `program_id` only those of a program. With `due_by` only those that were due then: who
    asks again and again gets each of them once.

    To be committed before anything is sent: what is sent cannot be rolled back. An attempt counts
    from here, so that a message on which its deliverer dies is given up as well.
    """
    wanted = select(OutboxMessage).where(*is_due(due_by or work.now))
    if program_id is not None:
        wanted = wanted.where(OutboxMessage.program_id == program_id)
    wanted = wanted.order_by(OutboxMessage.next_try_at).limit(limit)
    found = work.session.scalars(wanted.with_for_update(skip_locked=True)).all()
    claimed = []
    for message in found:
        if message.attempts >= ATTEMPTS:
            message.ended_at, message.outcome = work.now, Outcome.DEAD
            continue
        message.attempts += 1
        message.next_try_at = work.now + LEASE
        claimed.append(message)
    work.session.flush()
    return claimed


def deliver(work: Work, claimed: OutboxMessage) -> None:
    """Note that a message arrived."""
    _end(work, claimed, Outcome.DELIVERED)


def drop(work: Work, claimed: OutboxMessage) -> None:
    """Note that there is nothing to say any more."""
    _end(work, claimed, Outcome.DROPPED)


def bury(work: Work, claimed: OutboxMessage, *, error: str) -> None:
    """Note that a message will never arrive, and why."""
    _end(work, claimed, Outcome.DEAD, error)


def fail(work: Work, claimed: OutboxMessage, *, error: str) -> bool:
    """Note why a message did not arrive: whether it is tried again, which it is until the last
    try but not after it.
    """
    if claimed.attempts >= ATTEMPTS:
        bury(work, claimed, error=error)
        return False
    message = _still_mine(work, claimed)
    if message is not None:
        chance = random.random()  # noqa: S311  # nosec B311
        message.next_try_at = work.now + wait_after(message.attempts, chance=chance)
        message.last_error = error[:LONGEST_ERROR]
        work.session.flush()
    return True


def postpone(work: Work, claimed: OutboxMessage, *, reason: str) -> None:
    """Note that nobody can be told yet; that was no attempt."""
    message = _still_mine(work, claimed)
    if message is not None:
        message.attempts -= 1
        message.next_try_at = work.now + PATIENCE
        message.last_error = reason[:LONGEST_ERROR]
        work.session.flush()


def drop_old(work: Work) -> int:
    """How many messages had ended longer ago than they are kept, and are gone now."""
    result = work.session.execute(
        delete(OutboxMessage).where(OutboxMessage.ended_at < work.now - KEPT)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def drop_unheard(work: Work, *, limit: int = 500) -> int:
    """How many events, of at most so many lines, have waited for longer than any is kept, though
    nobody listens to their program any more: they end here. Whoever gets some asks again.
    """
    old = OutboxEvent.id < first_id_at(work.now - KEPT)
    found = (
        select(OutboxLine.id)
        .join(OutboxEvent, OutboxEvent.line_id == OutboxLine.id)
        .where(
            OutboxLine.program_id.in_(UNHEARD.with_only_columns(UNHEARD.selected_columns.id)),
            OutboxLine.position > OutboxLine.done,
            OutboxEvent.position == OutboxLine.done + 1,
            old,
        )
        .order_by(OutboxLine.id)
        .limit(limit)
        .with_for_update(of=OutboxLine)
    )
    line_ids = work.session.scalars(found).all()
    if not line_ids:
        return 0
    last = select(func.max(OutboxEvent.position)).where(OutboxEvent.line_id == OutboxLine.id, old)
    # Whoever has claimed them since somebody listens again is not heard.
    forgotten = {"claim": OutboxLine.claim + 1, "attempts": 0, "first_try_at": None}
    moved = update(OutboxLine).where(OutboxLine.id.in_(line_ids))
    moved = moved.values(done=last.scalar_subquery(), last_error="", **forgotten)
    work.session.execute(moved.execution_options(synchronize_session=False))
    done = select(OutboxLine.done).where(OutboxLine.id == OutboxEvent.line_id).scalar_subquery()
    ended = update(OutboxEvent).where(
        OutboxEvent.line_id.in_(line_ids),
        OutboxEvent.ended_at.is_(None),
        OutboxEvent.position <= done,
    )
    ended = ended.values(ended_at=work.now, outcome=Outcome.DROPPED)
    result = work.session.execute(ended.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]


def drop_old_events(work: Work, *, limit: int = 5000) -> int:
    """How many events, of at most so many looked at, had ended and were told of longer ago than
    they are kept, and are gone now. Whoever gets the limit asks again.
    """
    old = work.session.execute(
        select(OutboxEvent.id, OutboxEvent.line_id, OutboxEvent.member_id)
        .where(OutboxEvent.id < first_id_at(work.now - KEPT), OutboxEvent.ended_at.is_not(None))
        .order_by(OutboxEvent.id)
        .limit(limit)
    ).all()
    if old:
        gone = delete(OutboxEvent).where(OutboxEvent.id.in_([event_id for event_id, *_ in old]))
        work.session.execute(gone.execution_options(synchronize_session=False))
        _drop_lines(work, {line_id for _, line_id, member_id in old if member_id is None})
    return len(old)


def _drop_lines(work: Work, line_ids: set[uuid.UUID]) -> None:
    """Forget lines of what is nobody's; a member's go on counting."""
    others = select(OutboxEvent.id).where(OutboxEvent.line_id == OutboxLine.id)
    work.session.execute(
        delete(OutboxLine)
        .where(
            OutboxLine.id.in_(line_ids),
            OutboxLine.position == OutboxLine.done,
            ~others.exists(),
        )
        .execution_options(synchronize_session=False)
    )


def _end(work: Work, claimed: OutboxMessage, outcome: Outcome, error: str = "") -> None:
    message = _locked(work, claimed)
    # What arrived has arrived, though the lease was over and another took it meanwhile.
    if message is not None and (outcome is Outcome.DELIVERED or _is_mine(message, claimed)):
        message.ended_at, message.outcome = work.now, outcome
        message.last_error = error[:LONGEST_ERROR]
        work.session.flush()


def _still_mine(work: Work, claimed: OutboxMessage) -> OutboxMessage | None:
    message = _locked(work, claimed)
    return message if message is not None and _is_mine(message, claimed) else None


def _is_mine(message: OutboxMessage, claimed: OutboxMessage) -> bool:
    return message.attempts == claimed.attempts


def _locked(work: Work, claimed: OutboxMessage) -> OutboxMessage | None:
    return work.session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.id == claimed.id, OutboxMessage.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
