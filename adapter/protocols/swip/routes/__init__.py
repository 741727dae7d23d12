"""One function per call: customers, and the orders that are off unless agreed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, g

from adapter.protocols.swip.auth import (
    require_recordable_place,
    require_till,
    require_version,
)
from adapter.protocols.swip.settings import NAME

blueprint = Blueprint(NAME, __name__)
blueprint.before_request(require_till)

View = Callable[..., Response]
# The versions of each call, by its endpoint.
VERSIONS: dict[str, tuple[int, ...]] = {}


def call(
    path: str, methods: tuple[str, ...], *, versions: tuple[int, ...], object_name: str
) -> Callable[[View], View]:
    """A decorator for the function that answers a call in these versions of the API (§3);
    `object_name` is what its fields belong to in a refusal (D16).
    """

    def answered_by(view: View) -> View:
        @wraps(view)
        def answer(**path_values: Any) -> Response:
            g.object_name = object_name
            require_version(versions)
            require_recordable_place()
            return view(**path_values)

        blueprint.add_url_rule(path, view_func=answer, methods=methods)
        VERSIONS[view.__name__] = versions
        return view

    return answered_by


from adapter.protocols.swip.routes import customers, orders  # noqa: E402

__all__ = ["blueprint", "call", "customers", "orders"]
