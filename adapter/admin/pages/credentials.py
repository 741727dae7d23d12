"""What platforms identify by: made, replaced with an overlap, ended; a secret is shown once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError as WrongShape
from werkzeug.exceptions import NotFound
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from adapter.admin.access import actor, needs, program
from adapter.admin.console import console
from adapter.admin.forms import INVALID, ReasonForm, WholeNumberField, choices
from adapter.admin.i18n import _, _l
from adapter.admin.pages import credential_states as states
from adapter.admin.pages.fault_words import blame_part
from adapter.admin.render import page
from adapter.admin.settings import settings
from adapter.core import partners, trail
from adapter.core.partners import Credential, CredentialStatus
from adapter.core.staff import Permission
from adapter.db import Work
from adapter.programfile.agreed import NotAgreed, agreed, written
from adapter.programfile.credentials import name_of
from adapter.protocols import PROTOCOLS
from adapter.web.protocol import Protocol
from adapter.web.request_log import request_id
from adapter.web.work import database, reading

BY_NAME = {protocol.name: protocol for protocol in PROTOCOLS}
LONGEST_OVERLAP = 24 * 366


class NewCredentialForm(ReasonForm):
    """A platform that may call from now on."""

    protocol = SelectField(
        _l("Platform"),
        choices=choices((protocol.name, protocol.title) for protocol in PROTOCOLS),
    )
    name = StringField(
        _l("Name"),
        validators=[DataRequired(), Length(max=255)],
        description=_l("The login or merchant that the platform is told; or a name for you."),
    )
    settings = TextAreaField(
        _l("What was agreed"),
        validators=[Length(max=4000)],
        description=_l("One setting a line, such as api_version=1.2.0; empty for the usual."),
    )


class RotateForm(ReasonForm):
    """A new secret in the place of an old one."""

    overlap = WholeNumberField(
        _l("Hours in which the old secret works as well"),
        validators=[InputRequired(), NumberRange(min=0, max=LONGEST_OVERLAP)],
        default=24,
    )


class RevokeForm(ReasonForm):
    """The end of a credential."""


@console.get("/p/<code>/credentials")
@needs(Permission.PLATFORMS)
def credentials() -> ResponseReturnValue:
    """What the platforms of a program identify by; never a secret."""
    with reading() as work:
        found = partners.credentials(work, program().id)
        rows = [(one, states.state_of(one, work.now)) for one in reversed(found)]
    return page("credentials/list.html", rows=rows, titles=_titles())


@console.route("/p/<code>/credentials/new", methods=["GET", "POST"])
@needs(Permission.CREDENTIALS)
def credentials_new() -> ResponseReturnValue:
    """Let a platform call, and show its secret once."""
    form = NewCredentialForm()
    if not form.is_submitted():
        return page("credentials/new.html", form=form)
    if not form.validate():
        return page("credentials/new.html", form=form), INVALID
    protocol = BY_NAME[form.protocol.data]
    try:
        name_of(protocol.credential, form.name.data)
    except WrongShape as error:
        blame_part(form, "name", error.messages)
    try:
        wanted = agreed(protocol, _lines(form.settings.data or ""))
    except NotAgreed as error:
        blame_part(form, "settings", error.messages)
    if form.faults:
        return page("credentials/new.html", form=form), INVALID
    secret = partners.generate()

    def unit(work: Work) -> Credential | None:
        if states.stands(work, program().id, protocol.name, form.name.data):
            return None
        made = partners.create_credential(
            work,
            program().id,
            protocol=protocol.name,
            name=form.name.data,
            digest=_digest(protocol, form.name.data, secret),
            settings=wanted,
        )
        _record(work, made, "credential.create", form, after=states.facts(made))
        return made

    made = database().run(unit)
    if made is None:
        form.blame("name", _("There is one with this name. Give it a new secret instead."))
        return page("credentials/new.html", form=form), INVALID
    return _shown_once(made, protocol, secret)


@console.get("/p/<code>/credentials/<uuid:credential_id>")
@needs(Permission.PLATFORMS)
def credentials_one(credential_id: UUID) -> ResponseReturnValue:
    """One credential: its terminals, and what can be done with it."""
    return _one(credential_id)


@console.post("/p/<code>/credentials/<uuid:credential_id>/rotate")
@needs(Permission.CREDENTIALS)
def credentials_rotate(credential_id: UUID) -> ResponseReturnValue:
    """Give a credential a new secret, shown once; the old one works for a while."""
    form = RotateForm(ids="rotate")
    if not form.validate():
        return _one(credential_id, rotating=form), INVALID
    secret = partners.generate()

    def unit(work: Work) -> Credential | None:
        old = _mine(work, credential_id)
        if states.state_of(old, work.now) != "active":
            return None
        new = partners.rotate_credential(
            work,
            old.id,
            digest=_digest(BY_NAME[old.protocol], old.name, secret),
            overlap=timedelta(hours=form.overlap.data or 0),
        )
        before, after = {"credential": old.id}, {"credential": new.id, "until": old.expires_at}
        _record(work, old, "credential.rotate", form, before=before, after=after)
        return new

    with reading() as work:
        if _mine(work, credential_id).protocol not in BY_NAME:
            raise NotFound
    new = database().run(unit)
    if new is None:
        form.blame("overlap", _("This one is on its way out already. Look for its successor."))
        return _one(credential_id, rotating=form), INVALID
    return _shown_once(new, BY_NAME[new.protocol], secret, old=credential_id)


@console.post("/p/<code>/credentials/<uuid:credential_id>/revoke")
@needs(Permission.CREDENTIALS)
def credentials_revoke(credential_id: UUID) -> ResponseReturnValue:
    """Let a credential open nothing within seconds."""
    form = RevokeForm(ids="revoke")
    if not form.validate():
        return _one(credential_id, revoking=form), INVALID

    def unit(work: Work) -> None:
        old = _mine(work, credential_id)
        before = {"state": states.state_of(old, work.now)}
        partners.revoke_credential(work, old.id)
        after = {"state": CredentialStatus.REVOKED}
        _record(work, old, "credential.revoke", form, before=before, after=after)

    database().run(unit)
    flash(_("The credential is revoked. Every process refuses it within seconds."), "success")
    return redirect(url_for("admin.credentials"), 303)


def _one(
    credential_id: UUID, *, rotating: ReasonForm | None = None, revoking: ReasonForm | None = None
) -> str:
    with reading() as work:
        found = _mine(work, credential_id)
        state = states.state_of(found, work.now)
        successors = states.successors(work, found)
        terminals = states.terminals(work, found, successors)
    return page(
        "credentials/one.html",
        credential=found,
        state=state,
        successor=next(iter(successors), None),
        terminals=terminals,
        title=_titles().get(found.protocol, found.protocol),
        agreed=written(found.settings),
        rotate_form=rotating or RotateForm(formdata=None, ids="rotate"),
        revoke_form=revoking or RevokeForm(formdata=None, ids="revoke"),
        may_rotate=state == "active" and found.protocol in BY_NAME,
    )


def _shown_once(
    made: Credential, protocol: Protocol, secret: str, *, old: UUID | None = None
) -> str:
    return page(
        "credentials/secret.html",
        credential=made,
        title=protocol.title,
        name_key=protocol.credential.name,
        secret_key=protocol.credential.secret,
        secret=secret,
        old=old,
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _mine(work: Work, credential_id: UUID) -> Credential:
    found = work.session.get(Credential, credential_id)
    if found is None or found.program_id != program().id:
        raise NotFound
    return found


def _titles() -> dict[str, str]:
    return {protocol.name: protocol.title for protocol in PROTOCOLS}


def _digest(protocol: Protocol, name: str, secret: str) -> bytes:
    presented = protocol.credential.presented(name, secret)
    return partners.digest(settings().secret_key, protocol.name, presented)


def _record(
    work: Work,
    credential: Credential,
    action: str,
    form: ReasonForm,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    trail.record(
        work,
        actor=actor(),
        action=action,
        subject_kind="credential",
        subject_id=credential.id,
        program_id=credential.program_id,
        reason=form.reason.data,
        before=before,
        after=after,
        request_id=request_id(),
    )
