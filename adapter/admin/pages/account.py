"""What somebody may change about themselves: password, language, where they are signed in."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField, SelectField
from wtforms.validators import DataRequired, EqualTo, Length

from adapter.admin import guessing
from adapter.admin.access import actor, needs, person
from adapter.admin.console import console
from adapter.admin.forms import INVALID, ConsoleForm, choices
from adapter.admin.i18n import LANGUAGES, _, _l
from adapter.admin.pages.signing import browser
from adapter.admin.render import page
from adapter.admin.sessions import visit
from adapter.core import staff
from adapter.db import Work
from adapter.web.work import database, reading


class PasswordForm(ConsoleForm):
    """A new password, by somebody who knows the old one."""

    current = PasswordField(_l("Current password"), validators=[DataRequired(), Length(max=256)])
    new = PasswordField(
        _l("New password"),
        validators=[DataRequired(), Length(max=256)],
        description=_l("At least 12 characters, and not your login."),
    )
    again = PasswordField(
        _l("New password again"),
        validators=[
            DataRequired(),
            EqualTo("new", message=_l("The two new passwords differ.")),
        ],
    )


class LanguageForm(ConsoleForm):
    """The language of the pages."""

    language = SelectField(
        _l("Language"), choices=choices([("", _l("As the browser asks")), *LANGUAGES.items()])
    )


@console.get("/account")
@needs()
def account() -> ResponseReturnValue:
    """What somebody may change about themselves."""
    return _shown()


@console.post("/account/password")
@needs()
def account_password() -> ResponseReturnValue:
    """Take another password, and sign out everywhere else."""
    form = PasswordForm()
    if not form.validate():
        return _shown(password=form), INVALID
    # Whoever found a browser that was left open is not to find out the password as well.
    if seconds := guessing.wait(person().login):
        form.blame("current", guessing.words(seconds))
        return _shown(password=form), 429, {"Retry-After": str(seconds)}
    with reading() as work:
        kept = staff.by_login(work, person().login).password_hash
    if not staff.passwords.is_right(kept, form.current.data):
        guessing.count(person().login)
        form.blame("current", _("This is not your password."))
        return _shown(password=form), INVALID
    try:
        staff.check_password(form.new.data, login=person().login)
    except staff.WeakPassword:
        form.blame(
            "new", _("Take at least 12 characters, of several kinds, and more than your login.")
        )
        return _shown(password=form), INVALID
    fresh = staff.passwords.hash_of(form.new.data)

    def change(work: Work) -> str:
        user = staff.set_password(work, person().id, password_hash=fresh, by=actor())
        return staff.open_session(work, user, browser=browser())

    visit().begin(database().run(change))
    flash(_("Your password is changed, and you are signed out everywhere else."), "success")
    return redirect(url_for("admin.account"), 303)


@console.post("/account/language")
@needs()
def account_language() -> ResponseReturnValue:
    """Read the pages in another language."""
    form = LanguageForm()
    if not form.validate():
        return _shown(language=form), INVALID
    chosen = form.language.data
    database().run(lambda work: staff.set_language(work, person().id, language=chosen))
    return redirect(url_for("admin.account"), 303)


@console.post("/account/sessions/<uuid:session_id>")
@needs()
def account_session(session_id: UUID) -> ResponseReturnValue:
    """End one session of one's own."""
    database().run(lambda work: staff.sign_out(work, person().id, session_id, by=actor()))
    if session_id == g.console_session_id:
        visit().end()
        return redirect(url_for("admin.sign_in"), 303)
    flash(_("The session is ended."), "success")
    return redirect(url_for("admin.account"), 303)


def _shown(*, password: ConsoleForm | None = None, language: ConsoleForm | None = None) -> str:
    with reading() as work:
        sessions = staff.sessions_of(work, person().id)
    return page(
        "account.html",
        password_form=password or PasswordForm(formdata=None),
        language_form=language or LanguageForm(formdata=None, data={"language": person().language}),
        sessions=sessions,
        here=g.console_session_id,
    )
