"""What can go wrong between us and the database, told apart by what one may do next."""

from __future__ import annotations

from sqlalchemy import exc

# serialization_failure and deadlock_detected: the engine asks to run the work again.
_RUN_AGAIN = frozenset({"40001", "40P01"})
# read_only_sql_transaction, a transaction that the server's clock has ended, and what the server
# finds wrong with itself: the driver has another class of errors for them than for an outage.
_UNABLE = frozenset({"25006", "25P03", "25P04", "XX000", "XX001", "XX002"})


class DatabaseUnavailable(Exception):
    """The database cannot serve now: unreachable, locked, read-only, full or out of connections."""


class CommitUnknown(DatabaseUnavailable):
    """The connection was lost while the commit was under way: it may or may not have happened."""


class LocksNeeded(Exception):
    """An attempt without locks did nothing and is to be made anew with them."""


def is_retryable(error: BaseException) -> bool:
    """Whether nothing was committed and the same unit of work may simply run again."""
    if not isinstance(error, exc.DBAPIError):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _RUN_AGAIN


def is_unavailable(error: BaseException) -> bool:
    """Whether the engine, not the statement, is at fault."""
    if isinstance(error, (DatabaseUnavailable, exc.TimeoutError)):
        return True
    if isinstance(error, exc.OperationalError | exc.InterfaceError):
        return True
    if not isinstance(error, exc.DBAPIError):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _UNABLE
