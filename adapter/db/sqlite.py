"""SQLite as a ledger needs it: durable, checked, and one writer after the other."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event

# SQLite itself would look again after up to 100 ms, and starve behind a busier process meanwhile.
LOOK_AGAIN_SECONDS = 0.001


def prepare(engine: Engine, *, synchronous: str, wait: float) -> None:
    """Have every connection keep its word, and every unit of work begin as the only writer."""

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "secure_delete=ON",  # an erased person is not left behind in a free page
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("begin", "BEGIN IMMEDIATE")
        # Deferred, two spends of the same last points would both read before either writes.
        if how == "BEGIN IMMEDIATE":
            driver: Any = connection.connection.dbapi_connection
            begin_immediate(driver, wait, connection.exec_driver_sql)
        else:
            connection.exec_driver_sql(how)


def begin_immediate(driver: Any, wait: float, execute: Callable[[str], Any]) -> None:
    """Be the one who writes, on a connection of the driver's own: while we look again and again,
    others need the processor. `execute` has the last look, and so its error is what one gets.
    """
    give_up_at = time.monotonic() + wait
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while _is_busy(driver) and time.monotonic() < give_up_at:
            time.sleep(LOOK_AGAIN_SECONDS)
        if not driver.in_transaction:
            execute("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")


def _is_busy(driver: Any) -> bool:
    """Whether somebody else is writing; if nobody is, we are."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode == sqlite3.SQLITE_BUSY
    return False
