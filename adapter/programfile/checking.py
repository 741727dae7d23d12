"""The first look at the long lists: everything that can be wrong, found before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import IO, Any

from marshmallow import ValidationError

from adapter.core import benefits, members
from adapter.core.members import IdentityKind
from adapter.db import Work
from adapter.programfile import reader
from adapter.programfile.claims import (
    Claim,
    KnownCards,
    Nameless,
    Owners,
    Seen,
    claims_of,
    claims_of_card,
)
from adapter.programfile.faults import Faults
from adapter.programfile.fields import Setting, reading_in
from adapter.programfile.given import GivenCard, GivenCode
from adapter.programfile.heads import Head
from adapter.programfile.member_schemas import Member
from adapter.programfile.reader import Part
from adapter.programfile.schemas import PoolNumber, PromoCode
from adapter.programfile.shapes import Shape

BATCH = 500

Progress = Callable[[int, int | None], None]
Read = list[tuple[Part, Any]]

_SHAPES: dict[str, type[Shape]] = {
    "members": Member,
    "card_pool": PoolNumber,
    "promo_codes": PromoCode,
}


def batches(
    work: Work, stream: IO[bytes], heads: dict[int, Head], faults: Faults
) -> Iterator[tuple[Head, str, Read]]:
    """The items of the long lists in our words, a bounded number of one kind at a time.

    Raises:
        FileFaults: The document is not JSON.
    """
    shapes = {key: shape() for key, shape in _SHAPES.items()}
    nameless = Nameless()
    for (program, key), parts in _runs(reader.items(stream, faults)):
        head = heads[program]
        with reading_in(Setting(head.terms, work.now, head.tiers)):
            read: Read = []
            for part in parts:
                try:
                    read.append((part, shapes[key].load(part.value)))
                except ValidationError as error:
                    faults.add_messages(part.path, error.messages)
                    read += _what_is_left(part, shapes[key], error)
        if key == "members":
            read = [(part, nameless.named(given, head.terms)) for part, given in read]
        yield head, key, read


def _what_is_left(part: Part, shape: Shape, error: ValidationError) -> Read:
    """A faulty item without its faults, so that what it has in common with others is told too.

    Nothing of it is ever written: there is a fault.
    """
    if not isinstance(part.value, dict) or not isinstance(error.messages, dict):
        return []
    rest = {name: value for name, value in part.value.items() if name not in error.messages}
    try:
        return [(part, shape.load(rest))]
    except ValidationError:
        return []


def _runs(parts: Iterable[Part]) -> Iterator[tuple[tuple[int, str], list[Part]]]:
    run: list[Part] = []
    for part in parts:
        if run and (len(run) >= BATCH or (run[0].program, run[0].key) != (part.program, part.key)):
            yield (run[0].program, run[0].key), run
            run = []
        run.append(part)
    if run:
        yield (run[0].program, run[0].key), run


def check(
    work: Work, stream: IO[bytes], heads: dict[int, Head], faults: Faults, progress: Progress
) -> int:
    """How many items the long lists hold; whatever is wrong with them is among the faults.

    Raises:
        FileFaults: The document is not JSON.
    """
    checker = _Checker(work, faults)
    done = 0
    for head, key, read in batches(work, stream, heads, faults):
        if key == "members":
            checker.members(head, read)
        elif key == "card_pool":
            checker.pool(head, read)
        else:
            checker.codes(head, read)
        done += len(read)
        work.session.expunge_all()
        progress(done, None)
    checker.holders_of_codes()
    return done


class _Checker:
    def __init__(self, work: Work, faults: Faults) -> None:
        self._work = work
        self._faults = faults
        self._seen = Seen()
        self._wanted: list[tuple[Head, int, str, Claim]] = []

    def members(self, head: Head, read: Read) -> None:
        """Look for names given twice, and for names that somebody else has."""
        for part, given in read:
            self._claim(part, claims_of(given))
        if not head.is_known:
            return
        owners = Owners(self._work, head.terms.id, [given for _, given in read])
        for part, given in read:
            member_id = owners.member(given)
            for where in owners.conflicts(given, member_id):
                self._faults.add(part.path + where, "is another member's, or in use")
            for index, card in enumerate(given.cards):
                if why := owners.cards.stays_blocked(card):
                    self._faults.add(f"{part.path}.cards[{index}].state", why)
            if member_id is not None:
                self._claim(part, [Claim("member", str(member_id), "")])

    def pool(self, head: Head, read: Read) -> None:
        """Look for numbers given twice, and for barcodes of other cards."""
        for part, given in read:
            self._claim(part, claims_of_card(given, ""))
        if not head.is_known:
            return
        known = known_cards(self._work, head, [given for _, given in read])
        for part, given in read:
            if known.get(given.number) is None:
                for where in known.conflicts(given, ""):
                    self._faults.add(part.path + where, "is in use")

    def codes(self, head: Head, read: Read) -> None:
        """Look for codes given twice; whose they are is known when all members are."""
        for part, given in read:
            key = benefits.code_key(given.code)
            self._claim(part, [Claim("code", key, ".code")])
            holder = holder_of(given)
            if holder is not None:
                self._wanted.append((head, part.program, part.path, holder))

    def holders_of_codes(self) -> None:
        """Look for the members that promo codes are meant for."""
        rest = iter(w for w in self._wanted if not self._seen.has(w[1], w[3].key))
        while some := list(islice(rest, BATCH)):
            for head, _, path, holder in some:
                name = (IdentityKind(holder.kind), holder.value)
                if not head.is_known or not members.owners(self._work, head.terms.id, [name]):
                    self._faults.add(path + holder.where, "is nobody's in this program")

    def _claim(self, part: Part, claims: Iterable[Claim]) -> None:
        told: set[str] = set()
        place = _PLACES.index(part.key) + len(_PLACES) * (part.index or 0)
        for claim in claims:
            first = self._seen.first(part.program, claim.key, place)
            if first is None:
                first = self._seen.elsewhere(part.program, claim.alike, place)
            if first is None or claim.where in told:
                continue
            told.add(claim.where)
            index, kind = divmod(first, len(_PLACES))
            before = Part(part.program, _PLACES[kind], None, index).path
            same = "means the same member as" if claim.kind == "member" else "is given before, in"
            self._faults.add(part.path + claim.where, f"{same} {before}")


_PLACES = tuple(_SHAPES)


def holder_of(given: GivenCode) -> Claim | None:
    """The member a promo code is meant for, by their phone or their membership key."""
    if given.phone:
        return Claim(IdentityKind.PHONE, given.phone, ".phone")
    if given.membership_key:
        key = members.value_of(IdentityKind.MEMBERSHIP_KEY, given.membership_key)
        return Claim(IdentityKind.MEMBERSHIP_KEY, key, ".membership_key")
    return None


def known_cards(work: Work, head: Head, given: Sequence[GivenCard]) -> KnownCards:
    """The cards that have numbers or barcodes of these."""
    numbers = [card.number for card in given]
    return KnownCards(work, head.terms.id, numbers, [card.barcode_number for card in given])
