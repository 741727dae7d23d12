"""Style sheets and scripts: others' as they were published, and our own few."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from adapter import assets
from adapter.admin.access import for_everybody
from adapter.admin.console import console
from adapter.admin.render import STATIC

YEAR = 365 * 24 * 3600
OWN = frozenset(found.name for found in STATIC.iterdir())
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@console.get("/assets/<library>/<file>")
@for_everybody
def asset(library: str, file: str) -> ResponseReturnValue:
    """A file of a library; its address holds a mark of its contents, so it never changes."""
    try:
        path = assets.library(library).path(file)
    except LookupError:
        raise NotFound from None
    return _sent(path)


@console.get("/static/<file>")
@for_everybody
def own_file(file: str) -> ResponseReturnValue:
    """A file of our own."""
    if file not in OWN:
        raise NotFound
    return _sent(STATIC / file)


def _sent(path: Path) -> ResponseReturnValue:
    response = Response(_bytes(path), mimetype=KINDS.get(path.suffix, "text/plain"))
    response.cache_control.public = response.cache_control.immutable = True
    response.cache_control.max_age = YEAR
    response.set_etag(sha256(_bytes(path)).hexdigest()[:16])
    return response.make_conditional(request)


@cache
def _bytes(path: Path) -> bytes:
    # A few files of some kilobytes each, which never change while the process runs.
    return path.read_bytes()
