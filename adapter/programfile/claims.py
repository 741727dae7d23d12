"""What a member, a card or a code has to itself, and whether somebody else has it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from adapter.core import benefits, cards, members, transactions
from adapter.core.cards import Card, CardState
from adapter.core.members import IdentityKind
from adapter.core.origins import fingerprint
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.programfile.given import GivenCard, GivenMember

Key = tuple[str, str]  # what kind of name, and the name

# By what a member of the file is recognised; the first that finds somebody decides.
MATCHED_BY = (
    IdentityKind.MEMBERSHIP_KEY,
    IdentityKind.PHONE,
    IdentityKind.EXTERNAL_ID,
    "card",
    IdentityKind.PASS,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A name that only one may have, and where in the member it is given."""

    kind: str
    value: str
    where: str

    @property
    def key(self) -> Key:
        """What must not be found twice."""
        return self.kind, self.value

    @property
    def alike(self) -> list[Key]:
        """What else reads like it at a till, and so may be found with the same member alone."""
        return [(kind, self.value) for kind in _ALIKE.get(self.kind, ())]


_ALIKE = {
    IdentityKind.EXTERNAL_ID: ("card", "barcode"),
    "card": (IdentityKind.EXTERNAL_ID,),
    "barcode": (IdentityKind.EXTERNAL_ID,),
}


def claims_of(given: GivenMember) -> Iterator[Claim]:
    """Everything a member has to themselves."""
    for kind, value in identities_of(given):
        if kind is not IdentityKind.PASS:
            yield Claim(kind, value, f".{kind}")
    for index, value in enumerate(given.passes):
        yield Claim(IdentityKind.PASS, value, f".passes[{index}]")
    for index, card in enumerate(given.cards):
        yield from claims_of_card(card, f".cards[{index}]")
    for index, benefit in enumerate(given.benefits):
        yield Claim("benefit", benefit.key, f".benefits[{index}].key")
    for index, sale in enumerate(given.transactions):
        where = f".transactions[{index}]"
        yield Claim("transaction", "\0".join(sale.key), f"{where}.reference")
        if sale.confirmation_code:
            yield Claim("confirmation", sale.confirmation_code, f"{where}.confirmation_code")


def claims_of_card(card: GivenCard, where: str) -> Iterator[Claim]:
    """What a card has to itself."""
    yield Claim("card", card.number, f"{where}.number")
    # A barcode that is not given is the number, and is told of there.
    told = "barcode.number" if card.barcode_number != card.number else "number"
    yield Claim("barcode", card.barcode_number, f"{where}.{told}")


def identities_of(given: GivenMember) -> Iterator[tuple[IdentityKind, str]]:
    """What a member is found by, of what only one may have."""
    if given.profile.phone:
        yield IdentityKind.PHONE, given.profile.phone
    if given.external_id:
        yield IdentityKind.EXTERNAL_ID, given.external_id
    if given.membership_key:
        yield IdentityKind.MEMBERSHIP_KEY, given.membership_key
    for value in given.passes:
        yield IdentityKind.PASS, value


class Nameless:
    """Membership keys for those who come without any name of their own.

    The key is reckoned from what is told of them, so that loading the file again finds them.
    """

    def __init__(self) -> None:
        self._met: dict[bytes, int] = {}

    def named(self, given: GivenMember, program: ProgramTerms) -> GivenMember:
        """The member, who has something to be found by."""
        if any(True for _ in identities_of(given)) or given.cards:
            return given
        told = fingerprint([program.code, *(getattr(given.profile, n) for n in _TOLD)])
        met = bytes.fromhex(told)[:16]
        number = self._met[met] = self._met.get(met, 0) + 1
        key = uuid.uuid5(program.id, f"member without a name/{told}/{number}")
        return replace(given, membership_key=str(key))


_TOLD = ("email", "first_name", "last_name", "patronymic", "birth_date")


class Seen:
    """Every name met in the file so far, as digests: a file may be longer than memory."""

    def __init__(self) -> None:
        self._first: dict[bytes, int] = {}

    def first(self, program: int, key: Key, place: int) -> int | None:
        """Where the name was met before, or nothing; it is met now."""
        before = len(self._first)
        met = self._first.setdefault(_digest(program, key), place)
        return None if len(self._first) > before else met

    def elsewhere(self, program: int, keys: Iterable[Key], place: int) -> int | None:
        """Where one of these names was met, other than here."""
        met = (self._first.get(_digest(program, key), place) for key in keys)
        return next((other for other in met if other != place), None)

    def has(self, program: int, key: Key) -> bool:
        """Whether the name was met."""
        return _digest(program, key) in self._first


def _digest(program: int, key: Key) -> bytes:
    text = f"{program}\0{key[0]}\0{key[1]}"
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


