"""Signing in and out."""

from __future__ import annotations

import re
from functools import partial

import structlog
from flask import flash, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from adapter.admin import guessing
from adapter.admin.access import actor, for_everybody, is_ours, needs, person
from adapter.admin.console import console
from adapter.admin.forms import INVALID, ConsoleForm
from adapter.admin.i18n import COOKIE, LANGUAGES, _, _l
from adapter.admin.render import page
from adapter.admin.sessions import visit
from adapter.admin.settings import settings
from adapter.core import staff
from adapter.core.errors import Unauthenticated
from adapter.web.work import database, reading

BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
NAMES = {"Edg": "Edge", "OPR": "Opera"}
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")

log = structlog.get_logger()


class SignInForm(ConsoleForm):
    """A login and a password."""

    login = StringField(_l("Login"), validators=[DataRequired(), Length(max=64)])
    password = PasswordField(_l("Password"), validators=[DataRequired(), Length(max=256)])
    next = HiddenField()


@console.route("/sign-in", methods=["GET", "POST"])
@for_everybody
def sign_in() -> ResponseReturnValue:
    """Ask who somebody is, and open a session for them."""
    form = SignInForm(data={"next": request.args.get("next", "")})
    if request.method != "POST":
        return page("sign_in.html", form=form, languages=LANGUAGES)
    if not form.validate():
        return page("sign_in.html", form=form, languages=LANGUAGES), INVALID
    login = form.login.data.lower()
    if seconds := guessing.wait(login):
        form.blame("password", guessing.words(seconds))
        answer = page("sign_in.html", form=form, languages=LANGUAGES)
        return answer, 429, {"Retry-After": str(seconds)}
    try:
        token = _token_for(login, form.password.data)
    except Unauthenticated:
        guessing.count(login)
        log.info("console sign-in refused")
        form.blame("password", _("The login or the password is wrong."))
        if _is_first():
            form.blame("login", _("Nobody can sign in yet. Make the first: adapter users create."))
        refusal = make_response(page("sign_in.html", form=form, languages=LANGUAGES), INVALID)
        # Once it has left, for how long this takes tells whether anybody has the login.
        refusal.call_on_close(partial(database().run, partial(staff.note_refusal, login=login)))
        return refusal
    visit().begin(token)
    wanted = form.next.data or ""
    return redirect(wanted if is_ours(wanted) else url_for("admin.start"), 303)


@console.post("/sign-out")
@needs()
def sign_out() -> ResponseReturnValue:
    """End this session."""
    mine = g.console_session_id
    database().run(lambda work: staff.sign_out(work, person().id, mine, by=actor()))
    visit().end()
    return redirect(url_for("admin.sign_in"), 303)


@console.post("/sign-out-everywhere")
@needs()
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sessions of whoever asks, this one as well."""
    database().run(lambda work: staff.sign_out_everywhere(work, person().id, by=actor()))
    visit().end()
    flash(_("You are signed out everywhere."), "success")
    return redirect(url_for("admin.sign_in"), 303)


@console.post("/language")
@for_everybody
def choose_language() -> ResponseReturnValue:
    """Speak another language to this browser before somebody signs in."""
    chosen = request.form.get("language", "")
    response = redirect(url_for("admin.sign_in", next=request.form.get("next") or None), 303)
    if chosen in staff.LANGUAGES:
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=365 * 24 * 3600,
            path="/admin",
            secure=settings().secure_cookies or request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return response


def browser() -> str:
    """What somebody's browser is, as far as they will recognise it: `Firefox, Linux`."""
    told = request.headers.get("User-Agent", "")
    kind = next((name for name in BROWSERS if re.search(rf"{name}[\w.]*/", told)), "")
    system = next((name for name in SYSTEMS if name in told), "")
    return ", ".join(part for part in (NAMES.get(kind, kind), system) if part)


def _is_first() -> bool:
    with reading() as work:
        return not staff.users(work)


def _token_for(login: str, password: str) -> str:
    """The token of a new session.

    The password is looked at outside any unit of work: that takes long on purpose.
    """
    with reading() as work:
        known = staff.find(work, login)
    kept = known.password_hash if known and known.disabled_at is None else None
    if not staff.passwords.is_right(kept, password) or known is None or kept is None:
        raise Unauthenticated("no such login, or another password")
    fresh = staff.passwords.hash_of(password) if staff.passwords.is_dated(kept) else None
    return database().run(
        lambda work: staff.sign_in(
            work, known.id, seen_hash=kept, fresh_hash=fresh, browser=browser()
        )
    )
