"""The command line: `adapter …`, over the same core operations that the protocols use."""

from adapter.cli.commands import main

__all__ = ["main"]
