"""A line to the database that breaks, between a commit and what is heard of it above all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from random import Random

import pytest

from adapter.db import Database
from tests.databases import PostgresqlCopies
from tests.faults.host import Host
from tests.faults.journal import Ask, Done, Journal, Kind, undoing
from tests.faults.proxy import Moment, Proxy, shuffled, to_database
from tests.faults.reckoning import assert_agree
from tests.faults.shop import Shop, one_more_shop
from tests.faults.terminal import Line, selling

Served = tuple[Database, Proxy, Host]


@pytest.fixture(scope="module")
def served(
    postgresql_copies: PostgresqlCopies, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A database, a line to it, and a server at its other end: every test brings its own shop."""
    folder = tmp_path_factory.mktemp("cut")
    url = postgresql_copies.make(folder)
    database = Database(url)
    # The request log writes when it likes, and a trap would catch its commit for a till's.
    with to_database(url) as line, Host(line.url, folder, REQUEST_LOG="off") as host:
        yield database, line, host
    database.dispose()
    postgresql_copies.drop(url)


@pytest.fixture
def shop(served: Served) -> Shop:
    """A shop that is nobody else's."""
    return one_more_shop(served[0])


@pytest.mark.parametrize("commits", [False, True], ids=["at a statement", "at a commit"])
def test_a_line_to_the_database_that_breaks(
    served: Served, shop: Shop, rounds: int, chance: Random, commits: bool
) -> None:
    (database, line, host), journal = served, Journal()

    with selling(host.url, shop, journal, seed=chance.random()):
        for moment in shuffled(chance, rounds):
            assert line.trap(chance.randint(1, 20), moment, commits=commits).wait(60)
            journal.wait_for(1)

    assert_agree(database, shop, journal)


def test_a_commit_of_which_nothing_is_heard_is_not_run_again(served: Served, shop: Shop) -> None:
    """What is told is that nobody knows; and what is then said again was done once."""
    (database, line, host), journal, phone = served, Journal(), shop.phones[0]

    with contextlib.closing(Line(host.url, journal, key=shop.key)) as till:
        for number, moment in enumerate(Moment):
            for kind in (Kind.SALE, Kind.PAYMENT):
                ask = Ask(kind, phone, f"{kind}-{number}", 700)
                done = told_at_the_second_try(till, line, moment, ask)
                told_at_the_second_try(till, line, moment, undoing(done))
            # Without a name nothing tells a second payment from the first: only not to make it
            # helps, and nobody can be told whether there was one.
            line.trap(1, moment, commits=True)
            assert till.say(Ask(Kind.PAYMENT, phone, "", 500 + number)) is False

    assert_agree(database, shop, journal)


def told_at_the_second_try(till: Line, line: Proxy, moment: Moment, ask: Ask) -> Done:
    """What a till hears when it says again what the line broke at the commit of."""
    sprung = line.trap(1, moment, commits=True)
    assert till.say(ask) is False
    assert sprung.is_set()
    done = till.say(ask)
    assert isinstance(done, Done)
    return done
