"""Pages from templates, in an environment of the console's own."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import g, get_flashed_messages, request, url_for
from jinja2 import Environment, PackageLoader, StrictUndefined

from adapter import assets
from adapter.admin import csrf, i18n, menu
from adapter.core.amounts import Amount
from adapter.core.programs import ProgramTerms, local_time
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
        shown_moment=shown_moment,
        shown_day=shown_day,
        shown_amount=shown_amount,
        shown_number=shown_number,
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


def zone() -> tzinfo:
    """By which clocks times are shown: those of the program, if the page is of one."""
    program = g.get("console_program")
    return cast(ProgramTerms, program).timezone if program else UTC


def shown_moment(instant: datetime | None, *, seconds: bool = False) -> str:
    """An instant as it is written in this language, by the program's clocks."""
    if instant is None:
        return ""
    pattern = "medium" if seconds else "short"
    local = local_time(instant, zone())
    day = format_date(local, format="medium", locale=i18n.locale())
    time = format_datetime(local, format="HH:mm:ss" if pattern == "medium" else "HH:mm")
    return f"{day}, {time}"


def shown_day(instant: datetime | None) -> str:
    """The day of an instant, by the program's clocks."""
    if instant is None:
        return ""
    return str(format_date(local_time(instant, zone()), format="medium", locale=i18n.locale()))


def shown_amount(amount: Amount | None, *, signed: bool = False) -> str:
    """An amount as it is written in this language, without trailing zeros."""
    if amount is None:
        return ""
    text = shown_number(amount.whole, decimals=amount.unit.decimals)
    return f"+{text}" if signed and amount.minor > 0 else text


def shown_number(number: Decimal | int | None, *, decimals: int = 0) -> str:
    """A number as it is written in this language."""
    if number is None:
        return ""
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
    return str(format_decimal(number, format=pattern, locale=i18n.locale()))


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
