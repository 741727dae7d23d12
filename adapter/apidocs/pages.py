"""The pages at `/docs`: which protocols are served, and each one's document, to be tried."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    render_template,
    request,
    send_from_directory,
)
from werkzeug.exceptions import NotFound

from adapter import assets
from adapter.apidocs.served import Shown
from adapter.web.errors import plain
from adapter.web.mount import Ours, mount_ours

NAME, PATH, LIBRARY = "docs", "/docs", "swagger-ui"
STATIC = Path(__file__).parent / "static"
# Nothing from elsewhere, nothing written into the page; Swagger UI shows its marks as data.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    # A browser may keep it, and asks each time whether it has changed.
    "Cache-Control": "no-cache",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

pages = Blueprint(NAME, __name__, template_folder="templates")


def install(app: Flask, shown: Sequence[Shown]) -> None:
    """Serve the pages of these protocols, of those that tell of themselves."""
    keep(app, shown)
    mount_ours(app, Ours(NAME, plain), pages, path=PATH)


def keep(app: Flask, shown: Sequence[Shown]) -> None:
    """Let `written` know what is served."""
    app.extensions[NAME] = {one.protocol.name: one for one in shown if one.protocol.described}
    app.extensions["openapi"] = {}


def names(app: Flask) -> list[str]:
    """The protocols that have a document."""
    return list(app.extensions[NAME])


def written(app: Flask, name: str) -> str:
    """The document of a protocol, as it is served and as it is dumped.

    Raises:
        LookupError: It is not served, or tells nothing of itself.
    """
    kept: dict[str, str] = app.extensions["openapi"]
    if name not in kept:
        # Only who reads documents needs what writes them.
        from adapter.apidocs.document import document

        kept[name] = json.dumps(
            document(app, app.extensions[NAME][name]), ensure_ascii=False, indent=1
        )
    return kept[name]


@pages.get("")
def index() -> Response:
    """Which protocols are served, and where they are told about."""
    return _page(render_template("docs/index.html", shown=_shown().values()))


@pages.get("/<name>")
def page(name: str) -> Response:
    """A protocol's document, to be read and tried."""
    if name not in _shown():
        raise NotFound
    return _page(render_template("docs/page.html", protocol=_shown()[name].protocol))


@pages.get("/<name>/openapi.json")
def openapi(name: str) -> Response:
    """A protocol's document as such."""
    if name not in _shown():
        raise NotFound
    text = written(current_app, name)
    return _if_changed(Response(text, mimetype="application/json"))


@pages.get("/assets/<file>")
def asset(file: str) -> Response:
    """A file of Swagger UI, as it was published."""
    library = assets.library(LIBRARY)
    if file not in library.files:
        raise NotFound
    return send_from_directory(library.folder, file)


@pages.get("/static/<file>")
def static(file: str) -> Response:
    """A file of ours."""
    return send_from_directory(STATIC, file)


@pages.after_request
def add_headers(response: Response) -> Response:
    """The answer with what a browser is to know of it."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _shown() -> dict[str, Shown]:
    return cast("dict[str, Shown]", current_app.extensions[NAME])


def _page(text: str) -> Response:
    return _if_changed(Response(text, mimetype="text/html"))


def _if_changed(response: Response) -> Response:
    response.add_etag()
    response.make_conditional(request)
    return response
