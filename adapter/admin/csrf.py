"""Only our own forms change anything: Flask-WTF's signed tokens, over our own sessions."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from flask import Flask, g, request
from flask_wtf.csrf import generate_csrf, validate_csrf
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from wtforms.validators import ValidationError

from adapter.admin.sessions import CSRF
from adapter.admin.settings import settings
from adapter.web.json import read_body

HEADER = "X-CSRF-Token"
FORM = "application/x-www-form-urlencoded"
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


class ForgedForm(BadRequest):
    """The form is not one we gave to this browser, or the session it was for is over."""


class UnreadableForm(BadRequest):
    """The form holds bytes that are no text, or a character that cannot be kept."""


def install(app: Flask) -> None:
    """Tell Flask-WTF that a form is good for as long as its session."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_FIELD_NAME"] = CSRF


def secret() -> str:
    """With what the tokens are signed; it is not in Flask's settings, which show what they hold."""
    return settings().key_for("csrf").hex()


def token() -> str:
    """The token of every form that is made for this browser now."""
    return str(generate_csrf(secret_key=secret()))


def protect() -> None:
    """Let what may change something pass only with the token of a form of ours.

    Raises:
        ForgedForm: It has none, or another's.
        UnreadableForm: It is not text.
        UnsupportedMediaType: It is no form of a page of ours.
    """
    if request.method in SAFE:
        return
    _refuse_what_is_no_text(read_body(request))
    try:
        validate_csrf(request.form.get(CSRF) or request.headers.get(HEADER), secret_key=secret())
    except ValidationError:
        raise ForgedForm("the form is not one of ours, or its session is over") from None
    g.csrf_valid = True  # so that a form need not look at it again


def _refuse_what_is_no_text(body: bytes) -> None:
    # No page of ours takes a file, so that none of its forms is sent in another way.
    if body and request.mimetype != FORM:
        raise UnsupportedMediaType
    text = unquote_to_bytes(body)
    if b"\0" in text:
        raise UnreadableForm("a NUL in the form")
    try:
        text.decode()
    except UnicodeDecodeError:
        raise UnreadableForm("the form is not UTF-8") from None
