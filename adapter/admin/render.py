"""Pages from templates, in an environment of the console's own."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import g, get_flashed_messages, request, url_for
from jinja2 import Environment, PackageLoader, StrictUndefined

from adapter import assets
from adapter.admin import csrf, i18n, menu, words, writing
from adapter.core.staff import Permission

STATIC = Path(__file__).parent / "static"


def page(template: str, **context: Any) -> str:
    """A whole page."""
    return _rendered(template, is_partial=False, **context)


def partial(template: str, **context: Any) -> str:
    """The content of a page alone, to be put into one that is there."""
    return _rendered(template, is_partial=True, **context)


def wants_partial() -> bool:
    """Whether htmx asks, which puts the answer into the page that is there."""
    headers = request.headers
    return "HX-Request" in headers and "HX-History-Restore-Request" not in headers


def shown(template: str, **context: Any) -> str:
    """A whole page, or for htmx its content alone."""
    return _rendered(template, is_partial=wants_partial(), **context)


def _rendered(template: str, **context: Any) -> str:
    g.console_is_page = True
    context.setdefault("person", g.get("console_person"))
    context.setdefault("program", g.get("console_program"))
    return environment().get_template(template).render(**context)


@cache
def environment() -> Environment:
    """Where templates are found, and what all of them can use."""
    found = Environment(
        loader=PackageLoader("adapter.admin"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals.update(
        _=i18n.gettext,
        ngettext=i18n.ngettext,
        language=i18n.language,
        languages=i18n.LANGUAGES,
        url_for=url_for,
        asset=asset,
        static=static,
        csrf_token=csrf.token,
        menu_entries=menu.entries,
        notices=lambda: get_flashed_messages(with_categories=True),
        request=request,
        Permission=Permission,
        shown_moment=writing.shown_moment,
        shown_day=writing.shown_day,
        shown_amount=writing.shown_amount,
        shown_money=writing.shown_money,
        shown_number=writing.shown_number,
        unit_words=words.unit_words,
        channel_words=words.channel_words,
        reason_words=words.reason_words,
        state_words=state_words,
        role_words=role_words,
    )
    return found


def asset(library: str, file: str) -> str:
    """The address of a file of a library; it changes with its contents, so it is kept for long."""
    mark = assets.library(library).files[file][:12]
    return url_for("admin.asset", library=library, file=file, v=mark)


def static(file: str) -> str:
    """The address of a file of our own."""
    return url_for("admin.own_file", file=file, v=_mark(file))


def state_words(state: str) -> str:
    """A state of something in the language of this request, or as it is where we have no word."""
    return i18n.gettext(STATES[state]) if state in STATES else state


def role_words(role: str) -> str:
    """A role in the language of this request."""
    return i18n.gettext(ROLES[role])


def _marked(text: str) -> str:
    return text


ROLES = {
    "support": _marked("support"),
    "manager": _marked("manager"),
    "engineer": _marked("engineer"),
    "auditor": _marked("auditor"),
    "administrator": _marked("administrator"),
}
# What things may be, by the words of the core.
STATES = {
    "active": _marked("active"),
    "inactive": _marked("inactive"),
    "blocked": _marked("blocked"),
    "erased": _marked("erased"),
    "reserved": _marked("reserved"),
    "revoked": _marked("revoked"),
    "expired": _marked("expired"),
    "disabled": _marked("disabled"),
    "ending": _marked("ending"),
    "lapsed": _marked("lapsed"),
    "future": _marked("future"),
    "deactivated": _marked("deactivated"),
    "redeemed": _marked("redeemed"),
    "merged": _marked("merged"),
}


@cache
def _mark(file: str) -> str:
    return sha256((STATIC / file).read_bytes()).hexdigest()[:12]
