"""A PostgreSQL that is restarted, takes no writes or has no connection left does no harm."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.backup.tools import ask
from tests.faults.outages.house import LATER, SERVED, House
from tests.postgresql import Server
from tests.protocols.callers import postgresql_only

pytestmark = [postgresql_only, pytest.mark.usefixtures("impatient")]
SEND_AWAY = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'clerk'"
READ_ONLY = "ALTER SYSTEM SET default_transaction_read_only = {}"


def test_a_restart_in_the_middle_of_the_day(
    server: Server, server_url: str, make_house: Callable[..., House]
) -> None:
    house = make_house(server_url)
    with house.selling():
        house.journal.wait_for(20)
        server.stop()
        assert house.writes() == house.reads() == LATER
        server.start()
        house.journal.wait_for(20)

    house.assert_serves()
    house.assert_agrees()


def test_a_server_that_only_reads(
    server: Server, server_url: str, make_house: Callable[..., House]
) -> None:
    """As a standby is, or a server whose operator stopped the writing: lookups go on."""
    house = make_house(server_url)
    with house.selling():
        house.journal.wait_for(20)
        for word in ("on", "off"):
            ask(server.url(), READ_ONLY.format(word))
            ask(server.url(), "SELECT pg_reload_conf()")
            if word == "on":
                house.is_refused()
                assert house.reads() == dict.fromkeys(LATER, SERVED)
        house.journal.wait_for(20)

    house.assert_serves()
    house.assert_agrees()


def test_no_connection_left_on_the_server(
    server: Server, server_url: str, make_house: Callable[..., House]
) -> None:
    ask(server.url(), "CREATE ROLE clerk LOGIN; GRANT pg_read_all_data, pg_write_all_data TO clerk")
    house = make_house(server_url, through=server_url.replace("postgres@", "clerk@"))
    with house.selling():
        house.journal.wait_for(20)
        ask(server.url(), "ALTER ROLE clerk CONNECTION LIMIT 0")
        ask(server.url(), SEND_AWAY)
        house.is_refused()
        assert house.reads() == LATER
        ask(server.url(), "ALTER ROLE clerk CONNECTION LIMIT -1")
        house.journal.wait_for(20)

    house.assert_serves()
    house.assert_agrees()
