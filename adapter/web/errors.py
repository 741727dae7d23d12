"""Hands any error to the protocol that owns the path; what nobody owns is answered plainly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import structlog
from flask import Flask, Response, g, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from adapter.core.errors import LoyaltyError, Unavailable
from adapter.db.errors import is_unavailable
from adapter.web import json
from adapter.web.logs import traceback_of
from adapter.web.mount import owner_of

R = TypeVar("R")

# What a protocol is told as it is; anything else is a bug and is logged as one.
EXPECTED = (HTTPException, LoyaltyError, ValidationError)

log = structlog.get_logger()


def install(app: Flask) -> None:
    """Answer every error of every kind in the words of the path's owner."""
    app.register_error_handler(Exception, answer)


def reply_for(error: Exception, table: Mapping[type[Exception], R]) -> R:
    """The row of the error's class or of its nearest parent; `Exception` ends every table."""
    for kind in type(error).__mro__:
        if kind in table:
            return table[kind]
    raise LookupError("the table of replies has no row for Exception")


def answer(error: Exception) -> Response:
    """The reply to an error that left a view, or that kept any view from being found."""
    fact = _as_fact(error)
    g.refusal = type(fact).__name__
    owner = owner_of(request.path)
    response = _refused(owner.refuse, fact) if owner else plain(fact)
    if isinstance(fact, MethodNotAllowed) and response.status_code == 405 and fact.valid_methods:
        response.allow.update(fact.valid_methods)
    return response


def plain(error: Exception) -> Response:
    """The reply on a path that belongs to no vendor."""
    if isinstance(error, HTTPException) and error.code:
        status, words = error.code, error.name.lower()
    elif isinstance(error, Unavailable):
        status, words = 503, "unavailable"
    else:
        status, words = 500, "internal error"
    body = json.dumps({"error": words})
    return Response(body, status=status, mimetype="application/json")


def _as_fact(error: Exception) -> Exception:
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, Exception):
        error = error.original_exception
    if is_unavailable(error):
        log.warning("database unavailable", error=type(error).__name__, detail=_detail(error))
        return Unavailable("the database cannot serve now")
    if not isinstance(error, EXPECTED):
        log_bug(error)
    return error


def log_bug(error: Exception) -> None:
    """One line about a mistake of ours: where it happened, none of the values it met."""
    original = getattr(error, "orig", None)
    log.error(
        "bug",
        error=type(error).__qualname__,
        rule=request.url_rule.rule if request.url_rule else None,
        sqlstate=getattr(original, "sqlstate", None),
        constraint=getattr(getattr(original, "diag", None), "constraint_name", None),
        traceback=traceback_of(error),
    )


def _refused(refuse: Any, fact: Exception) -> Response:
    try:
        response: Response = refuse(fact)
    except Exception as error:
        # Whatever becomes of the words, no page of the framework's may leave.
        log_bug(error)
        return plain(error)
    return response


def _detail(error: Exception) -> str:
    # The engine's own first line ("database is locked"); the second may quote a row.
    return (str(getattr(error, "orig", None) or error).splitlines() or [""])[0][:200]
