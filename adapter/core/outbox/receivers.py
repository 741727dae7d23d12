"""Who is told of events: whether they listen, are paused, or are away for the moment."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select, update

from adapter.core.outbox.lines import LINE_LEASE
from adapter.core.outbox.models import OutboxLine, Receiver
from adapter.core.outbox.operations import LONGEST_ERROR
from adapter.core.outbox.rules import AWAY_AFTER, probe_after
from adapter.db import Work

MINUTE = timedelta(minutes=1)


def receiver(work: Work, program_id: uuid.UUID, *, lock: bool = False) -> Receiver:
    """How it goes with the receiver of a program's events; locked if so wished."""
    query = select(Receiver).where(Receiver.program_id == program_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = work.session.scalar(query)
    if found is None:
        meet_receivers(work, [program_id])
        found = work.session.scalars(query).one()
    return found


def all_receivers(work: Work) -> dict[uuid.UUID, Receiver]:
    """Every receiver there is, by program."""
    return {one.program_id: one for one in work.session.scalars(select(Receiver))}


def meet_receivers(work: Work, program_ids: Iterable[uuid.UUID]) -> None:
    """Have there be a receiver of each of these programs."""
    for program_id in program_ids:
        work.insert_unless_there(Receiver, _new(program_id), unique=["program_id"])


def _new(program_id: uuid.UUID) -> dict[str, object]:
    return {
        "program_id": program_id,
        "paused_at": None,
        "paused_by": "",
        "pause_reason": "",
        "failures": 0,
        "probe_at": None,
        "last_error": "",
        "failed_at": None,
        "delivered_at": None,
        "delivered": 0,
        "minute_at": None,
        "minute_count": 0,
        "last_minute_count": 0,
    }


def due_receivers(work: Work, *, by: datetime | None = None) -> Sequence[Receiver]:
    """Those who have something to be told now, and may be called."""
    is_due = exists().where(
        OutboxLine.program_id == Receiver.program_id,
        OutboxLine.position > OutboxLine.done,
        OutboxLine.next_try_at <= (by or work.now),
    )
    may_be_called = or_(Receiver.probe_at.is_(None), Receiver.probe_at <= work.now)
    found = select(Receiver).where(Receiver.paused_at.is_(None), may_be_called, is_due)
    return work.session.scalars(found.order_by(Receiver.program_id)).all()


def take_probe(work: Work, seen: Receiver) -> bool:
    """Whether it is this caller who finds out if a receiver that was away is back."""
    taken = work.session.execute(
        update(Receiver)
        .where(Receiver.program_id == seen.program_id, Receiver.probe_at == seen.probe_at)
        .values(probe_at=work.now + LINE_LEASE)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def end_probe(work: Work, program_id: uuid.UUID) -> None:
    """Let another find out whether the receiver is back: there was nothing to tell after all."""
    one = receiver(work, program_id, lock=True)
    if one.probe_at is not None:
        one.probe_at = work.now
        work.session.flush()


def note_receiver(
    work: Work, program_id: uuid.UUID, *, delivered: int, failures: int, error: str = ""
) -> bool:
    """Note how often somebody was told and how often not: whether they are away by now."""
    one = receiver(work, program_id, lock=True)
    _count(one, delivered, work.now)
    if failures:
        one.failed_at, one.last_error = work.now, error[:LONGEST_ERROR]
    one.failures = 0 if delivered else one.failures + failures
    one.probe_at = None
    if one.failures >= AWAY_AFTER:
        chance = random.random()  # noqa: S311  # nosec B311
        one.probe_at = work.now + probe_after(one.failures, chance=chance)
    work.session.flush()
    return one.probe_at is not None


def _count(one: Receiver, delivered: int, now: datetime) -> None:
    if one.minute_at is None or now - one.minute_at >= MINUTE:
        is_next = one.minute_at is not None and now - one.minute_at < 2 * MINUTE
        one.last_minute_count = one.minute_count if is_next else 0
        one.minute_at, one.minute_count = now, 0
    if delivered:
        one.delivered += delivered
        one.minute_count += delivered
        one.delivered_at = now


def rate_of(one: Receiver, now: datetime) -> int:
    """How many events were delivered in the last whole minute."""
    if one.minute_at is None or now - one.minute_at >= 2 * MINUTE:
        return 0
    return one.last_minute_count if now - one.minute_at < MINUTE else one.minute_count


def pause(work: Work, program_id: uuid.UUID, *, by: str, reason: str) -> Receiver:
    """The receiver, who is told nothing until `resume`; events wait for that."""
    one = receiver(work, program_id, lock=True)
    if one.paused_at is None:
        one.paused_at, one.paused_by = work.now, by
        one.pause_reason = reason[:LONGEST_ERROR]
        work.session.flush()
    return one


def resume(work: Work, program_id: uuid.UUID) -> Receiver:
    """The receiver, who is told of events again, and of the first at once."""
    one = receiver(work, program_id, lock=True)
    one.paused_at, one.paused_by, one.pause_reason = None, "", ""
    one.failures, one.probe_at = 0, None
    work.session.flush()
    return one
