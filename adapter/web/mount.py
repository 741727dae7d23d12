"""Which protocol answers at which paths, whether or not there is an endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import BadRequest, NotFound

from adapter.web.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Ours:
    """Pages of our own that answer like a protocol: by a name, and with refusals of theirs."""

    name: str
    refuse: Callable[[Exception], Response]  # any exception at all, said in the pages' own words


class Owners:
    """Who answers, by the paths they own; a path owns all that lies below it."""

    def __init__(self) -> None:
        self._by_path: dict[str, Protocol | Ours] = {}

    def claim(self, path: str, owner: Protocol | Ours) -> None:
        """Make `path` and what lies below it the owner's, unless a longer path is another's."""
        if not path.startswith("/") or path.endswith("/"):
            raise ValueError(f"{owner.name} cannot own {path!r}")
        if self._by_path.setdefault(path, owner) is not owner:
            raise ValueError(f"{path} is {self._by_path[path].name}'s, not {owner.name}'s")

    def owner(self, path: str) -> Protocol | Ours | None:
        """The owner with the longest path that is `path` or lies above it."""
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


def mount_ours(app: Flask, ours: Ours, blueprint: Blueprint, *, path: str) -> None:
    """Serve pages of our own below a path, under the name of their owner."""
    app.register_blueprint(blueprint, name=ours.name, url_prefix=path)
    cast(Owners, app.extensions["owners"]).claim(path, ours)


def owner_of(path: str) -> Protocol | Ours | None:
    """The protocol, or the pages of ours, that answer at a path of the current application."""
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