class Owners:
    """What the database knows of the names that a few members of the file claim."""

    def __init__(self, work: Work, program_id: uuid.UUID, given: Sequence[GivenMember]) -> None:
        claims = [claim for member in given for claim in claims_of(member)]
        of_kind: dict[str, list[str]] = {}
        for claim in claims:
            of_kind.setdefault(claim.kind, []).append(claim.value)
        names = [(kind, v) for kind in IdentityKind for v in of_kind.get(kind, ())]
        self._identities = members.owners(work, program_id, names)
        self.cards = KnownCards(
            work,
            program_id,
            of_kind.get("card", ()),
            of_kind.get("barcode", ()),
            external_ids=of_kind.get(IdentityKind.EXTERNAL_ID, ()),
        )
        self._benefits = benefits.with_keys(work, program_id, of_kind.get("benefit", ()))
        sales = [tuple(name.split("\0")) for name in of_kind.get("transaction", ())]
        self.sales = transactions.owners(work, program_id, sales)  # type: ignore[arg-type]
        codes = of_kind.get("confirmation", ())
        self._confirmed = transactions.with_codes(work, program_id, codes)

    def member(self, given: GivenMember) -> uuid.UUID | None:
        """The member meant, if they are there already."""
        claims = list(claims_of(given))
        for kind in MATCHED_BY:
            for claim in claims:
                if claim.kind == kind and (owner := self._owner(claim)) is not None:
                    return owner
        return None

    def conflicts(self, given: GivenMember, member_id: uuid.UUID | None) -> Iterator[str]:
        """Where something is claimed that somebody else has."""
        for claim in claims_of(given):
            owner = None if claim.kind == "card" else self._owner(claim)
            if owner is not None and owner != member_id:
                yield claim.where
            elif claim.kind == IdentityKind.EXTERNAL_ID:
                own = {card.number for card in given.cards}
                if self.cards.is_anothers(claim.value, member_id, own=own):
                    yield claim.where
        for index, card in enumerate(given.cards):
            yield from self.cards.conflicts(card, f".cards[{index}]", member_id)
        for index, sale in enumerate(given.transactions):
            # A code names one sale: another one of the same member is another one.
            if self._confirmed.get(sale.confirmation_code or "", sale.key) != sale.key:
                yield f".transactions[{index}].confirmation_code"

    def has(self, kind: IdentityKind, value: str) -> bool:
        """Whether somebody has this identity."""
        return (kind, value) in self._identities

    def _owner(self, claim: Claim) -> uuid.UUID | None:
        if claim.kind == "card":
            return self.cards.holder(claim.value)
        if claim.kind == "benefit":
            benefit = self._benefits.get(claim.value)
            return benefit.member_id if benefit else None
        if claim.kind == "transaction":
            source, outlet, reference = claim.value.split("\0")
            return self.sales.get((source, outlet, reference))
        if claim.kind in ("barcode", "confirmation"):
            return None
        return self._identities.get((IdentityKind(claim.kind), claim.value))


_EXTERNAL = IdentityKind.EXTERNAL_ID


class KnownCards:
    """The cards of the database that read like one of these, and whose external ids do."""

    def __init__(
        self,
        work: Work,
        program_id: uuid.UUID,
        numbers: Sequence[str],
        codes: Sequence[str],
        *,
        external_ids: Sequence[str] = (),
    ) -> None:
        self._work = work
        found = cards.known(
            work,
            program_id,
            numbers=[*numbers, *external_ids],
            barcode_numbers=[*codes, *external_ids],
        )
        self._by_number = {card.number: card for card in found}
        self._by_barcode = {card.barcode_number: card for card in found}
        texts = dict.fromkeys([*numbers, *codes])
        self._external_ids = members.owners(work, program_id, [(_EXTERNAL, t) for t in texts])

    def get(self, number: str) -> Card | None:
        """The card with this number."""
        return self._by_number.get(number)

    def holder(self, number: str) -> uuid.UUID | None:
        """Who holds the card with this number."""
        card = self._by_number.get(number)
        return card.member_id if card and card.state != CardState.LAPSED else None

    def conflicts(
        self, given: GivenCard, where: str, member_id: uuid.UUID | None = None
    ) -> Iterator[str]:
        """Where a number or barcode is claimed that another card has, or another member."""
        number, code = claims_of_card(given, where)
        for claim in (number, code):
            owner = self._external_ids.get((_EXTERNAL, claim.value), member_id)
            if owner != member_id:
                yield claim.where
                return
        bearer = self._by_barcode.get(given.barcode_number)
        if bearer is not None and bearer.number != given.number:
            yield code.where
        card = self._by_number.get(given.number)
        if card is not None and not self._may_become(card, member_id):
            yield number.where

    def stays_blocked(self, given: GivenCard) -> str | None:
        """Why a card cannot work again as it is told to: another took its place."""
        card = self._by_number.get(given.number)
        if card is None or not given.has_state or given.state == card.state:
            return None
        new = cards.successor(self._work, card)
        return f"card {new.id} took its place, so it stays blocked" if new else None

    def is_anothers(self, text: str, member_id: uuid.UUID | None, *, own: Container[str]) -> bool:
        """Whether a card bears this text that is not the member's, nor one of these numbers."""
        bearers = (self._by_number.get(text), self._by_barcode.get(text))
        return any(
            card.number not in own and (card.member_id is None or card.member_id != member_id)
            for card in bearers
            if card is not None
        )

    def _may_become(self, card: Card, member_id: uuid.UUID | None) -> bool:
        if card.member_id is None:
            # A number that waits for whoever comes; not one that is just being issued.
            return card.state == CardState.RESERVED and card.reserved_until is None
        return card.member_id == member_id and card.state != CardState.LAPSED
