"""How a command ends: 0 done, 1 a finding, 2 usage, 3 could not run; never in a traceback."""

from __future__ import annotations

import sys
from typing import IO, Any

import click

from adapter.cli.output import spelt
from adapter.config import ConfigError
from adapter.core.errors import LoyaltyError
from adapter.db.errors import CommitUnknown, is_unavailable


class Ending(click.ClickException):
    """An end with something to say on stderr, a line for each reason."""

    exit_code = 1

    def __init__(self, *reasons: str) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the reasons."""
        for reason in self.reasons:
            click.echo(f"adapter: {spelt(reason)}", file=file or sys.stderr)


class Finding(Ending):
    """It was done, and something is wrong; or it was refused."""


class BadSettings(Ending):
    """Nobody can work with these settings."""

    exit_code = 2


class CouldNotRun(Ending):
    """Something outside is missing: the database, its tables, a port."""

    exit_code = 3


class Commands(click.Group):
    """The outermost group: what its commands may meet is said in a line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order in which they were added."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """What the command returns.

        Raises:
            Ending: The command failed in a way that is to be expected.
        """
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise BadSettings(*error.faults) from error
        except LoyaltyError as error:
            raise Finding(str(error)) from error
        except Exception as error:
            if not is_unavailable(error):
                raise
            raise CouldNotRun(_unavailable(error)) from error


def _unavailable(error: Exception) -> str:
    reason = (str(getattr(error, "orig", None) or error).strip().splitlines() or [""])[0]
    if isinstance(error, CommitUnknown):
        return f"{reason}; whether it was done is not known, so look before you repeat it"
    return f"the database cannot be used: {reason}"
