"""Errors as pages: what happened, in words, and where to go from there."""

from __future__ import annotations

from flask import Response, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from adapter.admin import headers
from adapter.admin.csrf import ForgedForm
from adapter.admin.i18n import Lazy, _l
from adapter.admin.render import shown
from adapter.admin.wording import said
from adapter.core import errors
from adapter.web.errors import reply_for
from adapter.web.request_log import request_id

# A status and a title for whatever may leave a page.
STATUSES: dict[type[Exception], tuple[int, Lazy]] = {
    errors.NotFound: (404, _l("Not found")),
    errors.Throttled: (429, _l("Too often")),
    errors.Conflict: (409, _l("Not done")),
    errors.Refused: (409, _l("Not done")),
    errors.Invalid: (422, _l("Not accepted")),
    errors.Unavailable: (503, _l("Not available now")),
    ValidationError: (422, _l("Not accepted")),
    Exception: (500, _l("Internal error")),
}
HTTP: dict[int, tuple[Lazy, Lazy]] = {
    400: (_l("Not understood"), _l("What the browser sent cannot be read.")),
    403: (_l("Not allowed"), _l("Your role does not allow this.")),
    404: (_l("Not found"), _l("There is no such page, or it is not one of yours.")),
    405: (_l("Not possible"), _l("This page cannot be asked in this way.")),
    413: (_l("Too large"), _l("What was sent is larger than anything this page takes.")),
    415: (_l("Not understood"), _l("What was sent is of a kind this page does not take.")),
    429: (_l("Too often"), _l("That was too often. Wait a little and try again.")),
}
_EXPIRED = _l("The page was open for too long or you signed in anew. Nothing was changed.")


def refuse(error: Exception) -> Response:
    """The page about an error."""
    if isinstance(error, errors.Unauthenticated):
        return headers.add(Response(status=303, headers={"Location": url_for("admin.sign_in")}))
    status, title, words = _about(error)
    body = shown("error.html", status=status, title=title, words=words, request_id=request_id())
    response = Response(body, status, mimetype="text/html")
    if isinstance(error, errors.Throttled):
        response.headers["Retry-After"] = str(error.retry_after)
    if status == 503:
        response.headers["Retry-After"] = "5"
    return headers.add(response)


def _about(error: Exception) -> tuple[int, Lazy, str]:
    if isinstance(error, ForgedForm):
        return 400, HTTP[400][0], str(_EXPIRED)
    if isinstance(error, HTTPException) and error.code:
        title, words = HTTP.get(error.code, (_l("Not possible"), _l("This is not possible.")))
        return error.code, title, str(words)
    status, title = reply_for(error, STATUSES)
    return status, title, said(error)
