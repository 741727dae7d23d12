"""Points given or taken by hand, and an entry undone."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import UUID as IsUuid
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from adapter.admin.access import actor, needs, program
from adapter.admin.console import console
from adapter.admin.forms import INVALID, ReasonForm
from adapter.admin.i18n import _, _l
from adapter.admin.pages.members.doing import (
    CHANNEL,
    Deed,
    KeyedForm,
    do,
    find,
    form_page,
    fresh_key,
    place,
    tell,
)
from adapter.admin.render import shown
from adapter.admin.words import KINDS, unit_words
from adapter.admin.writing import read_amount, shown_amount
from adapter.core import approvals, ledger, programs, support
from adapter.core.amounts import CREDIT, Amount, Unit
from adapter.core.errors import (
    InvalidAmount,
    LoyaltyError,
    MemberInactive,
    Refused,
    Unavailable,
    UnknownEntry,
)
from adapter.core.ledger import Entry
from adapter.core.members import Member
from adapter.core.origins import Origin
from adapter.core.staff import Permission
from adapter.core.support import Adjustment
from adapter.db import Work
from adapter.web.work import database, reading

ADJUST = Deed(
    title=_l("Correct the balance"),
    about=_l(
        "Give points, or take them with a minus. Above the program's limit a second person has to"
        " agree before anything moves."
    ),
    label=_l("Correct"),
    endpoint="admin.members_adjust_do",
)
# What people type who write numbers otherwise.
_THOUSANDS = re.compile(r",[0-9]{3}(?![0-9])")
_AS_TYPED = str.maketrans({",": ".", "−": "-", "–": "-", "\u00a0": None, "\u202f": None, " ": None})
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def amount_of(text: str, unit: Unit) -> Amount:
    """What was typed of a unit: digits, in groups if they like, and no powers of ten.

    Raises:
        InvalidAmount: It is no number of it.
    """
    plain = text.translate(_AS_TYPED)
    if not _NUMBER.fullmatch(plain):
        raise InvalidAmount("not written in digits")
    return read_amount(plain, unit)


class AdjustForm(KeyedForm):
    """How much, of what, why."""

    amount = StringField(
        _l("How many"),
        validators=[DataRequired(), Length(max=32)],
        description=_l("With a minus they are taken away."),
        render_kw={"inputmode": "text", "autocomplete": "off"},
    )
    unit = SelectField(_l("Of what"))
    expires_on = DateField(
        _l("Their last day"),
        validators=[Optional()],
        description=_l("Empty: as the program says. Of points that are taken it says nothing."),
    )

    def __init__(self, *args: Any, units: list[str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.unit.choices = [SelectChoice(code, _unit(code)) for code in units]

    def validate_amount(self, field: StringField) -> None:
        """Refuse what is no number of the unit, or is nothing.

        Raises:
            ValidationError: It is not.
        """
        if _THOUSANDS.search(field.data):
            raise ValidationError(_("Write a thousand as 1000, and a part as 1.5."))
        try:
            amount = amount_of(field.data, program().unit(self.unit.data))
        except InvalidAmount:
            raise ValidationError(_("This is not an amount.")) from None
        if not amount:
            raise ValidationError(_("Nothing would move."))

    def validate_expires_on(self, field: DateField) -> None:
        """Refuse a day that is over.

        Raises:
            ValidationError: It is.
        """
        today = programs.local_day(database().clock(), program().timezone)
        if field.data and field.data < today:
            raise ValidationError(_("This day is over."))


def _unit(code: str) -> str:
    """A unit with what it is counted in."""
    return f"{unit_words(code)}, {program().currency}" if code == CREDIT.code else unit_words(code)


def _units(member_id: UUID) -> list[str]:
    with reading() as work:
        find(work, member_id)
        used = {code for code, card_id in ledger.units_of(work, member_id) if card_id is None}
    first = [program().points.code, CREDIT.code]
    return [*first, *sorted(used - set(first))]


@console.get("/p/<code>/members/<uuid:member_id>/adjust")
@needs(Permission.VIEW, Permission.ADJUST)
def members_adjust(member_id: UUID) -> ResponseReturnValue:
    """The form for a correction."""
    return form_page(member_id, AdjustForm(units=_units(member_id)), ADJUST)


@console.post("/p/<code>/members/<uuid:member_id>/adjust")
@needs(Permission.VIEW, Permission.ADJUST)
def members_adjust_do(member_id: UUID) -> ResponseReturnValue:
    """Correct a balance, or ask a second person to agree."""
    form = AdjustForm(units=_units(member_id))

    def unit(work: Work, member: Member) -> str:
        return _adjust(work, member, form)

    return do(member_id, form, ADJUST, unit, blame="amount")


def _adjust(work: Work, member: Member, form: AdjustForm) -> str:
    if member.erased_at or member.merged_into_id:
        raise MemberInactive("the member was erased, or is somebody else by now")
    terms, key = program(), form.form_key.data
    amount = amount_of(form.amount.data, terms.unit(form.unit.data))
    wanted = Adjustment(
        amount,
        form.reason.data,
        reference=key,
        expires_at=_expiry(work, form.expires_on.data) if amount.minor > 0 else None,
        expiry_said=str(form.expires_on.data),
    )
    shown = shown_amount(amount, signed=True, named=True)
    # A form that is sent again is to do what it did, however much was corrected since.
    known = approvals.by_reference(work, terms.id, key)
    known_entry = ledger.by_origin(work, terms.id, Origin(CHANNEL, support.ADJUSTING, key))
    if known or (
        known_entry is None and support.needs_approval(work, terms, member, amount, actor=actor())
    ):
        asked = approvals.request(work, terms, member, wanted, actor=actor(), reference=key)
        if known is None:
            tell(
                work,
                "approval.request",
                asked.id,
                kind="approval",
                reason=form.reason.data,
                after={"member": member.id, "amount": str(amount), "unit": amount.unit.code},
            )
        return _("%(amount)s now waits for a second person.", amount=shown)
    before = support.spendable(work, terms, member.id, amount.unit)
    entry = support.adjust(work, terms, member.id, wanted, place=place())
    if known_entry is None:
        tell(
            work,
            "points.adjust",
            member.id,
            reason=form.reason.data,
            before={"available": str(before)},
            after={
                "available": str(support.spendable(work, terms, member.id, amount.unit)),
                "amount": str(amount),
                "unit": amount.unit.code,
                "entry": entry.id,
            },
        )
    return _("Done: %(amount)s.", amount=shown)


def _expiry(work: Work, day: date | None) -> Any:
    if day is None:
        return program().expiry_of_points(work.now)
    return programs.end_of(day, program().timezone)


class ReverseForm(ReasonForm):
    """Why an entry is undone, and how far."""

    down_to_zero = BooleanField(
        _l("Take what is still there"),
        description=_l("Where a part was spent since: without it nothing is done then."),
    )
    form_key = HiddenField(default=fresh_key, validators=[IsUuid()])


@console.get("/p/<code>/entries/<uuid:entry_id>/reverse")
@needs(Permission.VIEW, Permission.REVERSE)
def entries_reverse(entry_id: UUID) -> ResponseReturnValue:
    """The form for undoing an entry."""
    return _reversal(entry_id, ReverseForm())


@console.post("/p/<code>/entries/<uuid:entry_id>/reverse")
@needs(Permission.VIEW, Permission.REVERSE)
def entries_reverse_do(entry_id: UUID) -> ResponseReturnValue:
    """Undo an entry by another."""
    form = ReverseForm()
    with reading() as work:
        _entry(work, entry_id)
    if not form.validate():
        return _reversal(entry_id, form), INVALID
    try:
        member_id = database().run(lambda work: _reverse(work, entry_id, form))
    except Unavailable:
        raise
    except LoyaltyError as refusal:
        form.blame("reason", refusal)
        return _reversal(entry_id, form), INVALID
    flash(_("The entry is undone."), "success")
    return redirect(url_for("admin.members_show", member_id=member_id), 303)


def _entry(work: Work, entry_id: UUID) -> Entry:
    entry = work.session.get(Entry, entry_id)
    if entry is None or entry.program_id != program().id:
        raise UnknownEntry("no entry of the program has this id")
    return entry


def _reversal(entry_id: UUID, form: ReverseForm) -> str:
    with reading() as work:
        entry = _entry(work, entry_id)
        member = find(work, entry.member_id)
        moved = Amount(ledger.change(work, entry), program().unit(entry.unit))
        return shown(
            "members/reverse.html",
            entry=entry,
            member=member,
            form=form,
            kind=KINDS[entry.kind],
            moved=moved,
        )


def _reverse(work: Work, entry_id: UUID, form: ReverseForm) -> UUID:
    terms, key = program(), form.form_key.data
    entry = _entry(work, entry_id)
    member = find(work, entry.member_id, lock=True)
    known = ledger.by_origin(work, terms.id, Origin(CHANNEL, "reverse", key))
    if known is not None and known.reverses_id == entry_id:
        return member.id
    if entry.reverses_id or entry.reverses_part_of_id:
        raise Refused("what was undone is given or taken anew by a correction")
    unit = terms.unit(entry.unit)
    before = support.spendable(work, terms, member.id, unit)
    done = support.reverse(
        work,
        terms,
        entry_id,
        reason=form.reason.data,
        place=place(),
        down_to_zero=form.down_to_zero.data,
        reference=key,
    )
    tell(
        work,
        "points.reverse",
        member.id,
        reason=form.reason.data,
        before={"available": str(before)},
        after={
            "available": str(support.spendable(work, terms, member.id, unit)),
            "amount": str(Amount(ledger.change(work, done), unit)),
            "unit": done.unit,
            "entry": done.id,
            "reverses": entry_id,
        },
    )
    return member.id
