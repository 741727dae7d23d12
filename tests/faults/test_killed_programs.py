"""gunicorn killed at random moments while tills sell: nothing acknowledged is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from adapter.db import Database
from tests.faults.host import Host
from tests.faults.journal import Journal
from tests.faults.reckoning import assert_agree
from tests.faults.shop import open_shop
from tests.faults.terminal import selling


def kill_worker(host: Host, chance: Random) -> None:
    """A worker; its master makes another."""
    host.kill_worker(chance.randrange(100))


def kill_master(host: Host, chance: Random) -> None:
    """The master, started again at once: alone, and then its workers see that it is gone and leave;
    or all of it, as an operating system does that stops.
    """
    host.kill(whole=chance.random() < 0.5)
    host.start()


FAULTS: tuple[Callable[[Host, Random], None], ...] = (kill_worker, kill_master)


def test_tills_lose_nothing_when_gunicorn_is_killed(
    database: Database, tmp_path: Path, rounds: int, chance: Random
) -> None:
    shop, journal = open_shop(database), Journal()
    faults = list(FAULTS * rounds)
    chance.shuffle(faults)

    url = database.url.render_as_string(hide_password=False)
    with Host(url, tmp_path) as host, selling(host.url, shop, journal, seed=chance.random()):
        for fault in faults:
            journal.let_pass(chance.randint(1, 60))
            fault(host, chance)
            journal.wait_for(1)

    assert_agree(database, shop, journal)
