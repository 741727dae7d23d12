"""Whether a member takes part."""

from __future__ import annotations

from uuid import UUID

from flask.typing import ResponseReturnValue

from adapter.admin.access import needs
from adapter.admin.console import console
from adapter.admin.i18n import _, _l
from adapter.admin.pages.members.doing import Deed, KeyedForm, do, form_page, tell
from adapter.core import members
from adapter.core.errors import MemberInactive
from adapter.core.members import Member, MemberStatus
from adapter.core.staff import Permission
from adapter.db import Work

BLOCK = Deed(
    _l("Block the member"),
    _l("They earn nothing, spend nothing and get no card until they are let in again."),
    _l("Block"),
    "admin.members_block_do",
    "danger",
)
UNBLOCK = Deed(
    _l("Let the member take part again"),
    _l("They earn and spend as before. A card that was blocked stays so."),
    _l("Unblock"),
    "admin.members_unblock_do",
)


@console.get("/p/<code>/members/<uuid:member_id>/block")
@needs(Permission.VIEW, Permission.BLOCK)
def members_block(member_id: UUID) -> ResponseReturnValue:
    """The form for blocking a member."""
    return form_page(member_id, KeyedForm(), BLOCK)


@console.post("/p/<code>/members/<uuid:member_id>/block")
@needs(Permission.VIEW, Permission.BLOCK)
def members_block_do(member_id: UUID) -> ResponseReturnValue:
    """Block a member."""
    form = KeyedForm()

    def unit(work: Work, member: Member) -> str:
        _set(work, member, MemberStatus.BLOCKED, "member.block", form)
        return _("The member is blocked.")

    return do(member_id, form, BLOCK, unit)


@console.get("/p/<code>/members/<uuid:member_id>/unblock")
@needs(Permission.VIEW, Permission.BLOCK)
def members_unblock(member_id: UUID) -> ResponseReturnValue:
    """The form for letting a member take part again."""
    return form_page(member_id, KeyedForm(), UNBLOCK)


@console.post("/p/<code>/members/<uuid:member_id>/unblock")
@needs(Permission.VIEW, Permission.BLOCK)
def members_unblock_do(member_id: UUID) -> ResponseReturnValue:
    """Let a member take part again."""
    form = KeyedForm()

    def unit(work: Work, member: Member) -> str:
        _set(work, member, MemberStatus.ACTIVE, "member.unblock", form)
        return _("The member takes part again.")

    return do(member_id, form, UNBLOCK, unit)


def _set(work: Work, member: Member, status: MemberStatus, action: str, form: KeyedForm) -> None:
    if member.erased_at or member.merged_into_id:
        raise MemberInactive("the member was erased, or is somebody else by now")
    before = member.status
    if before == status:
        return
    members.set_status(work, member, status)
    reason = form.reason.data
    tell(
        work, action, member.id, reason=reason, before={"status": before}, after={"status": status}
    )
