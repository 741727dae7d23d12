"""Rolls up what is new: outside every till's call, again and again, and by as many as like to.

What is older than two days is read once. What is younger stands in slices of time whose rows may
still grow, since an id is older than the commit that shows it: each is read again a few times in
those two days, and corrected by the difference to what was told of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select

from adapter.core import programs
from adapter.core.stats import activity
from adapter.core.stats.models import ActiveDay, DailyFigure, RollUpMark, RollUpSlice
from adapter.core.stats.sources import SOURCES, Books, Position, Source, books_of
from adapter.core.stats.tally import Active, Calendars, Key, Sum, Tally
from adapter.db import Database, Work
from adapter.db.statements import insert_unless_there

SLICE = timedelta(minutes=15)
SETTLED = timedelta(hours=48)
CHECKS = (SLICE, timedelta(hours=1), timedelta(hours=6), SETTLED)
PAGE = 5_000
# Of what was there before, in one go; the next one goes on.
MOST = 200_000
_MOST_ACTIVE = 20_000
_FIRST = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Rolled:
    """What one run did: how many rows it read, and whether all there is has been read."""

    rows: int = 0
    is_complete: bool = True


def roll_up(database: Database, *, most: int = MOST) -> Rolled:
    """Bring the figures up to now, in units of work of their own; two at once do no harm.

    Of what was there before anything was rolled up, at most so many rows; the newest come first.
    """
    rolled = Rolled()
    with database.reading() as work:
        is_time = _is_time_for_a_slice(work)
        zones = {one.id: one.terms().timezone for one in programs.all_programs(work)}
        books = books_of(work, Calendars(zones), list(zones))
    if is_time:
        database.run(_prepare)
    for source in SOURCES:
        for due in _due(database, source):
            rolled.rows += _tell(database, source, books, due)
    left = most
    for source in SOURCES:
        while left > 0 and (read := _tell_more(database, source, books)):
            rolled.rows += read
            left -= read
    rolled.is_complete = database.run(_end)
    return rolled


def start_anew(work: Work) -> None:
    """Have all figures forgotten, to be rolled up from the first row again."""
    _lock(work)
    for model in (DailyFigure, ActiveDay, RollUpSlice, RollUpMark):
        work.session.execute(model.__table__.delete())  # type: ignore[attr-defined]


def _is_time_for_a_slice(work: Work) -> bool:
    open_slices = work.session.scalars(_OPEN).all()
    young = [one for one in open_slices if one.starts_at >= _quarter(work.now)]
    return len(young) < len(SOURCES)


_OPEN = select(RollUpSlice).where(RollUpSlice.ends_at.is_(None)).order_by(RollUpSlice.source)


def _prepare(work: Work) -> None:
    """Have the slice without an end, which holds all that is yet to come, be a young one."""
    now = _quarter(work.now)
    for source in SOURCES:
        mark = {
            "source": source.name,
            "until": now - SETTLED,
            "read_at": _FIRST,
            "read_id": Position.before(_FIRST).id,
            "is_read": False,
            "rolled_up_at": None,
        }
        if insert_unless_there(work.session, RollUpMark, mark, unique=["source"]):
            _add_slice(work, source, now - SETTLED, now)
            _add_slice(work, source, now, None)
    work.session.flush()
    _lock(work)
    sources = {source.name: source for source in SOURCES}
    for found in work.session.scalars(_OPEN.execution_options(populate_existing=True)).all():
        if found.starts_at < now:
            found.ends_at, found.revision = now, found.revision + 1
            work.session.flush()
            _add_slice(work, sources[found.source], now, None)


def _add_slice(work: Work, source: Source, start: datetime, end: datetime | None) -> None:
    work.session.add(
        RollUpSlice(
            source=source.name, starts_at=start, ends_at=end, due_at=start, revision=0, told=[]
        )
    )


def _quarter(instant: datetime) -> datetime:
    return instant.replace(minute=instant.minute // 15 * 15, second=0, microsecond=0)


def _due(database: Database, source: Source) -> list[RollUpSlice]:
    with database.reading() as work:
        found = select(RollUpSlice).where(
            RollUpSlice.source == source.name,
            or_(RollUpSlice.due_at <= work.now, RollUpSlice.ends_at.is_(None)),
        )
        return list(work.session.scalars(found.order_by(RollUpSlice.starts_at)))


def _tell(database: Database, source: Source, books: Books, due: RollUpSlice) -> int:
    """How many rows a slice has; the figures are what they come to."""
    tally, read = Tally(), 0
    after = Position.before(due.starts_at)
    while True:
        with database.reading() as work:
            rows = source.page(work, after, due.ends_at, PAGE)
        for row in rows:
            source.count(row, books, tally)
        read += len(rows)
        if len(tally.active) > _MOST_ACTIVE or (len(rows) < PAGE and tally.active):
            _note(database, tally.active)
            tally.active.clear()
        if len(rows) < PAGE:
            break
        after = source.place_of(rows[-1])
    if due.ends_at is not None or tally.told() != due.told:
        database.run(lambda work: _correct(work, due, tally))
    return read


def _note(database: Database, active: set[Active]) -> None:
    def noted(work: Work) -> None:
        _lock(work)
        growth = activity.note(work, active)
        _add(work, ((key, Sum(times, 0)) for key, times in growth.items()))

    database.run(noted)


def _correct(work: Work, due: RollUpSlice, tally: Tally) -> None:
    """Add what is new about a slice, unless somebody else has told of it meanwhile."""
    _lock(work)
    key = (due.source, due.starts_at)
    found = work.session.get(RollUpSlice, key, populate_existing=True)
    if found is None or found.revision != due.revision:
        return
    _add(work, tally.changes(found.told))
    if found.ends_at is None:
        found.told = tally.told()
    else:
        age = work.now - found.ends_at
        later = next((check for check in CHECKS if check > age), None)
        if later is None:
            work.session.delete(found)
            return
        found.told, found.due_at = tally.told(), found.ends_at + later
    found.revision += 1


def _tell_more(database: Database, source: Source, books: Books) -> int:
    """How many rows more were read of those that were there before."""
    with database.reading() as work:
        mark = work.session.get_one(RollUpMark, source.name)
        if mark.is_read:
            return 0
        after = Position(mark.read_at, mark.read_id)
        rows = source.page(work, after, mark.until, PAGE)
    tally = Tally()
    for row in rows:
        source.count(row, books, tally)

    def more(work: Work) -> int:
        _lock(work)
        found = work.session.get_one(RollUpMark, source.name, populate_existing=True)
        if found.is_read or (found.read_at, found.read_id) != after:
            return 1  # by somebody else: there may be more
        growth = activity.note(work, tally.active)
        _add(work, ((key, Sum(times, 0)) for key, times in growth.items()))
        _add(work, tally.sums.items())
        if rows:
            found.read_at, found.read_id = source.place_of(rows[-1])
        found.is_read = len(rows) < PAGE
        return len(rows)

    return database.run(more)


def _end(work: Work) -> bool:
    marks = _lock(work)
    for mark in marks:
        mark.rolled_up_at = work.now
    return all(mark.is_read for mark in marks)


def _lock(work: Work) -> list[RollUpMark]:
    """Nobody else writes figures until this unit of work ends."""
    marks = select(RollUpMark).order_by(RollUpMark.source).with_for_update()
    return list(work.session.scalars(marks.execution_options(populate_existing=True)))


def _add(work: Work, changes: Iterable[tuple[Key, Sum]]) -> None:
    for key, change in changes:
        amounts = {"count": change.times, "amount_minor": change.amount_minor}
        work.batch.add_up(DailyFigure, key._asdict(), amounts)
