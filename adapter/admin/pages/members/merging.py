"""Two members that are one person: a look at what would move, and the merger."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from adapter.admin.access import needs, program
from adapter.admin.console import console
from adapter.admin.forms import INVALID, FilterForm, no_control_characters
from adapter.admin.i18n import _, _l
from adapter.admin.pages.members.doing import KeyedForm, find, place, tell
from adapter.admin.pages.members.search import name_of
from adapter.admin.render import shown
from adapter.admin.words import BY, IDENTITIES
from adapter.core import members, support
from adapter.core.errors import LoyaltyError, Unavailable
from adapter.core.staff import Permission
from adapter.db import Work
from adapter.web.work import database, reading

MOST = 10


class OtherForm(FilterForm):
    """Who the other one is."""

    q = StringField(
        _l("The duplicate: phone, e-mail, card, id or name"),
        validators=[DataRequired(), Length(max=255), no_control_characters],
        render_kw={"autocomplete": "off"},
    )


@console.get("/p/<code>/members/<uuid:member_id>/merge")
@needs(Permission.VIEW, Permission.MERGE)
def members_merge(member_id: UUID) -> ResponseReturnValue:
    """The search for who turns out to be this member."""
    form = OtherForm.from_address() if "q" in request.args else OtherForm(formdata=None)
    is_asked = "q" in request.args and form.validate()
    with reading() as work:
        member = find(work, member_id)
        hits = support.search(work, program(), form["q"].data, limit=MOST) if is_asked else []
        found = [hit for hit in hits if hit.member.id != member_id]
        return shown(
            "members/merge.html",
            member=member,
            name=name_of(member),
            form=form,
            is_asked=is_asked,
            found=[(hit.member, name_of(hit.member), BY[hit.by]) for hit in found],
        )


@console.get("/p/<code>/members/<uuid:member_id>/merge/<uuid:other_id>")
@needs(Permission.VIEW, Permission.MERGE)
def members_merge_preview(member_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """What would move if the other one were this member."""
    with reading() as work:
        return shown("members/merge_preview.html", **_facts(work, member_id, other_id, KeyedForm()))


@console.post("/p/<code>/members/<uuid:member_id>/merge/<uuid:other_id>")
@needs(Permission.VIEW, Permission.MERGE)
def members_merge_do(member_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Have the other one be this member from now on."""
    form = KeyedForm()
    with reading() as work:
        find(work, member_id), find(work, other_id)
    refusal: LoyaltyError | None = None
    if form.validate():
        try:
            database().run(lambda work: _merge(work, member_id, other_id, form))
        except Unavailable:
            raise
        except LoyaltyError as error:
            refusal = error
        else:
            flash(_("Both are one member now."), "success")
            return redirect(url_for("admin.members_show", member_id=member_id), 303)
    if refusal is not None:
        form.blame("reason", refusal)
    with reading() as work:
        facts = _facts(work, member_id, other_id, form)
        return shown("members/merge_preview.html", **facts), INVALID


def _facts(work: Work, member_id: UUID, other_id: UUID, form: KeyedForm) -> dict[str, Any]:
    member, other = find(work, member_id), find(work, other_id)
    return {
        "member": member,
        "other": other,
        "name": name_of(member),
        "other_name": name_of(other),
        "identities": [
            (IDENTITIES[one.kind], members.contact(one, reveal=False)) for one in other.identities
        ],
        "moving": support.preview(work, program(), other),
        "form": form,
    }


def _merge(work: Work, member_id: UUID, other_id: UUID, form: KeyedForm) -> None:
    was_merged = find(work, other_id).merged_into_id is not None
    before = _both(work, member_id, other_id)
    done = support.merge(
        work, program(), member_id, other_id, reason=form.reason.data, place=place()
    )
    if was_merged and not done.is_new:
        return
    tell(
        work,
        "member.merge",
        member_id,
        reason=form.reason.data,
        before=before,
        after=_both(work, member_id, other_id)
        | {
            "other": other_id,
            "entries": [one.given.id for one in done.handed],
            "amounts": [f"{one.amount} {one.amount.unit.code}" for one in done.handed],
            "cards": done.cards,
            "benefits": done.benefits,
        },
    )


def _both(work: Work, member_id: UUID, other_id: UUID) -> dict[str, Any]:
    """How both stand now, for the trail."""
    return {"survivor": _standing(work, member_id), "duplicate": _standing(work, other_id)}


def _standing(work: Work, member_id: UUID) -> dict[str, Any]:
    member, found = find(work, member_id), support.balances(work, program(), member_id)
    return {
        "status": "merged" if member.merged_into_id else member.status,
        "available": {code: str(amount) for code, amount in found.items()},
    }
