"""Registries of a platform, written to a place and taken from one."""

from __future__ import annotations

import fnmatch
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

from marshmallow import ValidationError

from adapter.core import programs, trail
from adapter.core.errors import LoyaltyError
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from adapter.files.places import PART, Place
from adapter.web.registries import Entry, Incoming, NotOurs, Outgoing

CHUNK = 200
IN_MEMORY = 8 * 1024 * 1024
DONE = "done"

Told = Callable[[str, int], None]  # of which file, rows done


@dataclass(slots=True)
class Taking:
    """What became of the files that were there."""

    files: list[str] = field(default_factory=list)  # taken, and moved away
    rows: int = 0
    faulty: int = 0
    said: list[str] = field(default_factory=list)  # why something was left


def write(
    database: Database,
    registry: Outgoing,
    place: Place,
    *,
    program: str,
    partner: str,
    actor: str,
) -> tuple[str, int]:
    """The name of the file that was written, and its rows; it says what was so at one moment.

    Raises:
        UnknownProgram: None has this code.
    """
    # However slow the place is, the database does not wait for it.
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
        with database.reading() as work:
            terms = programs.by_code(work, program).terms()
            name = registry.name(partner, programs.local_day(work.now, terms.timezone))
            rows = registry.write(work, terms, copy, name)
        copy.seek(0)
        database.run(lambda work: _record(work, "registry.give", terms, rows, actor))
        with place.put(name) as out:
            shutil.copyfileobj(copy, out)
    return name, rows


class Taker:
    """Takes what a platform wrote, each file once."""

    def __init__(
        self,
        database: Database,
        registry: Incoming,
        place: Place,
        *,
        program: str,
        names: str,
        renamed: Mapping[str, str],
        actor: str,
        done: str = DONE,
        told: Told | None = None,
    ) -> None:
        self._database, self._registry, self._place = database, registry, place
        self._names, self._renamed, self._done, self._actor = names, renamed, done, actor
        self._told = told or (lambda name, rows: None)
        with database.reading() as work:
            self._program: ProgramTerms = programs.by_code(work, program).terms()
        self.taking = Taking()

    def take(self) -> Taking:
        """What became of every file that lies there. A file is moved away when all its rows are
        done; one of which something is left stays, and taking it again changes nothing of what was
        done.
        """
        for name in self._place.names():
            if name.endswith(PART):
                continue  # somebody is still writing it
            if not fnmatch.fnmatchcase(name, self._names):
                self.taking.said.append(f"{name} is none of these files, and was left")
                continue
            self._file(name)
        return self.taking

    def _file(self, name: str) -> None:
        taking, before = self.taking, self.taking.faulty
        try:
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
                self._place.get(name, copy)
                copy.seek(0)
                rows = self._rows(name, copy)
        except NotOurs as error:
            taking.said.append(f"{name}: {error}; it was left")
            taking.faulty += 1
            return
        taking.rows += rows
        if taking.faulty > before:
            taking.said.append(
                f"{name} was left: {taking.faulty - before} of its rows are not done"
            )
            return
        self._database.run(
            lambda work: _record(work, "registry.take", self._program, rows, self._actor)
        )
        self._place.done(name, self._done)
        taking.files.append(name)

    def _rows(self, name: str, copy: IO[bytes]) -> int:
        # Whether it is whole shows at its end: until then nothing of it is done.
        for _ in self._registry.read(copy, self._renamed):
            pass
        copy.seek(0)
        done, entries = 0, self._registry.read(copy, self._renamed)
        while chunk := list(islice(entries, CHUNK)):
            faults = self._database.run(self._unit(chunk))
            self.taking.faulty += len(faults)
            self.taking.said += (f"{name}, row {row}: {what}" for row, what in faults)
            done += len(chunk)
            self._told(name, done)
        return done

    def _unit(self, entries: list[Entry]) -> Callable[[Work], list[tuple[int, str]]]:
        return lambda work: list(self._some(work, entries))

    def _some(self, work: Work, entries: list[Entry]) -> Iterator[tuple[int, str]]:
        for entry in entries:
            try:
                with work.session.begin_nested():
                    self._registry.take(work, self._program, entry)
            except LoyaltyError as error:
                yield entry.row, str(error)
            except ValidationError as error:
                told = error.normalized_messages()
                yield entry.row, "; ".join(f"{name}: {_one(what)}" for name, what in told.items())
        work.session.expunge_all()


def _record(work: Work, action: str, program: ProgramTerms, rows: int, actor: str) -> None:
    trail.record(
        work,
        actor=actor,
        action=action,
        subject_kind="program",
        subject_id=program.id,
        program_id=program.id,
        after={"rows": rows},
    )


def _one(what: object) -> str:
    return " ".join(map(str, what)) if isinstance(what, list) else str(what)
