"""A return is a visit until 0003 and none from then on, also where it was counted before."""

from __future__ import annotations

from sqlalchemy import text

from adapter.db import Database, migrations
from tests.factories import (
    bought,
    cancel_sale,
    findings,
    line,
    make_member,
    make_program,
    submit,
)


def test_returns_that_were_counted_as_visits_are_so_no_more(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
        submit(work, program, make_member(work, program), bought(work))
        for net_minor in (1000, 500, -300, -200):
            told = submit(work, program, member, bought(work, line(net_minor=net_minor)))
        cancel_sale(work, program, told)
    migrations.downgrade(database.engine, "0002")
    assert _visits(database) == [1, 3]

    migrations.upgrade(database.engine)

    assert _visits(database) == [1, 2]
    with database.reading() as work:
        assert findings(work) == []


def _visits(database: Database) -> list[int]:
    with database.reading() as work:
        found = work.session.scalars(text("SELECT visits FROM member_counters ORDER BY visits"))
        return list(found)
