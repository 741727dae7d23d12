"""One box for whatever a customer may show, say or spell."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import SearchField
from wtforms.validators import Length, Optional

from adapter.admin.access import needs, program
from adapter.admin.console import console
from adapter.admin.forms import FilterForm, no_control_characters
from adapter.admin.i18n import _, _l
from adapter.admin.listing import Column, Listing
from adapter.admin.pages.members.cells import cell
from adapter.admin.render import wants_partial
from adapter.admin.words import BY
from adapter.core import members, support
from adapter.core.members import IdentityKind, Member
from adapter.core.staff import Permission
from adapter.core.support import By, Hit
from adapter.web.work import reading


class SearchForm(FilterForm):
    """The box."""

    q = SearchField(
        _l("Phone, e-mail, card, barcode, receipt, id or name"),
        validators=[Optional(), Length(max=255), no_control_characters],
        render_kw={"autocomplete": "off", "maxlength": 255},
    )


def _rows(form: FilterForm, after: str | None, limit: int) -> Sequence[Hit]:
    with reading() as work:
        return support.search(
            work, program(), form["q"].data or "", after=key_of(after), limit=limit
        )


def key_of(after: str | None) -> UUID | None:
    """The id a page begins behind; what is none begins at the beginning."""
    try:
        return UUID(after) if after else None
    except ValueError:
        return None


def name_of(member: Member) -> str:
    """A member's name; where there is none, something to click on."""
    named = members.full_name(member.last_name, member.first_name, member.patronymic)
    return named or _("without a name")


def _contact(member: Member, kind: IdentityKind) -> str:
    found = member.identity(kind)
    return members.contact(found, reveal=False) if found else ""


def _link(hit: Hit) -> Markup:
    return cell("link", url_for("admin.members_show", member_id=hit.member.id), name_of(hit.member))


COLUMNS: Sequence[Column[Hit]] = (
    Column("id", _l("Id"), lambda hit: str(hit.member.id), is_shown=False),
    Column("name", _l("Name"), _link, csv=lambda hit: name_of(hit.member)),
    Column("phone", _l("Phone"), lambda hit: _contact(hit.member, IdentityKind.PHONE)),
    Column("email", _l("E-mail"), lambda hit: _contact(hit.member, IdentityKind.EMAIL)),
    Column("by", _l("Found by"), lambda hit: str(BY[hit.by]), csv=lambda hit: str(hit.by)),
    Column(
        "status",
        _l("State"),
        lambda hit: cell("member_state", hit.member),
        csv=lambda hit: hit.member.status,
    ),
)


@console.get("/p/<code>/members", endpoint="members")
@needs(Permission.VIEW)
def members_list() -> ResponseReturnValue:
    """Whoever may be meant by what was typed; the member's page, if only one can be."""
    listing = Listing("members", COLUMNS, _rows, lambda hit: str(hit.member.id), SearchForm)
    reply = listing.reply("members/search.html")
    whole_page = (
        not wants_partial() and "format" not in request.args and "after" not in request.args
    )
    if whole_page and len(found := listing.found) == 1 and found[0].by is not By.NAME:
        return redirect(url_for("admin.members_show", member_id=found[0].member.id), 303)
    return reply
