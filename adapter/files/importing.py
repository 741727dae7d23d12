"""Reading a table into the database: some rows at a time, each thing wholly or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import IO

from adapter.core import programs, trail
from adapter.core.errors import LoyaltyError
from adapter.db import Database, Work
from adapter.files.csvfile import SAID, Row, Table, Writer, opened
from adapter.files.seen import Key, Seen
from adapter.files.things import ABOUT_ALL, Counts, Faulty, Kind, RowFault, Thing
from adapter.programfile.fields import Setting, reading_in
from adapter.programfile.heads import Head

CHUNK = 1000  # rows, or some more: what stands together is not parted
MOST_TOGETHER = 10_000
ANOTHER = "another row of this is wrong, and all of it is left undone"

Told = Callable[[int, int], None]  # bytes read, rows done
TellFault = Callable[[RowFault], None]


class _OnlyTried(Exception):
    """Undoes a dry run."""


@dataclass(slots=True)
class _Outcome:
    """What became of some things."""

    added: int = 0  # rows
    done: list[Thing] = field(default_factory=list)
    faulty: list[tuple[Sequence[Row], Faulty]] = field(default_factory=list)
    names: dict[Key, int] = field(default_factory=dict)


def columns_of_errors(kind: Kind) -> tuple[str, ...]:
    """The columns of an error file: those of the table, and what is wrong with each row."""
    return (*kind.columns, *SAID)


class Import:
    """One table on its way into one program."""

    def __init__(
        self,
        database: Database,
        kind: Kind,
        *,
        program: str,
        errors: Writer | None = None,
        fault: TellFault | None = None,
        told: Told | None = None,
        actor: str = "",
    ) -> None:
        self._database, self._kind, self._errors = database, kind, errors
        self._fault, self._told = fault or (lambda one: None), told or (lambda done, rows: None)
        self._actor = actor
        self._seen = Seen()
        self.counts = Counts()
        with database.reading() as work:
            found = programs.by_code(work, program)
            tiers = frozenset(tier.code for tier in programs.tiers(work, found.id))
            self._head = Head("", found.code, found.terms(), is_known=True, tiers=tiers)

    def run(
        self, stream: IO[bytes], *, dry_run: bool = False, delimiter: str | None = None
    ) -> Counts:
        """What became of the rows. Each chunk of them is a unit of work of its own, and one that
        is done is known when it comes again; a dry run is all of them in one, which is undone. The
        stream is gone through twice.

        Raises:
            NotATable: The file is not one of this kind; nothing was done.
        """
        table = opened(
            stream,
            known=self._kind.columns,
            required=self._kind.required,
            delimiter=delimiter,
        )
        try:
            if dry_run:
                self._try(table, stream)
            else:
                self._do(table, stream)
        finally:
            table.text.detach()  # whose file it is closes it
            self._seen.close()
        return self.counts

    def _do(self, table: Table, stream: IO[bytes]) -> None:
        for groups in self._chunks(table):
            # What is known of the file changes when rows are done, not while they may be undone.
            self._settle(self._database.run(self._unit(groups)))
            self._told(stream.tell(), self.counts.rows)
        self._database.run(self._record)

    def _try(self, table: Table, stream: IO[bytes]) -> None:
        def all_of_it(work: Work) -> None:
            for groups in self._chunks(table):
                with work.session.begin_nested():
                    outcome = self._some(work, groups)
                    work.session.flush()
                self._settle(outcome)
                self._told(stream.tell(), self.counts.rows)
            raise _OnlyTried

        try:
            with self._database.unit_of_work() as work:
                all_of_it(work)
        except _OnlyTried:
            pass

    def _chunks(self, table: Table) -> Iterator[list[list[Row]]]:
        groups = _groups(table.rows, self._kind)
        while True:
            chunk: list[list[Row]] = []
            rows = 0
            for group in groups:
                chunk.append(group)
                rows += len(group)
                if rows >= CHUNK:
                    break
            if not chunk:
                return
            yield chunk

    def _unit(self, groups: Sequence[Sequence[Row]]) -> Callable[[Work], _Outcome]:
        return lambda work: self._some(work, groups)

    def _some(self, work: Work, groups: Sequence[Sequence[Row]]) -> _Outcome:
        outcome = _Outcome()
        with reading_in(Setting(self._head.terms, work.now, self._head.tiers)):
            things = list(self._read(groups, outcome))
        unfit = set()
        for thing, faulty in self._kind.check(work, self._head, things):
            unfit.add(thing.number)
            outcome.faulty.append((thing.rows, faulty))
        things = [thing for thing in things if thing.number not in unfit]
        things = list(self._new_names(things, outcome))
        self._write(work, things, outcome)
        work.session.flush()
        work.session.expunge_all()
        return outcome

    def _read(self, groups: Sequence[Sequence[Row]], outcome: _Outcome) -> Iterator[Thing]:
        for rows in groups:
            try:
                for row in rows:
                    if row.ailment:
                        raise Faulty(RowFault(row.number, ABOUT_ALL, row.ailment))
                yield self._kind.read(rows)
            except Faulty as faulty:
                outcome.faulty.append((rows, faulty))

    def _new_names(self, things: Sequence[Thing], outcome: _Outcome) -> Iterator[Thing]:
        """Those that are not called as something before them in the file."""
        all_names = [(thing, self._kind.names(thing)) for thing in things]
        before = self._seen.before(key for _, names in all_names for key in names.values())
        for thing, names in all_names:
            for column, name in names.items():
                first = before.get(name) or outcome.names.get(name)
                if first is not None:
                    what = f"is given before, in row {first}"
                    fault = thing.fault(column.partition("/")[0], what)
                    outcome.faulty.append((thing.rows, fault))
                    break
            else:
                outcome.names |= dict.fromkeys(names.values(), thing.number)
                yield thing

    def _write(self, work: Work, things: Sequence[Thing], outcome: _Outcome) -> None:
        if not things:
            return
        try:
            with work.session.begin_nested():
                outcome.added += self._kind.write(work, self._head, things)
        except LoyaltyError as error:
            if len(things) == 1:
                outcome.faulty.append((things[0].rows, things[0].fault(ABOUT_ALL, str(error))))
                return
            # One of them is in somebody's way: each by itself tells which.
            work.session.expire_all()
            for thing in things:
                self._write(work, [thing], outcome)
            return
        outcome.done += things

    def _settle(self, outcome: _Outcome) -> None:
        self._seen.add(outcome.names)
        self.counts.added += outcome.added
        self.counts.known += sum(len(thing.rows) for thing in outcome.done) - outcome.added
        for rows, faulty in sorted(outcome.faulty, key=lambda one: one[0][0].number):
            self.counts.faulty += len(rows)
            self._tell(rows, faulty)

    def _tell(self, rows: Sequence[Row], faulty: Faulty) -> None:
        for one in faulty.faults:
            is_open = one.column in self._kind.open_columns
            self._fault(one if is_open else RowFault(one.row, one.column, one.what))
        if self._errors is None:
            return
        for row in rows:
            mine = [one for one in faulty.faults if one.row == row.number]
            self._errors.row(
                {
                    **row.cells,
                    "row": row.number,
                    "column": " ".join(dict.fromkeys(one.column for one in mine if one.column)),
                    "fault": "; ".join(one.what for one in mine) or ANOTHER,
                },
                surplus=row.surplus,
            )

    def _record(self, work: Work) -> None:
        trail.record(
            work,
            actor=self._actor,
            action="file.import",
            subject_kind="program",
            subject_id=self._head.terms.id,
            program_id=self._head.terms.id,
            after={"table": self._kind.name, **self.counts.told},
        )


def _groups(rows: Iterable[Row], kind: Kind) -> Iterator[list[Row]]:
    """The rows that stand together; of those without a form each by itself."""
    if kind.key is None:
        yield from ([row] for row in rows)
        return
    key = kind.key
    for ailing, some in groupby(
        rows, key=lambda row: (row.number if not row.cells else 0, key(row.cells))
    ):
        if ailing[0]:
            yield list(some)
            continue
        while group := list(islice(some, MOST_TOGETHER)):
            yield group
