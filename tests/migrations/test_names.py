"""Whoever was there before 0008 is found by name after it, and not before."""

from __future__ import annotations

from sqlalchemy import text

from adapter.core import support
from adapter.db import Database, migrations
from tests.factories import make_member, make_program


def test_those_who_were_there_before_are_found_by_name(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        anna = make_member(work, program, first_name="АННА", last_name="Ёлкина  Ким")
        make_member(work, program)
        keys = (anna.family_key, anna.given_key)
    migrations.downgrade(database.engine, "0007")

    migrations.upgrade(database.engine)

    with database.reading() as work:
        for sought in ("елк", "анна ёл"):
            assert [hit.member.id for hit in support.search(work, program, sought)] == [anna.id]
        kept = text("SELECT family_key, given_key FROM members WHERE first_name IS NOT NULL")
        assert tuple(work.session.execute(kept).one()) == keys
        unnamed = text("SELECT count(*) FROM members WHERE family_key IS NULL")
        assert work.session.scalar(unnamed) == 1
