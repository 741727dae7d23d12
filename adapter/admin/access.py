"""Who asks, what they may do, and of which program: looked at before any page of the console."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast
from urllib.parse import unquote, urlsplit

import structlog
from flask import Response, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from adapter.admin import csrf
from adapter.admin.i18n import gettext as _
from adapter.admin.sessions import visit
from adapter.core import approvals, programs, staff
from adapter.core.errors import Unauthenticated, UnknownProgram
from adapter.core.programs import ProgramTerms
from adapter.core.staff import Permission, Person
from adapter.web.work import database, reading

V = TypeVar("V", bound=Callable[..., Any])

EVERYBODY = "everybody"  # also those who have not signed in
_MARK = "console_needs"

log = structlog.get_logger()


def needs(*permissions: Permission) -> Callable[[V], V]:
    """Marks a view with what it takes to ask it; stands directly below the route.

    Without a permission it takes no more than to be signed in. A view without a mark is refused.
    """

    def mark(view: V) -> V:
        setattr(view, _MARK, tuple(permissions))
        return view

    return mark


def for_everybody(view: V) -> V:
    """Marks a view that may be asked by those who have not signed in."""
    setattr(view, _MARK, EVERYBODY)
    return view


def needed_by(view: Callable[..., Any]) -> Any:
    """What a view was marked with; None where it was not."""
    return getattr(view, _MARK, None)


def person() -> Person:
    """Who asks."""
    return cast(Person, g.console_person)


def actor() -> str:
    """Who asks, as the trail and the ledger name them."""
    return f"user:{person().login}"


def program() -> ProgramTerms:
    """The program whose page is asked for.

    Raises:
        NotFound: The page is of no program.
    """
    found = g.get("console_program")
    if found is None:
        raise NotFound
    return cast(ProgramTerms, found)


def guard() -> ResponseReturnValue | None:
    """Let a request pass that may, before its view.

    Raises:
        Forbidden: Their role does not allow it, or the view says nothing of whom it is for.
        NotFound: There is no such program, or it is not theirs.
        ForgedForm: What would change something comes from no form of ours.
    """
    needed = needed_by(current_app.view_functions[str(request.endpoint)])
    if needed is None:
        raise Forbidden
    if needed != EVERYBODY:
        try:
            _look()
        except Unauthenticated:
            return _to_sign_in()
        if not all(person().may(permission) for permission in needed):
            log.info("console refused", user=str(person().id), endpoint=request.endpoint)
            raise Forbidden
        if g.console_code is not None and g.get("console_program") is None:
            raise NotFound
    csrf.protect()
    return None


def take_code(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Keep the code of the program in the path, which views need not take."""
    g.console_code = (values or {}).pop("code", None)


def put_code(endpoint: str, values: dict[str, Any]) -> None:
    """Put the same code into every address below the same program."""
    code = g.get("console_code")
    is_expected = current_app.url_map.is_endpoint_expecting(endpoint, "code")
    if code is not None and is_expected:
        values.setdefault("code", code)


def is_ours(address: str) -> bool:
    """Whether an address leads to a page of the console and nowhere else."""
    parts = urlsplit(address)
    start = url_for("admin.start")
    return (
        not parts.scheme
        and not parts.netloc
        and (parts.path == start.rstrip("/") or parts.path.startswith(start))
        and not any(letter in address for letter in "\\\r\n\t\0")
        and "//" not in parts.path
        # A browser goes back where it meets dots, escaped ones too.
        and not {".", ".."} & set(unquote(parts.path).split("/"))
    )


def _look() -> None:
    """Find out who asks, about which program and what there waits for them, in one look at the
    database.
    """
    code = g.console_code
    with reading() as work:
        found = staff.signed_in(work, visit().token)
        if code is not None and found.person.sees(code):
            with suppress(UnknownProgram):
                g.console_program = programs.by_code(work, code).terms()
                if found.person.may(Permission.APPROVE) and "HX-Request" not in request.headers:
                    g.console_waiting = approvals.waiting(work, g.console_program.id)
    if found.is_stale:
        database().run(lambda work: staff.seen(work, found.session_id))
    g.console_person, g.console_session_id = found.person, found.session_id


def _to_sign_in() -> ResponseReturnValue:
    if request.method in csrf.SAFE:
        wanted = request.full_path.rstrip("?")
    else:
        flash(_("You were signed out, so nothing was changed. Sign in and do it again."), "warning")
        wanted = url_for("admin.start")
    address = url_for("admin.sign_in", next=wanted if wanted != url_for("admin.start") else None)
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": address}, mimetype="text/html")
    return redirect(address, 303)
