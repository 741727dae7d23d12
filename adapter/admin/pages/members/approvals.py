"""Corrections that wait for a second person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import SelectField
from wtforms.fields import SelectChoice

from adapter.admin.access import actor, needs, program
from adapter.admin.console import console
from adapter.admin.forms import INVALID, FilterForm
from adapter.admin.i18n import _, _l
from adapter.admin.listing import Column, Listing
from adapter.admin.pages.members.cells import cell
from adapter.admin.pages.members.doing import CHANNEL, KeyedForm, find, tell
from adapter.admin.pages.members.search import key_of, name_of
from adapter.admin.render import shown
from adapter.admin.words import APPROVALS
from adapter.admin.writing import plain_amount, shown_amount
from adapter.core import approvals, members, programs, support
from adapter.core.approvals import Approval, ApprovalState
from adapter.core.errors import LoyaltyError, Unavailable
from adapter.core.members import Member
from adapter.core.staff import Permission
from adapter.db import Work
from adapter.web.work import database, reading


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and whose balance it is about."""

    approval: Approval
    member: Member


class ApprovalsForm(FilterForm):
    """Which requests are wanted."""

    state = SelectField(
        _l("State"),
        choices=[
            SelectChoice("", _l("all")),
            *(SelectChoice(str(state), words) for state, words in APPROVALS.items()),
        ],
        default="",
    )


def _rows(form: FilterForm, after: str | None, limit: int) -> Sequence[Asked]:
    chosen = form["state"].data
    with reading() as work:
        found = approvals.requests(
            work,
            program().id,
            state=ApprovalState(chosen) if chosen else None,
            after=key_of(after),
            limit=limit,
        )
        whose = members.with_ids(work, {one.member_id for one in found})
    return [Asked(one, whose[one.member_id]) for one in found]


def _state(asked: Approval) -> ApprovalState:
    return asked.standing(database().clock())


def _amount(asked: Approval) -> str:
    amount = approvals.adjustment_of(asked, program()).amount
    return shown_amount(amount, signed=True, named=True)


def _link(asked: Approval) -> Markup:
    return cell("link", url_for("admin.approvals_show", approval_id=asked.id), _amount(asked))


def _member(member: Member) -> Markup:
    return cell("link", url_for("admin.members_show", member_id=member.id), name_of(member))


COLUMNS: Sequence[Column[Asked]] = (
    Column(
        "at",
        _l("Asked"),
        lambda row: cell("when", row.approval.requested_at),
        csv=lambda row: row.approval.requested_at,
    ),
    Column(
        "amount",
        _l("Correction"),
        lambda row: _link(row.approval),
        csv=lambda row: plain_amount(approvals.adjustment_of(row.approval, program()).amount),
    ),
    Column("unit", _l("Unit"), lambda row: row.approval.told["unit"], is_shown=False),
    Column(
        "member",
        _l("Member"),
        lambda row: _member(row.member),
        csv=lambda row: str(row.member.id),
    ),
    Column("reason", _l("Reason"), lambda row: row.approval.reason),
    Column("by", _l("Asked by"), lambda row: row.approval.requested_by),
    Column(
        "state",
        _l("State"),
        lambda row: cell("approval_state", _state(row.approval), APPROVALS[_state(row.approval)]),
        csv=lambda row: str(_state(row.approval)),
    ),
    Column("decided", _l("Decided by"), lambda row: row.approval.decided_by),
)


@console.get("/p/<code>/approvals", endpoint="approvals")
@needs(Permission.VIEW)
def approvals_list() -> ResponseReturnValue:
    """The program's requests, the newest first."""
    listing = Listing("approvals", COLUMNS, _rows, lambda row: str(row.approval.id), ApprovalsForm)
    return listing.reply(title=_("Approvals"))


@console.get("/p/<code>/approvals/<uuid:approval_id>")
@needs(Permission.VIEW)
def approvals_show(approval_id: UUID) -> ResponseReturnValue:
    """One request, and what can be answered to it."""
    return _shown(approval_id, KeyedForm())


