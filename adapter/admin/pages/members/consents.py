"""What a member allows, as they said it to somebody at the desk."""

from __future__ import annotations

from uuid import UUID

from flask.typing import ResponseReturnValue
from wtforms import SelectField
from wtforms.fields import SelectChoice

from adapter.admin.access import needs
from adapter.admin.console import console
from adapter.admin.i18n import _, _l
from adapter.admin.pages.members.doing import Deed, KeyedForm, do, find, form_page, place, tell
from adapter.admin.words import CONSENTS
from adapter.core import members
from adapter.core.errors import MemberInactive
from adapter.core.members import ConsentKind, Member
from adapter.core.staff import Permission
from adapter.db import Work
from adapter.web.work import reading

CHANGE = Deed(
    _l("Change consents"),
    _l("As the member said it just now. What is not changed keeps its time and its source."),
    _l("Save"),
    "admin.members_consents_do",
)
_SAID = [
    SelectChoice("", _l("nothing said")),
    SelectChoice("yes", _l("allowed")),
    SelectChoice("no", _l("refused")),
]


class ConsentsForm(KeyedForm):
    """A word for each consent there is."""


for _kind, _words in CONSENTS.items():
    setattr(
        ConsentsForm,
        f"consent_{_kind}",
        SelectField(_words, choices=_SAID, default=""),
    )


@console.get("/p/<code>/members/<uuid:member_id>/consents")
@needs(Permission.VIEW, Permission.BLOCK)
def members_consents(member_id: UUID) -> ResponseReturnValue:
    """The form for what a member allows."""
    with reading() as work:
        said = {
            f"consent_{one.kind}": "yes" if one.is_granted else "no"
            for one in find(work, member_id).consents
        }
    return form_page(member_id, ConsentsForm(formdata=None, data=said), CHANGE)


@console.post("/p/<code>/members/<uuid:member_id>/consents")
@needs(Permission.VIEW, Permission.BLOCK)
def members_consents_do(member_id: UUID) -> ResponseReturnValue:
    """Note what a member allows."""
    form = ConsentsForm()

    def unit(work: Work, member: Member) -> str:
        if member.erased_at or member.merged_into_id:
            raise MemberInactive("the member was erased, or is somebody else by now")
        told = {kind: form[f"consent_{kind}"].data for kind in ConsentKind}
        said = {kind: word == "yes" for kind, word in told.items() if word}
        before = {one.kind: one.is_granted for one in member.consents}
        changed = {kind: word for kind, word in said.items() if before.get(kind) != word}
        members.give_consents(work, member, changed, place=place())
        if changed:
            tell(
                work,
                "member.consents",
                member.id,
                reason=form.reason.data,
                before={str(kind): before.get(kind) for kind in changed},
                after={str(kind): word for kind, word in changed.items()},
            )
        return _("The consents are noted.")

    return do(member_id, form, CHANGE, unit)
