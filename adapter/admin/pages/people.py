"""Who may sign in to the console: let in, given another role or password, shut out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from adapter.admin import cells
from adapter.admin.access import actor, needs, person
from adapter.admin.console import console
from adapter.admin.forms import INVALID
from adapter.admin.i18n import _, _l
from adapter.admin.listing import Column, Listing
from adapter.admin.pages.people_form import AccessForm, NewPersonForm, PeopleFilters
from adapter.admin.render import page, role_words
from adapter.core import staff
from adapter.core.errors import Conflict
from adapter.core.staff import InvalidLogin, Permission, Role, StaffUser
from adapter.db import Work
from adapter.web.work import database, reading


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may sign in, or might once, and in how many places they are signed in."""

    user: StaffUser
    places: int

    @property
    def state(self) -> str:
        """Whether they may sign in now."""
        return "disabled" if self.user.disabled_at else "active"


@console.get("/people")
@needs(Permission.PEOPLE)
def people() -> ResponseReturnValue:
    """Everybody who may sign in, and those who might once."""
    listing = Listing(
        "people",
        columns=COLUMNS,
        filters=PeopleFilters,
        rows=_rows,
        key=lambda colleague: colleague.user.login,
    )
    return listing.reply("people/list.html")


@console.route("/people/new", methods=["GET", "POST"])
@needs(Permission.PEOPLE, Permission.ACCESS)
def people_new() -> ResponseReturnValue:
    """Let somebody in, and show their first password once."""
    form = NewPersonForm(data={"everywhere": True})
    if not form.is_submitted():
        return page("people/new.html", form=form)
    if not form.validate():
        return page("people/new.html", form=form), INVALID
    password = staff.passwords.generate()
    kept = staff.passwords.hash_of(password)

    def unit(work: Work) -> StaffUser:
        return staff.create(
            work,
            login=form.login.data,
            name=form.name.data,
            password_hash=kept,
            role=Role(form.role.data),
            program_codes=form.codes,
            language=form.language.data,
            by=actor(),
        )

    try:
        made = database().run(unit)
    except InvalidLogin:
        form.blame("login", _("This cannot be a login."))
    except Conflict:
        form.blame("login", _("This login is somebody's already."))
    if form.faults:
        return page("people/new.html", form=form), INVALID
    return _shown_once(made, password)


@console.get("/people/<uuid:user_id>")
@needs(Permission.PEOPLE)
def people_one(user_id: UUID) -> ResponseReturnValue:
    """One of them: what they may do, where they are signed in, and what can be done."""
    return _one(user_id)


@console.post("/people/<uuid:user_id>/role")
@needs(Permission.PEOPLE, Permission.ACCESS)
def people_role(user_id: UUID) -> ResponseReturnValue:
    """Give somebody another role or other programs."""
    form = AccessForm()
    if not form.validate():
        return _one(user_id, access=form), INVALID
    role, codes = Role(form.role.data), form.codes
    _do(
        user_id,
        lambda work: staff.set_role(work, user_id, role=role, program_codes=codes, by=actor()),
    )
    return _done(user_id, _("It is changed, and they are signed out everywhere."))


@console.post("/people/<uuid:user_id>/password")
@needs(Permission.PEOPLE, Permission.ACCESS)
def people_password(user_id: UUID) -> ResponseReturnValue:
    """Give somebody another password, and show it once."""
    password = staff.passwords.generate()
    kept = staff.passwords.hash_of(password)
    user = _do(
        user_id, lambda work: staff.set_password(work, user_id, password_hash=kept, by=actor())
    )
    return _shown_once(user, password)


@console.post("/people/<uuid:user_id>/disable")
@needs(Permission.PEOPLE, Permission.ACCESS)
def people_disable(user_id: UUID) -> ResponseReturnValue:
    """Sign somebody out everywhere, and let them in no more."""
    _do(user_id, lambda work: staff.disable(work, user_id, by=actor()))
    return _done(user_id, _("They cannot sign in any more, and are signed out everywhere."))


@console.post("/people/<uuid:user_id>/enable")
@needs(Permission.PEOPLE, Permission.ACCESS)
def people_enable(user_id: UUID) -> ResponseReturnValue:
    """Let somebody in again, with the password they had."""
    _do(user_id, lambda work: staff.enable(work, user_id, by=actor()))
    return _done(user_id, _("They may sign in again, with the password they had."))


@console.post("/people/<uuid:user_id>/sign-out")
@needs(Permission.PEOPLE, Permission.ACCESS)
def people_sign_out(user_id: UUID) -> ResponseReturnValue:
    """End every session of somebody."""
    _do(user_id, lambda work: staff.sign_out_everywhere(work, user_id, by=actor()))
    return _done(user_id, _("They are signed out everywhere."))


def _do(user_id: UUID, unit: Callable[[Work], Any]) -> Any:
    """What the unit of work returns; nobody does any of this to themselves.

    Raises:
        Forbidden: They would: a role could be lost that nobody else has, or a browser that was
            left open be enough for a new password.
    """
    if user_id == person().id:
        raise Forbidden
    return database().run(unit)


def _done(user_id: UUID, words: str) -> ResponseReturnValue:
    flash(words, "success")
    return redirect(url_for("admin.people_one", user_id=user_id), 303)


def _one(user_id: UUID, *, access: AccessForm | None = None) -> str:
    with reading() as work:
        user = staff.by_id(work, user_id)
        sessions = staff.sessions_of(work, user_id)
    known = {
        "role": user.role,
        "everywhere": user.program_codes is None,
        "programs": user.program_codes,
    }
    return page(
        "people/one.html",
        user=user,
        state=Colleague(user, len(sessions)).state,
        sessions=sessions,
        access_form=access or AccessForm(formdata=None, data=known),
        may_change=person().may(Permission.ACCESS) and user_id != person().id,
    )


def _shown_once(user: StaffUser, password: str) -> str:
    return page("people/password.html", user=user, password=password)


def _rows(form: PeopleFilters, after: str | None, limit: int) -> Sequence[Colleague]:
    """Those sought, after a login. A house has as many as one statement reads well."""
    with reading() as work:
        everybody, places = staff.users(work), staff.places(work)
    found = (
        Colleague(user, places.get(user.id, 0)) for user in everybody if user.login > (after or "")
    )
    return [one for one in found if _is_sought(one, form)][:limit]


def _is_sought(one: Colleague, form: PeopleFilters) -> bool:
    text = (form.text.data or "").casefold()
    return (
        (text in one.user.login or text in one.user.name.casefold())
        and form.role.data in ("", one.user.role)
        and form.state.data in ("", one.state)
    )


def _programs(one: Colleague) -> str:
    codes = one.user.program_codes
    return _("all") if codes is None else ", ".join(codes)


COLUMNS: list[Column[Colleague]] = [
    Column(
        "login",
        _l("Login"),
        lambda one: cells.link(one.user.login, "people_one", user_id=one.user.id),
        csv=lambda one: one.user.login,
    ),
    Column("name", _l("Name"), lambda one: one.user.name),
    Column(
        "role", _l("Role"), lambda one: role_words(one.user.role), csv=lambda one: one.user.role
    ),
    Column("programs", _l("Programs"), _programs),
    Column("state", _l("State"), lambda one: cells.state(one.state), csv=lambda one: one.state),
    Column("places", _l("Sessions"), lambda one: one.places, is_number=True),
    Column(
        "created",
        _l("Created"),
        lambda one: cells.moment(one.user.created_at),
        csv=lambda one: one.user.created_at,
    ),
]
