"""Carrying a letter to its address, once."""

from __future__ import annotations

import logging
import sys
from datetime import datetime

import requests

from adapter.delivery import reach, signing
from adapter.delivery.letters import CONSOLE, Letter

SECONDS = 5  # to be connected, and again to be answered
GONE = 410
HEADERS = {"Content-Type": "application/json", "User-Agent": "adapter"}

# Its warnings name addresses, which may carry a receiver's secrets.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class NotDelivered(Exception):
    """The letter did not arrive this time; the text says why, without the address."""


class Gone(NotDelivered):
    """The receiver wants no such letters any more."""


def post(letter: Letter, *, secret: bytes, at: datetime, public_only: bool = False) -> None:
    """Have the receiver say that it has the letter.

    Raises:
        Gone: It says that it wants none.
        NotDelivered: It says anything else, or nothing in time.
    """
    if letter.address == CONSOLE:
        show(letter)
        return
    signed = signing.headers(secret, message_id=letter.id, at=at, body=letter.body)
    try:
        # What it says besides the status is not read, however long it is.
        with (
            reach.session(public_only=public_only) as session,
            session.post(
                letter.address,
                data=letter.body,
                headers=HEADERS | signed,
                timeout=SECONDS,
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
            status = answer.status_code
    except (requests.RequestException, reach.NotPublic) as error:
        raise NotDelivered(type(error).__name__) from None
    judge(status)


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
