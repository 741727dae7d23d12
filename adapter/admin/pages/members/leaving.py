"""What a person may ask for by law: all that is known of them, and to be forgotten."""

from __future__ import annotations

import json
from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import DataRequired, ValidationError

from adapter.admin.access import needs, program
from adapter.admin.console import console
from adapter.admin.forms import INVALID
from adapter.admin.i18n import _, _l
from adapter.admin.pages.members.doing import Deed, KeyedForm, do, find, form_page, tell
from adapter.core import support
from adapter.core.errors import MemberInactive
from adapter.core.members import Member
from adapter.core.staff import Permission
from adapter.db import Work
from adapter.programfile.member_export import MemberExport
from adapter.web.work import database, reading

EXPORT = Deed(
    _l("Export a person's data"),
    _l("All that is known of them, as a file of the form in which it could be loaded again."),
    _l("Download"),
    "admin.members_export_do",
    is_file=True,
)
ERASE = Deed(
    _l("Erase the person"),
    _l(
        "Name, contacts, consents and card numbers go for ever; the movements stay, of nobody."
        " What points there are cannot be spent any more."
    ),
    _l("Erase for ever"),
    "admin.members_erase_do",
    "danger",
)
WORD = _l("ERASE")


@console.get("/p/<code>/members/<uuid:member_id>/export")
@needs(Permission.VIEW, Permission.EXPORT)
def members_export(member_id: UUID) -> ResponseReturnValue:
    """The form for a person's data."""
    return form_page(member_id, KeyedForm(), EXPORT)


@console.post("/p/<code>/members/<uuid:member_id>/export")
@needs(Permission.VIEW, Permission.EXPORT)
def members_export_do(member_id: UUID) -> ResponseReturnValue:
    """A person's data, as a file; that somebody took it is kept."""
    form = KeyedForm()
    with reading() as work:
        find(work, member_id)
    if not form.validate():
        return form_page(member_id, form, EXPORT), INVALID

    def note(work: Work) -> None:
        tell(work, "member.export", find(work, member_id).id, reason=form.reason.data)

    database().run(note)
    with reading() as work:
        entry = MemberExport(work, program()).member(find(work, member_id))
    document = {"programs": [{"code": program().code, "members": [entry]}]}
    response = Response(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    response.mimetype = "application/json"
    response.headers["Cache-Control"] = "no-store"
    name = f"{program().code}-{member_id}.json"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


class EraseForm(KeyedForm):
    """The word that shows that somebody meant it."""

    word = StringField(
        _l("To confirm, type the word"),
        validators=[DataRequired()],
        render_kw={"autocomplete": "off"},
    )

    def __init__(self) -> None:
        super().__init__()
        self.word.description = str(WORD)

    def validate_word(self, field: StringField) -> None:
        """Refuse any other.

        Raises:
            ValidationError: It is another.
        """
        if (field.data or "").casefold() not in (str(WORD).casefold(), "erase"):
            raise ValidationError(_("Type the word as it stands below."))


@console.get("/p/<code>/members/<uuid:member_id>/erase")
@needs(Permission.VIEW, Permission.ERASE)
def members_erase(member_id: UUID) -> ResponseReturnValue:
    """The form for forgetting a person."""
    return form_page(member_id, EraseForm(), ERASE)


@console.post("/p/<code>/members/<uuid:member_id>/erase")
@needs(Permission.VIEW, Permission.ERASE)
def members_erase_do(member_id: UUID) -> ResponseReturnValue:
    """Forget a person."""
    form = EraseForm()

    def unit(work: Work, member: Member) -> str:
        if member.merged_into_id:
            raise MemberInactive("the member is somebody else by now")
        if member.erased_at is None:
            before = member.status
            retired = support.erase(work, member)
            tell(
                work,
                "member.erase",
                member.id,
                reason=form.reason.data,
                before={"status": before},
                after={"status": "erased", "cards": retired},
            )
        return _("The person is forgotten.")

    return do(member_id, form, ERASE, unit, blame="word")