def _shown(approval_id: UUID, form: KeyedForm) -> str:
    with reading() as work:
        asked = approvals.by_id(work, program().id, approval_id)
        member = find(work, asked.member_id)
        state = asked.standing(work.now)
        expires_at = approvals.adjustment_of(asked, program()).expires_at
        return shown(
            "members/approval.html",
            asked=asked,
            amount=_amount(asked),
            member=member,
            last_day=expires_at and programs.last_day(expires_at, program().timezone),
            name=name_of(member),
            state=state,
            state_words=APPROVALS[state],
            is_open=state is ApprovalState.WAITING,
            is_mine=asked.requested_by == actor(),
            form=form,
        )


@console.post("/p/<code>/approvals/<uuid:approval_id>/approve")
@needs(Permission.VIEW, Permission.APPROVE)
def approvals_approve(approval_id: UUID) -> ResponseReturnValue:
    """Agree, and have it done at once."""

    def unit(work: Work, form: KeyedForm) -> str:
        if not _is_mine_already(work, approval_id, ApprovalState.APPROVED):
            before = _spendable(work, approval_id)
            done = approvals.approve(
                work,
                program(),
                approval_id,
                actor=actor(),
                channel=CHANNEL,
                reason=form.reason.data,
            )
            after = _spendable(work, approval_id)
            _tell(work, done, "approval.approve", form, before=before, after=after)
        return _("Agreed, and done.")

    return _decide(approval_id, unit)


@console.post("/p/<code>/approvals/<uuid:approval_id>/decline")
@needs(Permission.VIEW, Permission.APPROVE)
def approvals_decline(approval_id: UUID) -> ResponseReturnValue:
    """Disagree: nothing moves."""

    def unit(work: Work, form: KeyedForm) -> str:
        if not _is_mine_already(work, approval_id, ApprovalState.DECLINED):
            done = approvals.decline(
                work, program(), approval_id, actor=actor(), reason=form.reason.data
            )
            _tell(work, done, "approval.decline", form)
        return _("Declined. Nothing was moved.")

    return _decide(approval_id, unit)


@console.post("/p/<code>/approvals/<uuid:approval_id>/withdraw")
@needs(Permission.VIEW, Permission.ADJUST)
def approvals_withdraw(approval_id: UUID) -> ResponseReturnValue:
    """Take back what one asked for: nothing moves."""

    def unit(work: Work, form: KeyedForm) -> str:
        if not _is_mine_already(work, approval_id, ApprovalState.WITHDRAWN):
            done = approvals.withdraw(
                work, program(), approval_id, actor=actor(), reason=form.reason.data
            )
            _tell(work, done, "approval.withdraw", form)
        return _("Taken back. Nothing was moved.")

    return _decide(approval_id, unit)


def _is_mine_already(work: Work, approval_id: UUID, state: ApprovalState) -> bool:
    """Whether this person has answered so before: the form was sent twice."""
    asked = approvals.by_id(work, program().id, approval_id, lock=True)
    return asked.state == state and asked.decided_by == actor()


def _decide(approval_id: UUID, unit: Callable[[Work, KeyedForm], str]) -> ResponseReturnValue:
    form = KeyedForm()
    with reading() as work:
        approvals.by_id(work, program().id, approval_id)
    if not form.validate():
        return _shown(approval_id, form), INVALID
    try:
        words = database().run(lambda work: unit(work, form))
    except Unavailable:
        raise
    except LoyaltyError as refusal:
        form.blame("reason", refusal)
        return _shown(approval_id, form), INVALID
    flash(words, "success")
    return redirect(url_for("admin.approvals"), 303)


def _spendable(work: Work, approval_id: UUID) -> dict[str, str]:
    """What there is now of the unit a request is about, to whomever the member turned out to be."""
    asked = approvals.by_id(work, program().id, approval_id)
    holder = support.survivor_of(work, find(work, asked.member_id))
    unit = approvals.adjustment_of(asked, program()).amount.unit
    return {"available": str(support.spendable(work, program(), holder.id, unit))}


def _tell(
    work: Work,
    done: Approval,
    action: str,
    form: KeyedForm,
    *,
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
) -> None:
    tell(
        work,
        action,
        done.id,
        kind="approval",
        reason=form.reason.data,
        before={"state": ApprovalState.WAITING, **(before or {})},
        after={
            **(after or {}),
            "state": done.state,
            "member": done.member_id,
            "amount": done.told["amount"],
            "unit": done.told["unit"],
            "entry": done.entry_id,
        },
    )
