"""Tills on lines that break, tills that say everything several times, and clients that dribble."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from adapter.db import Database
from tests.conftest import ENGINES
from tests.faults.host import Host
from tests.faults.journal import Ask, Journal, Kind, undoing
from tests.faults.proxy import shuffled, to_server
from tests.faults.reckoning import assert_agree
from tests.faults.shop import Shop, one_more_shop
from tests.faults.slow import slow_clients
from tests.faults.terminal import Line, selling

SLOW_CLIENTS = 200
AT_ONCE = 8
# Said again after it was cancelled, a sale is refused with this (section 9).
CANCELLED = "4006103"
Served = tuple[Database, Host]


@pytest.fixture(scope="module", params=ENGINES)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A running server and its database: every test brings a shop of its own."""
    folder = tmp_path_factory.mktemp("rough")
    copies = request.getfixturevalue(f"{request.param}_copies")
    url = copies.make(folder)
    database = Database(url)
    with Host(url, folder) as host:
        yield database, host
    database.dispose()
    copies.drop(url)


@pytest.fixture
def shop(served: Served) -> Shop:
    """A shop that is nobody else's, of few members whom many serve at once."""
    return one_more_shop(served[0], members=3)


def test_a_line_to_the_server_that_breaks(
    served: Served, shop: Shop, rounds: int, chance: Random
) -> None:
    (database, host), journal = served, Journal()

    with to_server(host.url) as line, selling(line.url, shop, journal, seed=chance.random()):
        for moment in shuffled(chance, rounds):
            assert line.trap(chance.randint(1, 10), moment).wait(60)
            journal.wait_for(1)

    assert line.cuts == 4 * rounds
    assert_agree(database, shop, journal)


def test_what_is_said_several_times_late_and_in_any_order(
    served: Served, shop: Shop, rounds: int, chance: Random
) -> None:
    (database, host), journal = served, Journal()

    for number in range(rounds):
        asks = [
            Ask(
                kind, chance.choice(shop.phones), f"{kind}-{number}-{index}", chance.randint(1, 900)
            )
            for kind in (Kind.SALE, Kind.PAYMENT)
            for index in range(8)
        ]
        soon, late = copies(chance, asks)
        say_all(host.url, shop, journal, soon)
        standing = [done for done in journal.acknowledged if done.ask in asks]
        undone = [undoing(done) for done in chance.sample(standing, 8)]
        soon, later = copies(chance, undone)
        say_all(host.url, shop, journal, chance.sample([*soon, *late], len(soon) + len(late)))
        say_all(host.url, shop, journal, later)

    # A payment that was cancelled and is said again is a new one (5.5), and stands once.
    assert_agree(database, shop, journal, refusals=[CANCELLED])


def test_slow_clients_keep_nobody_from_being_served(
    served: Served, shop: Shop, rounds: int, chance: Random
) -> None:
    (database, host), journal = served, Journal()

    with (
        slow_clients(host.url, SLOW_CLIENTS),
        selling(host.url, shop, journal, seed=chance.random()),
    ):
        for _ in range(rounds):
            journal.wait_for(20)

    assert_agree(database, shop, journal)


def copies(chance: Random, asks: list[Ask]) -> tuple[list[Ask], list[Ask]]:
    """Each of them once to three times, in any order: those said soon, and those that come late."""
    repeats = [ask for ask in asks for _ in range(chance.randrange(3))]
    chance.shuffle(repeats)
    half = len(repeats) // 2
    soon = [*asks, *repeats[:half]]
    chance.shuffle(soon)
    return soon, repeats[half:]


def say_all(url: str, shop: Shop, journal: Journal, asks: Iterable[Ask]) -> None:
    """Have them said in this order, several at once, each until it is answered."""

    def say(ask: Ask) -> None:
        with contextlib.closing(Line(url, journal, key=shop.key)) as line:
            line.tell(ask)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(say, asks))
