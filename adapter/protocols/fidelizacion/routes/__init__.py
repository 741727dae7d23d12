"""One function per call of the vendor's list (1.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from adapter.protocols.fidelizacion.auth import require_terminal
from adapter.protocols.fidelizacion.settings import NAME

blueprint = Blueprint(NAME, __name__)
blueprint.before_request(require_terminal)


def call(path: str) -> Callable[[Any], Any]:
    """A decorator for the function that answers a call; its only verb is POST (section 1)."""
    return blueprint.post(path, provide_automatic_options=False)


from adapter.protocols.fidelizacion.routes import (  # noqa: E402
    event,
    member,
    payment,
    transaction,
)

__all__ = ["blueprint", "call", "event", "member", "payment", "transaction"]
