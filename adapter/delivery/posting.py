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
        sys.stdout.write(letter.line + "\n")
        sys.stdout.flush()
        return
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "adapter",
        **signing.headers(secret, message_id=letter.id, at=at, body=letter.body),
    }
    try:
        # What it says besides the status is not read, however long it is.
        with (
            reach.session(public_only=public_only) as session,
            session.post(
                letter.address,
                data=letter.body,
                headers=headers,
                timeout=SECONDS,
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
            status = answer.status_code
    except (requests.RequestException, reach.NotPublic) as error:
        raise NotDelivered(type(error).__name__) from None
    if status == GONE:
        raise Gone(f"status {status}")
    if not 200 <= status < 300:
        raise NotDelivered(f"status {status}")
