"""What a call to a receiver says, and what its answer means."""

from __future__ import annotations

import logging
import sys

from adapter.delivery.letters import Letter

SECONDS = 5  # to be connected, and again to be answered
GONE = 410
HEADERS = {"Content-Type": "application/json", "User-Agent": "adapter"}

# Its warnings name addresses, which may carry a receiver's secrets.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class NotDelivered(Exception):
    """The letter did not arrive this time; the text says why, without the address."""


class Gone(NotDelivered):
    """The receiver wants no such letters any more."""


def show(letter: Letter) -> None:
    """Print a letter to whoever watches a demo."""
    sys.stdout.write(letter.line + "\n")
    sys.stdout.flush()


def judge(status: int) -> None:
    """Nothing, where this status says that the receiver has the letter.

    Raises:
        Gone: It says that it wants none.
        NotDelivered: It says anything else.
    """
    if status == GONE:
        raise Gone(f"status {status}")
    if not 200 <= status < 300:
        raise NotDelivered(f"status {status}")
