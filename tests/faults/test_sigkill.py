"""A process killed in the middle of its writes: nothing told is lost, nothing is half done."""

from __future__ import annotations

import subprocess
import sys
import uuid
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select, text

from adapter.core import ledger, programs
from adapter.core.cards import Card
from adapter.core.ledger import Entry
from adapter.core.members import Member
from adapter.core.transactions import Transaction
from adapter.db import Database, Work
from tests.factories import findings, points, purse_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def main(database: Database) -> Database:
    """A database with the program MAIN."""
    with database.unit_of_work() as work:
        programs.put(work, code="MAIN")
    return database


def acknowledged(url: str, kill_after: int) -> dict[int, uuid.UUID]:
    """What a writer had acknowledged when it was killed."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.writer", url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    lines = [writer.stdout.readline() for _ in range(kill_after)]
    writer.kill()
    rest, _ = writer.communicate()
    lines += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    assert writer.returncode == -9
    return {int(number): uuid.UUID(member) for number, member in map(str.split, lines)}


def shape(work: Work, member: Member) -> tuple[int, int, int, object]:
    """All that one purchase writes: cards, sales, entries, and what is left."""
    program = programs.by_code(work, "MAIN").terms()
    cards, sales, entries = (
        work.session.scalar(
            select(func.count()).select_from(table).where(table.member_id == member.id)
        )
        for table in (Card, Transaction, Entry)
    )
    return cards, sales, entries, ledger.balance(work, purse_of(program, member)).total


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_writer_loses_nothing_and_leaves_nothing_half_done(
    main: Database, seed: int
) -> None:
    kill_after = Random(seed).randint(5, 60)

    told = acknowledged(main.url.render_as_string(hide_password=False), kill_after)

    assert len(told) >= kill_after
    with main.reading() as work:
        there = {member.id: member for member in work.session.scalars(select(Member))}
        assert set(told.values()) <= set(there)
        # At most the one write whose line did not get out any more.
        assert len(there) - len(told) in (0, 1)
        assert {shape(work, member) for member in there.values()} == {(1, 1, 3, points(7))}
        assert findings(work) == []


def test_the_next_writer_goes_on_where_the_killed_one_stopped(main: Database) -> None:
    url = main.url.render_as_string(hide_password=False)
    first = acknowledged(url, 10)

    second = acknowledged(url, len(first) + 10)

    assert {number: second[number] for number in first} == first
    with main.reading() as work:
        there = work.session.scalars(select(Member)).all()
        assert {shape(work, member) for member in there} == {(1, 1, 3, points(7))}
        if main.dialect == "sqlite":
            assert work.session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert findings(work) == []
