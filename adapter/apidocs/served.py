"""A protocol as it is served: at which paths, and by which endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from adapter.web.described import Fragment
from adapter.web.protocol import Protocol

_VARIABLE = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


@dataclass(frozen=True, slots=True)
class Shown:
    """A protocol that is served, and where it answers."""

    protocol: Protocol
    root: bool
    prefix: str

    @property
    def servers(self) -> list[Fragment]:
        """What stands in front of its paths, the vendor's own place first."""
        found = [{"url": "/", "description": "Where the vendor documents it"}] if self.root else []
        if self.prefix:
            found.append({"url": self.prefix, "description": "Below its prefix"})
        return found

    def endpoints(self, app: Flask) -> Iterator[tuple[Rule, str, str]]:
        """Each rule that serves it, its path without the prefix, and its endpoint's own name."""
        name = self.protocol.name
        if not self.root:
            name = f"{name}@{self.prefix.strip('/').replace('.', '_')}"
        for rule in app.url_map.iter_rules():
            blueprint, _, endpoint = rule.endpoint.partition(".")
            if blueprint == name:
                path = rule.rule if self.root else rule.rule.removeprefix(self.prefix)
                yield rule, _VARIABLE.sub(r"{\1}", path), endpoint
