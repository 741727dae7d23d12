"""Cells of lists, made by the macros that pages use as well."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from markupsafe import Markup

from adapter.admin.render import environment
from adapter.core.amounts import Amount


def moment(instant: datetime | None, *, seconds: bool = False) -> Markup:
    """An instant."""
    return _made("moment", instant, seconds=seconds)


def amount(amount: Amount | None, *, signed: bool = False) -> Markup:
    """An amount."""
    return _made("amount", amount, signed=signed)


def state(word: str) -> Markup:
    """A state of something."""
    return _made("state", word)


def masked(value: str) -> Markup:
    """Something of a person's, most of it hidden."""
    return _made("masked", value)


def link(text: object, endpoint: str, **values: Any) -> Markup:
    """A link to another page; `endpoint` is without the blueprint's name."""
    address = url_for(f"admin.{endpoint}", **values)
    return Markup('<a href="{}">{}</a>').format(address, text)


def _made(name: str, *values: Any, **more: Any) -> Markup:
    macro = getattr(environment().get_template("macros.html").module, name)
    return Markup(str(macro(*values, **more)).strip())  # noqa: S704  # nosec B704
