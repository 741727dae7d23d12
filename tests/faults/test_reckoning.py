"""Comparing the journal with the ledger finds what is wrong, or the other tests show nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from adapter.core import cards, payments, sales
from adapter.core.ledger import Account
from adapter.core.members import IdentityKind, Member
from adapter.db import Database, Work
from tests.factories import bought, line
from tests.faults.journal import Ask, Done, Journal, Kind
from tests.faults.reckoning import differences
from tests.faults.shop import OPENING_MINOR, Shop, open_shop
from tests.protocols.fidelizacion.till import PLACE


@pytest.fixture
def shop(database: Database) -> Shop:
    """A shop of one member."""
    return open_shop(database, members=1)


@pytest.fixture
def journal() -> Journal:
    """A journal of nothing."""
    return Journal()


@pytest.fixture
def books(database: Database, shop: Shop, journal: Journal) -> Iterator[Books]:
    """What is done to both of them."""
    with database.unit_of_work() as work:
        yield Books(work, shop, journal)


class Books:
    """The ledger and the journal of a shop, written to by hand."""

    def __init__(self, work: Work, shop: Shop, journal: Journal) -> None:
        self.work, self.shop, self.journal = work, shop, journal
        self.phone = shop.phones[0]

    @property
    def member(self) -> Member:
        """The one member."""
        named = [(IdentityKind.PHONE, self.phone.removeprefix("+"))]
        return cards.identify(self.work, self.shop.program.id, named)

    def sell(self, reference: str) -> Done:
        """A sale of ten, done by the ledger."""
        sale = bought(self.work, line(net_minor=1000), reference=reference)
        told = sales.submit(self.work, self.shop.program, self.member, sale, place=PLACE)
        code = told.transaction.confirmation_code or ""
        return Done(Kind.SALE, self.phone, reference, 1000, code)

    def pay(self, reference: str | None) -> Done:
        """A payment of three, done by the ledger."""
        told = {"amount_minor": 300, "reference": reference, "place": PLACE}
        paid = payments.pay(self.work, self.shop.program, self.member, **told)  # type: ignore[arg-type]
        code = paid.redemption.confirmation_code
        return Done(Kind.PAYMENT, self.phone, reference or "", 300, code)

    def cancel(self, done: Done) -> Done:
        """A payment undone by the ledger."""
        payments.cancel(self.work, self.shop.program, self.member, done.code, place=PLACE)
        return Done(Kind.PAYMENT_CANCELLED, self.phone, done.reference, 300, done.code)

    def told(self, done: Done) -> None:
        """It was asked for and acknowledged."""
        self.journal.ask(done.ask)
        self.journal.hear(done.ask, minor=done.minor, code=done.code)

    def found(self) -> list[str]:
        """In what they differ."""
        self.work.session.flush()
        return list(differences(self.work, self.shop, self.journal))


def test_books_that_agree(books: Books) -> None:
    for done in (books.sell("S-1"), paid := books.pay("P-1"), books.cancel(paid)):
        books.told(done)
        books.told(done)  # a repeat, answered as the first time

    assert books.found() == []


def test_what_was_never_answered_may_have_been_done_or_not(books: Books) -> None:
    books.journal.ask(books.sell("S-1").ask)
    books.journal.ask(Ask(Kind.SALE, books.phone, "S-2", 1000))

    assert books.found() == []


def test_what_was_acknowledged_and_is_not_there(books: Books) -> None:
    done = Done(Kind.SALE, books.phone, "S-1", 1000, "a-code")
    books.told(done)

    assert books.found() == [f"acknowledged and lost: {done}"]


def test_what_was_acknowledged_with_another_amount(books: Books) -> None:
    done = books.sell("S-1")
    books.journal.ask(done.ask)
    told = books.journal.hear(done.ask, minor=999, code=done.code)

    assert books.found() == [f"acknowledged and lost: {told}"]


def test_what_nobody_asked_for(books: Books) -> None:
    done = books.sell("S-1")

    assert books.found() == [f"asked for 0 times and done 1 times: {done.ask}"]


def test_a_payment_without_a_name_that_was_made_twice(books: Books) -> None:
    books.told(books.pay(None))
    books.pay(None)

    assert [one.partition(":")[0] for one in books.found()] == [
        "asked for 1 times and done 2 times"
    ]


def test_a_refusal_is_told_unless_it_is_expected(books: Books) -> None:
    ask = Ask(Kind.SALE, books.phone, "S-1", 1000)
    books.journal.ask(ask)
    books.journal.refuse(ask, "407")

    assert books.found() == [f"refused with 407: {ask}"]
    assert not list(differences(books.work, books.shop, books.journal, refusals=["407"]))


def test_a_balance_that_is_not_what_was_done(books: Books) -> None:
    books.work.session.execute(
        update(Account).where(Account.role == "spendable").values(balance_minor=OPENING_MINOR + 1)
    )

    assert books.found() == [
        f"{books.phone} has {OPENING_MINOR + 1} and should have {OPENING_MINOR}"
    ]


def test_a_sale_without_its_points(books: Books) -> None:
    books.told(books.sell("S-1"))
    half = bought(books.work, line(net_minor=0), reference="S-2")  # nothing to give points for
    sales.submit(books.work, books.shop.program, books.member, half, place=PLACE)

    assert books.found() == ["half done: sale S-2, which is recorded"]
