"""How anything is done to a member: a form, one unit of work, a line in the trail, and back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import HiddenField
from wtforms.validators import UUID as IsUuid

from adapter.admin.access import actor, program
from adapter.admin.forms import INVALID, ConsoleForm, ReasonForm
from adapter.admin.i18n import Lazy
from adapter.admin.render import shown
from adapter.core import members, trail
from adapter.core.errors import LoyaltyError, Unavailable, UnknownMember
from adapter.core.members import Member
from adapter.core.origins import Place
from adapter.db import Work
from adapter.web.request_log import request_id
from adapter.web.work import database, reading

CHANNEL = "console"


def fresh_key() -> str:
    """What names one showing of a form, so that it has one effect however often it is sent."""
    return str(uuid.uuid4())


class KeyedForm(ReasonForm):
    """Something done once, with a reason."""

    form_key = HiddenField(default=fresh_key, validators=[IsUuid()])


@dataclass(frozen=True)
class Deed:
    """What a page does: its words, the address that does it, and whether that answers with a file,
    which leaves the page where it is.
    """

    title: Lazy
    about: Lazy
    label: Lazy
    endpoint: str
    kind: str = "primary"
    more: Mapping[str, Any] = field(default_factory=dict)
    is_file: bool = False


def place() -> Place:
    """Who does it, as the ledger remembers."""
    return Place(channel=CHANNEL, actor=actor())


def find(work: Work, member_id: uuid.UUID, *, lock: bool = False) -> Member:
    """The program's member with this id, locked if it is to be changed.

    Raises:
        UnknownMember: There is none.
    """
    if not lock:
        return members.by_id(work, program().id, member_id)
    found = work.session.scalar(
        select(Member)
        .where(Member.program_id == program().id, Member.id == member_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise UnknownMember("no member of the program has this id")
    return found


def tell(
    work: Work,
    action: str,
    subject_id: uuid.UUID,
    *,
    kind: str = "member",
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write it into the trail, in the unit of work that does it."""
    trail.record(
        work,
        actor=actor(),
        action=action,
        subject_kind=kind,
        subject_id=subject_id,
        program_id=program().id,
        reason=reason,
        before=before,
        after=after,
        request_id=request_id(),
    )


def form_page(member_id: uuid.UUID, form: ConsoleForm, deed: Deed) -> str:
    """The form, below who it is about."""
    with reading() as work:
        member = find(work, member_id)
        return shown("members/action.html", member=member, form=form, deed=deed)


def do(
    member_id: uuid.UUID,
    form: ConsoleForm,
    deed: Deed,
    unit: Callable[[Work, Member], str | Lazy],
    *,
    blame: str = "reason",
) -> ResponseReturnValue:
    """The member's page once it is done, with the words that `unit` returns; or the form with what
    is wrong, and nothing changed.
    """
    with reading() as work:
        find(work, member_id)
    if not form.validate():
        return form_page(member_id, form, deed), INVALID
    try:
        words = database().run(lambda work: unit(work, find(work, member_id, lock=True)))
    except Unavailable:
        raise
    except LoyaltyError as refusal:
        form.blame(blame, refusal)
        return form_page(member_id, form, deed), INVALID
    flash(str(words), "success")
    return redirect(url_for("admin.members_show", member_id=member_id), 303)
