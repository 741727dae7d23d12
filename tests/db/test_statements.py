"""An insert that gives way to a row that is there, also while the other is still being written."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import MetaData, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from adapter.db import Base, Database, Work
from adapter.db.statements import insert_unless_there


class Seat(Base):
    """One seat, which one person may take."""

    __tablename__ = "seats"
    metadata = MetaData()  # apart from the application's tables
    __table_args__ = (UniqueConstraint("number"), UniqueConstraint("person"))

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    person: Mapped[str]


@pytest.fixture
def hall(database: Database) -> Database:
    """A database with seats."""
    Seat.metadata.create_all(database.engine)
    return database


def test_a_new_row_comes_back(hall: Database) -> None:
    with hall.unit_of_work() as work:
        seat = insert_unless_there(work.session, Seat, {"number": 1, "person": "Anna"})

        assert seat is not None
        assert (seat.number, seat.person) == (1, "Anna")


def test_a_row_that_is_there_stays_and_nothing_comes_back(hall: Database) -> None:
    with hall.unit_of_work() as work:
        insert_unless_there(work.session, Seat, {"number": 1, "person": "Anna"})

    with hall.unit_of_work() as work:
        second = insert_unless_there(
            work.session, Seat, {"number": 1, "person": "Boris"}, unique=["number"]
        )

        assert second is None
        assert work.session.scalars(select(Seat.person)).all() == ["Anna"]


def test_a_unit_goes_on_after_giving_way(hall: Database) -> None:
    with hall.unit_of_work() as work:
        insert_unless_there(work.session, Seat, {"number": 1, "person": "Anna"})
        insert_unless_there(work.session, Seat, {"number": 2, "person": "Anna"})
        insert_unless_there(work.session, Seat, {"number": 3, "person": "Boris"})

    with hall.reading() as looking:
        assert looking.session.scalars(select(Seat.number).order_by(Seat.number)).all() == [1, 3]


def test_of_many_at_once_one_takes_the_seat_and_all_see_who(hall: Database) -> None:
    together = threading.Barrier(8)

    def take(person: str) -> tuple[bool, str]:
        together.wait(10)

        def once(work: Work) -> tuple[bool, str]:
            mine = insert_unless_there(
                work.session, Seat, {"number": 7, "person": person}, unique=["number"]
            )
            owner = work.session.scalars(select(Seat.person).where(Seat.number == 7)).one()
            return mine is not None, owner

        return hall.run(once)

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(take, [f"person-{number}" for number in range(8)]))

    assert [mine for mine, _ in results].count(True) == 1
    assert len({owner for _, owner in results}) == 1
