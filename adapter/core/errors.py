"""What the core refuses, as facts; each protocol says them in its own words.

Four families tell a protocol how to answer a refusal it has no row for: what was named is not
there (`NotFound`), it is somebody else's already (`Conflict`), the rules say no (`Refused`), or
it cannot be such a thing at all (`Invalid`). No message holds a person's data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.core.amounts import Amount


class LoyaltyError(Exception):
    """Any refusal of the core."""


class Unauthenticated(LoyaltyError):
    """No credential, or none that is valid: one answer for all, so that nothing is learned."""


class Unavailable(LoyaltyError):
    """The ledger cannot be reached now; the same call may succeed later."""


class NotFound(LoyaltyError):
    """What was named does not exist in this program.

    `sought` are the names by which a person was looked for, kinds and values, the strongest first:
    for whoever may know them elsewhere, and never a part of the message.
    """

    def __init__(self, *args: object, sought: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(*args)
        self.sought = tuple(sought)


class UnknownMember(NotFound):
    """No such member."""


class UnknownCard(NotFound):
    """No such card."""


class UnknownPromoCode(NotFound):
    """No such promo code."""


class UnknownEntry(NotFound):
    """No such entry of the ledger."""


class UnknownTransaction(NotFound):
    """No such sale, or not this member's."""


class UnknownPayment(NotFound):
    """No such payment, or not this member's."""


class UnknownOrder(NotFound):
    """No such order, or another program's."""


class UnknownBenefit(NotFound):
    """The member has no such benefit."""


class UnknownApproval(NotFound):
    """No such request for an approval."""


class UnknownProgram(NotFound):
    """No such program."""


class Conflict(LoyaltyError):
    """What was asked for belongs to somebody or something else already."""


class PhoneTaken(Conflict):
    """The phone is another member's."""


class EmailTaken(Conflict):
    """The e-mail is another member's, and the platform wants it for one only."""


class IdentityTaken(Conflict):
    """An external id, membership key or pass is another member's."""


class NumberTaken(Conflict):
    """The card number or barcode is in use."""


class ReferenceReused(Conflict):
    """The same origin came again with other contents."""


class EditedMeanwhile(Conflict):
    """Somebody else changed it since it was looked at."""


class Refused(LoyaltyError):
    """Understood, and against the rules."""


class InsufficientPoints(Refused):
    """More was wanted than is available."""

    def __init__(self, *, wanted: Amount, available: Amount) -> None:
        super().__init__(f"{wanted} wanted, {available} available")
        self.wanted = wanted
        self.available = available


class AlreadyReversed(Refused):
    """The entry was reversed before, by another origin."""


class MemberInactive(Refused):
    """The member is not active."""


class MemberBlocked(MemberInactive):
    """The member is blocked."""


class CardBlocked(Refused):
    """The card is blocked, and the program forbids a card in that situation."""


class CardReplaced(CardBlocked):
    """Another card took its place, that with this `number`; so it stays blocked."""

    def __init__(self, *args: object, number: str = "") -> None:
        super().__init__(*args)
        self.number = number


class CardNotReserved(Refused):
    """The number is not set aside for a new card, or its time is over."""


class AlreadyHoldsCard(Refused):
    """The member holds another card; a member and a card correspond one to one."""


class SeveralMatches(Refused):
    """Several members or cards match, and none may be preferred."""


class DifferentMembers(Refused):
    """What was given to identify one member names several."""


class TransactionCancelled(Refused):
    """The sale of this reference was cancelled, and does not come back under it."""


class PaymentTooLarge(Refused):
    """More than the sale is worth, or than the program allows at once."""


class PaymentTooSmall(Refused):
    """Less than the program allows at once."""


class PaymentMismatch(Refused):
    """The amount to cancel is not the amount that was paid."""


class BenefitNotUsable(Refused):
    """The benefit was used up or switched off, has expired, or is not valid yet."""


class NumbersExhausted(Refused):
    """The program has no free card numbers left."""


class ReservationClosed(Refused):
    """The reservation was captured, released or has expired."""


class OrderClosed(Refused):
    """The order was closed or cancelled, or its time is over."""


class OrderNotBound(Refused):
    """No member is bound to the order."""


class PointsSetAside(Refused):
    """Points of another member are set aside for the order."""


class StillSetAside(Refused):
    """Points of the member are set aside, or an order of theirs is open: it must end before."""


class AlreadyDecided(Refused):
    """It was approved, declined or taken back before, or its time is over."""


class OwnRequest(Refused):
    """Who asked for it does not decide on it."""


class OthersRequest(Refused):
    """Only who asked for it takes it back."""


class RefundTooLarge(Refused):
    """More than was paid for the order, or than is left of it."""


class PromoCodeExpired(Refused):
    """The promo code is past its last day, or not valid yet."""


class PromoCodeUsed(Refused):
    """The promo code was used up."""


class PromoCodeNotYours(Refused):
    """The promo code is meant for another member."""


class Unreachable(Refused):
    """The member has no phone or e-mail of the kind that was to be written to."""


class Throttled(Refused):
    """Too often within a short time; `retry_after` seconds from now it may be tried again."""

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(f"too often: try again in {retry_after} s")
        self.retry_after = retry_after


class ReceiptTaken(Refused):
    """The fiscal receipt was registered by another member."""


class Invalid(LoyaltyError):
    """It cannot be what it says it is."""


class InvalidAmount(Invalid):
    """Not a number of this unit."""


class InvalidPhone(Invalid):
    """Not a phone number."""


class InvalidBarcode(Invalid):
    """The barcode's length, characters or check digit are wrong for its type."""


class InvalidNumber(Invalid):
    """Not a card number."""


class InvalidReceipt(Invalid):
    """Not the text of a fiscal receipt's QR code."""
