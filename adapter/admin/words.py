"""The words for what the core calls by names of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from adapter.admin.i18n import Lazy, _l
from adapter.core.approvals import ApprovalState
from adapter.core.ledger import EntryKind, Role
from adapter.core.members import ConsentKind, IdentityKind
from adapter.core.support import By

BY: dict[By, Lazy] = {
    By.ID: _l("Id"),
    By.PHONE: _l("Phone"),
    By.EMAIL: _l("E-mail"),
    By.EXTERNAL_ID: _l("External id"),
    By.MEMBERSHIP_KEY: _l("Membership key"),
    By.PASS: _l("Wallet pass"),
    By.CARD: _l("Card number"),
    By.BARCODE: _l("Barcode"),
    By.RECEIPT: _l("Receipt"),
    By.NAME: _l("Name"),
}
IDENTITIES: dict[str, Lazy] = {str(kind): BY[By(kind)] for kind in IdentityKind}
CONSENTS: dict[str, Lazy] = {
    ConsentKind.SMS: _l("SMS"),
    ConsentKind.EMAIL: _l("E-mail"),
    ConsentKind.CALL: _l("Calls"),
    ConsentKind.PUSH: _l("Push messages"),
    ConsentKind.GDPR: _l("Processing of personal data"),
    ConsentKind.TERMS_OF_USE: _l("Terms of use"),
}
KINDS: dict[str, Lazy] = {
    EntryKind.OPENING: _l("Opening balance"),
    EntryKind.ACCRUAL: _l("Earned"),
    EntryKind.BONUS: _l("Bonus"),
    EntryKind.REDEMPTION: _l("Spent"),
    EntryKind.RETURN: _l("Return of goods"),
    EntryKind.RESERVATION: _l("Set aside"),
    EntryKind.CAPTURE: _l("Spent, set aside before"),
    EntryKind.RELEASE: _l("Free again"),
    EntryKind.ACTIVATION: _l("Became active"),
    EntryKind.EXPIRY: _l("Expired"),
    EntryKind.ADJUSTMENT: _l("Correction"),
    EntryKind.REVERSAL: _l("Reversal"),
}
ACCOUNTS: dict[str, Lazy] = {
    Role.SPENDABLE: _l("Spendable"),
    Role.PENDING: _l("Not active yet"),
    Role.RESERVED: _l("Set aside"),
}
UNITS: dict[str, Lazy] = {"points": _l("points"), "credit": _l("credit")}
APPROVALS: dict[str, Lazy] = {
    ApprovalState.WAITING: _l("waiting"),
    ApprovalState.APPROVED: _l("approved"),
    ApprovalState.DECLINED: _l("declined"),
    ApprovalState.WITHDRAWN: _l("taken back"),
    ApprovalState.EXPIRED: _l("ran out"),
}


# What comes through no platform; a platform goes by its name.
CHANNELS: dict[str, Lazy] = {
    "program file": _l("program file"),
    "console": _l("console"),
    "cli": _l("command line"),
    "crm": _l("CRM"),
    "jobs": _l("jobs"),
}
# Reasons of our own; the others are what somebody typed.
REASONS: dict[str, Lazy] = {
    "Welcome": _l("Welcome"),
    "opening balance": _l("opening balance"),
    "reservation ran out": _l("reservation ran out"),
    "Merged before": _l("Merged before"),
    "Purchase": _l("Purchase"),
    "Return": _l("Return"),
    "Payment": _l("Payment"),
}
ENDINGS: dict[str, Lazy] = {
    " cancelled": _l("%(reason)s cancelled"),
    " refunded": _l("%(reason)s refunded"),
    " released": _l("%(reason)s released"),
    ", given back": _l("%(reason)s, given back"),
}
_ENDING = re.compile("|".join(ENDINGS))
_REASON = re.compile(rf"(Purchase|Return|Payment)( \S+)??((?:{_ENDING.pattern})*)")


def unit_words(code: str) -> str:
    """A unit in the language of this request, or by its code."""
    return str(UNITS.get(code, code))


def channel_words(channel: str) -> str:
    """Through what something came, in the language of this request."""
    return str(CHANNELS.get(channel, channel))


def reason_words(reason: str) -> str:
    """Why something moved: what we wrote ourselves, in the language of this request."""
    if reason in REASONS:
        return str(REASONS[reason])
    found = _REASON.fullmatch(reason)
    if not found:
        return reason
    said = f"{REASONS[found[1]]}{found[2] or ''}"
    for ending in _ENDING.findall(found[3]):
        said = ENDINGS[ending] % {"reason": said}
    return said


def meant(typed: str, words: Mapping[str, Lazy]) -> str:
    """Our own name of what somebody means by its word, or what they typed."""
    return next(
        (one for one, word in words.items() if str(word).casefold() == typed.casefold()), typed
    )
