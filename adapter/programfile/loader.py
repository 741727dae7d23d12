"""`load`: make the database agree with a program file, wholly or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from adapter.core import programs, trail
from adapter.core.errors import LoyaltyError, UnknownProgram
from adapter.core.programs import RevisionKind
from adapter.db import Database, Work
from adapter.programfile import program_writing
from adapter.programfile.checking import Progress, Read, batches, check
from adapter.programfile.credentials import Forms
from adapter.programfile.faults import Fault, Faults, FileFaults
from adapter.programfile.given import GivenCode
from adapter.programfile.heads import Head, read_heads
from adapter.programfile.member_writing import write_members
from adapter.programfile.report import Report
from adapter.programfile.sources import opened
from adapter.web.protocol import Protocol


class _OnlyTried(Exception):
    """Undoes a dry run."""


def load(
    database: Database,
    given: str | Path | IO[Any],
    *,
    pepper: bytes,
    protocols: Iterable[Protocol],
    progress: Progress | None = None,
    dry_run: bool = False,
    actor: str = "",
) -> Report:
    """What was done to make the database agree with the file, in one unit of work.

    `progress` hears how many items were looked at, then how many were written, of how many.
    With `dry_run` everything is done and undone again. With an `actor` the trail says of each
    program that they loaded it.

    Raises:
        FileFaults: Something is wrong with the file; nothing was written.
    """
    told = progress or (lambda done, total: None)
    with opened(given) as stream:
        faults = Faults()
        with database.reading() as work:
            forms = Forms(protocols)
            heads = read_heads(work, stream, forms=forms, pepper=pepper, faults=faults)
            total = check(work, stream, heads, faults, told)
        faults.raise_if_any()
        report = Report()

        def unit(work: Work) -> None:
            nonlocal report
            writer = _Writer(work, stream, heads, pepper, told, total)
            report = writer.write()
            report.dry_run = dry_run
            if actor:
                _record(work, heads.values(), writer.before, report, actor)
            if dry_run:
                raise _OnlyTried

        try:
            database.run(unit)
        except _OnlyTried:
            report.secrets.clear()  # they open nothing
        return report


class _Writer:
    def __init__(
        self,
        work: Work,
        stream: IO[bytes],
        heads: dict[int, Head],
        pepper: bytes,
        progress: Progress,
        total: int,
    ) -> None:
        self._work = work
        self._stream = stream
        self._heads = heads
        self._pepper = pepper
        self._progress = progress
        self._total = total
        self._report = Report()
        self.before: dict[str, dict[str, Any]] = {}
        self._personal: list[tuple[Head, str, GivenCode]] = []

    def write(self) -> Report:
        """What was written.

        Raises:
            FileFaults: Somebody else was quicker; all of it is undone.
        """
        for head in self._heads.values():
            with _guarded(head.path):
                self._write_head(head)
        done = 0
        faults = Faults()  # none: the file was looked at, and is the same
        for head, key, read in batches(self._work, self._stream, self._heads, faults):
            with _guarded(_path(read)):
                self._write_batch(head, key, read)
            self._work.session.flush()
            self._work.session.expunge_all()
            done += len(read)
            self._progress(done, self._total)
        faults.raise_if_any()
        for head, path, code in self._personal:
            with _guarded(path):
                program_writing.put_code(self._work, head, code)
        return self._report

    def _write_head(self, head: Head) -> None:
        self.before[head.code] = _versions(self._work, head.code)
        program_writing.put_program(self._work, head)
        program_writing.put_credentials(self._work, head, self._pepper, self._report)
        self._report.programs += 1

    def _write_batch(self, head: Head, key: str, read: Read) -> None:
        if key == "members":
            write_members(self._work, head, read, self._report)
        elif key == "card_pool":
            self._report.cards_added += program_writing.put_pool(self._work, head, read)
        else:
            self._personal += program_writing.put_codes(self._work, head, read)


def _versions(work: Work, code: str) -> dict[str, Any]:
    """At which version a program and its rules are: what each says is kept with the versions."""
    try:
        program = programs.by_code(work, code)
    except UnknownProgram:
        return {}
    last = programs.revisions(work, program.id, RevisionKind.PROGRAM, code, limit=1)
    rules = {rule.code: rule.version for rule in programs.earn_rules(work, program.id)}
    return {"settings": last[0].number if last else None, "rules": rules}


def _record(
    work: Work,
    heads: Iterable[Head],
    before: Mapping[str, dict[str, Any]],
    report: Report,
    actor: str,
) -> None:
    counted = {
        "members_added": report.members_added,
        "balances_opened": report.balances_opened,
        "cards_added": report.cards_added,
        "transactions_added": report.transactions_added,
    }
    for head in heads:
        program = programs.by_code(work, head.code)
        trail.record(
            work,
            actor=actor,
            action="program.load",
            subject_kind="program",
            subject_id=program.id,
            program_id=program.id,
            before=before[head.code],
            after=_versions(work, head.code) | {"file": counted},
        )


@contextmanager
def _guarded(path: str) -> Iterator[None]:
    try:
        yield
    except LoyaltyError as error:
        fault = Fault(path, f"{error}; somebody was quicker than this load, try it again")
        raise FileFaults([fault]) from error


def _path(read: Read) -> str:
    """Where a batch stands: `$.programs[0].members[500:1000]`."""
    first, last = read[0][0], read[-1][0]
    return first.path.rpartition("[")[0] + f"[{first.index}:{(last.index or 0) + 1}]"
