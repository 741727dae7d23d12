"""What the core refuses, said to people who work with the console."""

from __future__ import annotations

from adapter.admin.i18n import Lazy, _l
from adapter.core import errors
from adapter.web.errors import reply_for

WORDS: dict[type[Exception], Lazy] = {
    errors.Throttled: _l("That was too often. Wait a little and try again."),
    errors.UnknownMember: _l("There is no such member in this program."),
    errors.UnknownCard: _l("There is no such card in this program."),
    errors.UnknownEntry: _l("There is no such movement in this program."),
    errors.UnknownProgram: _l("There is no such program."),
    errors.NotFound: _l("There is no such thing in this program, or there is none any more."),
    errors.PhoneTaken: _l("The phone is another member's."),
    errors.EmailTaken: _l("The e-mail is another member's."),
    errors.IdentityTaken: _l("This number or key is another member's."),
    errors.NumberTaken: _l("The card number or barcode is in use."),
    errors.ReferenceReused: _l("This was sent before with other contents. Begin anew."),
    errors.EditedMeanwhile: _l(
        "Somebody else changed it meanwhile, so nothing was done. This is how it is now."
    ),
    errors.Conflict: _l("It belongs to somebody or something else already."),
    errors.InsufficientPoints: _l("There are not so many points."),
    errors.AlreadyReversed: _l("It was reversed before."),
    errors.MemberBlocked: _l("The member is blocked."),
    errors.MemberInactive: _l("The member is not active."),
    errors.CardBlocked: _l("The card is blocked."),
    errors.CardReplaced: _l("Card %(number)s took its place, so it stays blocked."),
    errors.AlreadyHoldsCard: _l("The member holds another card."),
    errors.SeveralMatches: _l("Several members or cards match, and none may be preferred."),
    errors.NumbersExhausted: _l("The program has no free card numbers left."),
    errors.CardNotReserved: _l("The card waits for nobody: it was never set aside, or no longer."),
    errors.StillSetAside: _l("Points are set aside, or an order is open. Wait until it is over."),
    errors.OwnRequest: _l("Somebody else decides on what you asked for."),
    errors.OthersRequest: _l("Only who asked for it may take it back."),
    errors.AlreadyDecided: _l("It was decided before, or has waited for too long."),
    errors.ReservationClosed: _l("What was set aside was used, released or has expired."),
    errors.Refused: _l("The rules of the program do not allow it."),
    errors.InvalidAmount: _l("This is not an amount."),
    errors.InvalidPhone: _l("This is not a phone number."),
    errors.InvalidBarcode: _l("The barcode's length, characters or check digit are wrong."),
    errors.InvalidNumber: _l("This is not a card number."),
    errors.Invalid: _l("This cannot be what it is meant to be."),
    errors.Unavailable: _l("The database cannot be reached now. Try again in a minute."),
    Exception: _l("Something went wrong here, and it is not your fault."),
}


def said(error: Exception) -> str:
    """A refusal as a sentence in the language of this request."""
    return reply_for(error, WORDS) % vars(error)
