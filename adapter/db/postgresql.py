"""PostgreSQL as a platform needs it: whoever does not answer in time is not waited for."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.errors import Diagnostic
from sqlalchemy import Engine, event

# Longer than any lock is waited for (`WAIT_SECONDS`), and short enough to try once more.
ANSWER_SECONDS = 2.5
_WARNING = "01000"


class PunctualConnection(psycopg.Connection[Any]):
    """A connection that is given up when the server stays silent: frozen, or cut off unnoticed.

    The server's own time-outs do not help against that, for it is the server that is gone.
    """

    _is_warned = False

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        """What `gen` ends with.

        Raises:
            OperationalError: No answer in time, or a commit that only this server has; the
                connection is closed.
        """
        kwargs.setdefault("timeout", ANSWER_SECONDS)
        try:
            found = super().wait(gen, *args, **kwargs)
        except psycopg.OperationalError as error:
            if error.sqlstate is None:  # not something the server said
                self.pgconn.finish()
            raise
        if self._is_warned:
            self.pgconn.finish()
            raise psycopg.OperationalError("the server has warned; what it did is not certain")
        return found

    def listen_for_warnings(self) -> None:
        """From now on take a warning for what it is: a wait for the standby that was cut short.

        The server has committed then, and would lose it with itself. It has no code of its own for
        that, and warns of nothing else when it is asked what we ask.
        """
        self.add_notice_handler(self._hear)

    def _hear(self, said: Diagnostic) -> None:
        self._is_warned |= said.severity_nonlocalized == "WARNING" and said.sqlstate == _WARNING


def be_punctual(engine: Engine) -> None:
    """Have every connection of an engine be punctual."""

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: Any, _record: Any, arguments: Any, options: Any
    ) -> psycopg.Connection[Any]:
        connection = PunctualConnection.connect(*arguments, **options)
        connection.listen_for_warnings()
        return connection
