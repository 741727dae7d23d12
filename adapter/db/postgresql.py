"""PostgreSQL as a platform needs it: whoever does not answer in time is not waited for."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import Engine, event

# Longer than any lock is waited for (`WAIT_SECONDS`), and short enough to try once more.
ANSWER_SECONDS = 2.5


class PunctualConnection(psycopg.Connection[Any]):
    """A connection that is given up when the server stays silent: frozen, or cut off unnoticed.

    The server's own time-outs do not help against that, for it is the server that is gone.
    """

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        """What `gen` ends with.

        Raises:
            OperationalError: No answer in time; the connection is closed.
        """
        kwargs.setdefault("timeout", ANSWER_SECONDS)
        try:
            return super().wait(gen, *args, **kwargs)
        except psycopg.OperationalError as error:
            if error.sqlstate is None:  # not something the server said
                self.pgconn.finish()
            raise


def be_punctual(engine: Engine) -> None:
    """Have every connection of an engine be punctual."""

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: Any, _record: Any, arguments: Any, options: Any
    ) -> psycopg.Connection[Any]:
        return PunctualConnection.connect(*arguments, **options)
