"""Which protocol answers at which paths, whether or not there is an endpoint."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, request
from werkzeug.exceptions import BadRequest, NotFound

from adapter.web.protocol import Protocol


class Owners:
    """The protocols by the paths they own; a path owns all that lies below it."""

    def __init__(self) -> None:
        self._by_path: dict[str, Protocol] = {}

    def claim(self, path: str, protocol: Protocol) -> None:
        """Make `path` and what lies below it the protocol's, unless a longer path is another's."""
        if not path.startswith("/") or path.endswith("/"):
            raise ValueError(f"{protocol.name} cannot own {path!r}")
        if self._by_path.setdefault(path, protocol) is not protocol:
            raise ValueError(f"{path} is {self._by_path[path].name}'s, not {protocol.name}'s")

    def owner(self, path: str) -> Protocol | None:
        """The protocol with the longest path that is `path` or lies above it."""
        while path:
            if path in self._by_path:
                return self._by_path[path]
            path = path.rpartition("/")[0]
        return None


def install(app: Flask) -> None:
    """Prepare the application for `mount`: no redirects, and no endpoint on another's path."""
    # A redirect would be the framework's own page, and makes some clients repeat a POST as a GET.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    app.extensions["owners"] = Owners()
    app.extensions["settings"] = {}
    app.before_request(_stay_on_owned_paths)


def mount(
    app: Flask, protocol: Protocol, *, settings: object, root: bool = True, prefix: str = ""
) -> None:
    """Serve a protocol at its documented paths, below a prefix, or both."""
    owners: Owners = app.extensions["owners"]
    app.extensions["settings"][protocol.settings] = settings
    if root:
        app.register_blueprint(protocol.blueprint, name=protocol.name)
        for path in (*protocol.roots, *_chosen_roots(protocol, settings)):
            owners.claim(path, protocol)
    if prefix:
        name = f"{protocol.name}@{prefix.strip('/').replace('.', '_')}"
        app.register_blueprint(protocol.blueprint, name=name, url_prefix=prefix)
        owners.claim(prefix, protocol)


def owner_of(path: str) -> Protocol | None:
    """The protocol that answers at a path of the current application."""
    return cast(Owners, current_app.extensions["owners"]).owner(path)


def _chosen_roots(protocol: Protocol, settings: object) -> list[str]:
    chosen = [getattr(settings, name) for name in protocol.root_settings]
    # Of `/v1/offers/<card>` everything from the first variable on is free.
    return [path.partition("/<")[0] for path in chosen if path]


def _stay_on_owned_paths() -> None:
    query, path, blueprint = request.query_string, request.path, request.blueprint
    if b"%00" in query or "\0" in path:
        raise BadRequest("a NUL in the address")
    try:
        query.decode()
    except UnicodeDecodeError:
        raise BadRequest("the query is not UTF-8") from None
    # One protocol's `/api/<store>` may match below another's `/api/v2`: the longest path decides.
    if blueprint is not None:
        owner = owner_of(path)
        if owner is None or blueprint.partition("@")[0] != owner.name:
            raise NotFound
