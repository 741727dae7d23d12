"""What can go wrong between us and the database, told apart by what one may do next."""

from __future__ import annotations

from sqlalchemy import exc

# serialization_failure and deadlock_detected: the engine asks to run the work again.
_RUN_AGAIN = frozenset({"40001", "40P01"})


class DatabaseUnavailable(Exception):
    """The database cannot serve now: unreachable, locked, read-only, full or out of connections."""


class CommitUnknown(DatabaseUnavailable):
    """The connection was lost while the commit was under way: it may or may not have happened."""


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
    return isinstance(error, exc.DBAPIError) and error.connection_invalidated
