"""The words for what the core calls by names of its own."""

from __future__ import annotations

from adapter.admin.i18n import Lazy, _l
from adapter.core.approvals import ApprovalState
from adapter.core.ledger import EntryKind
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
UNITS: dict[str, Lazy] = {"points": _l("points"), "credit": _l("credit")}
APPROVALS: dict[str, Lazy] = {
    ApprovalState.WAITING: _l("waiting"),
    ApprovalState.APPROVED: _l("approved"),
    ApprovalState.DECLINED: _l("declined"),
    ApprovalState.EXPIRED: _l("ran out"),
}


def unit_words(code: str) -> str:
    """A unit in the language of this request, or by its code."""
    return str(UNITS.get(code, code))
