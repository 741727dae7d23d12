"""What the console needs to know from outside."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from adapter.web.throttle import Tally

# A person mistypes a few times a minute; every further guess costs us a tenth of a second.
WRONG_BY_ADDRESS = 10
WRONG_BY_LOGIN = 5


@dataclass(frozen=True)
class ConsoleSettings:
    """The installation's secret, how cookies are marked, and who guesses at passwords too often."""

    secret_key: bytes = field(repr=False)
    secure_cookies: bool = False
    wrong_by_address: Tally | None = None
    wrong_by_login: Tally | None = None

    @classmethod
    def of(
        cls,
        secret_key: bytes,
        *,
        secure_cookies: bool = False,
        rate_limits: bool = True,
        timer: Callable[[], float] = time.monotonic,
    ) -> ConsoleSettings:
        """The settings of a console that listens so often to those who guess, or without end."""
        if not rate_limits:
            return cls(secret_key, secure_cookies)
        by_address, by_login = (
            Tally(WRONG_BY_ADDRESS, timer=timer),
            Tally(WRONG_BY_LOGIN, timer=timer),
        )
        return cls(secret_key, secure_cookies, by_address, by_login)

    def key_for(self, purpose: str) -> bytes:
        """A key of its own for one purpose, from which the secret cannot be learned."""
        return hmac.new(self.secret_key, f"console {purpose}".encode(), hashlib.sha256).digest()


def settings() -> ConsoleSettings:
    """The settings of the console that answers this request."""
    return cast(ConsoleSettings, current_app.extensions["console"])
