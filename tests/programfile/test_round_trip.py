"""`export`: the same document again, from any database that can be."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.core import cards, ledger, members, payments, programs, transactions
from adapter.core.amounts import Amount
from adapter.core.ledger import Details, EntryKind, Purse, Role, Terms
from adapter.core.members import Profile
from adapter.core.origins import Place
from adapter.core.transactions import Item
from adapter.db import Database, Work
from adapter.programfile import export
from tests.clock import Clock
from tests.programfile.documents import exported, findings, load_document, program, rows

TILL = Place(channel="till")

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
NAME = st.text("AБ9-", min_size=1, max_size=6)
DAY = st.dates(datetime(2026, 1, 1).date(), datetime(2028, 1, 1).date()).map(str)
POINTS = st.integers(1, 10**6).map(lambda n: f"{n / Decimal(100)}")


def numbered(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects in which any key may be missing."""
    return st.fixed_dictionaries({}, optional=keys)


ITEM = st.fixed_dictionaries(
    {"net_minor": st.integers(-(10**9), 10**9)},
    optional={
        "name": TEXT,
        "code": NAME,
        "quantity": st.integers(-5000, 5000).map(lambda n: f"{n / Decimal(8):f}"),
        "points_earned": POINTS | st.just("-1.5"),
    },
)
SALE = st.fixed_dictionaries(
    {
        "occurred_at": st.datetimes(datetime(2020, 1, 1), datetime(2026, 1, 1)).map(
            lambda instant: instant.isoformat() + "+03:00"
        )
    },
    optional={
        "outlet": NAME,
        "terminal": NAME,
        "source": st.just("till"),
        "state": st.sampled_from(["recorded", "cancelled"]),
        "items": st.lists(ITEM, max_size=3),
    },
)
LOT = (
    st.fixed_dictionaries(
        {"amount": POINTS},
        optional={
            "reason": TEXT | st.just("opening balance"),
            "expires_on": DAY,
            "active_from": st.sampled_from(["2026-01-01T00:00:00Z", "2029-01-01T00:00:00.5Z"]),
        },
    )
    .filter(lambda lot: lot.get("active_from", "")[:4] != "2029" or "expires_on" not in lot)
    .filter(lambda lot: lot.get("active_from", "") < lot.get("expires_on", "9"))
)
MEMBER = numbered(
    email=st.just("family@example.com"),
    first_name=TEXT,
    last_name=TEXT,
    patronymic=TEXT,
    locality=TEXT,
    country=TEXT,
    birth_date=DAY,
    gender=st.sampled_from("fm"),
    status=st.sampled_from(["active", "inactive", "blocked"]),
    consents=st.dictionaries(st.sampled_from(["sms", "email", "gdpr"]), st.booleans()),
    lots=st.lists(LOT, max_size=4),
    balances=numbered(points=POINTS, credit=st.integers(0, 99).map(str), stamps=st.integers(1, 9)),
    transactions=st.lists(SALE, max_size=3),
)
PROGRAM = numbered(
    name=TEXT,
    timezone=st.sampled_from(["Europe/Moscow", "America/New_York", "Asia/Kolkata"]),
    settings=numbered(allow_negative=st.booleans(), reservation_minutes=st.integers(1, 99)),
    outlets=st.lists(st.fixed_dictionaries({"code": NAME}), unique_by=lambda o: o["code"]),
    earn_rules=st.just([{"code": "base", "points_per_unit": "0.10"}]),
    deals=st.lists(
        st.fixed_dictionaries({"code": NAME}, optional={"name": TEXT, "percent": st.just("5")}),
        unique_by=lambda deal: deal["code"],
    ),
    offers=st.lists(
        st.fixed_dictionaries(
            {"code": NAME, "title": TEXT}, optional={"text": TEXT, "starts_on": DAY, "ends_on": DAY}
        ),
        unique_by=lambda offer: offer["code"],
    ),
    promo_codes=st.lists(
        st.fixed_dictionaries(
            {"code": NAME},
            optional={"points": POINTS, "expires_on": DAY, "uses": st.integers(0, 3) | st.none()},
        ),
        unique_by=lambda code: code["code"].upper(),
    ),
    credentials=st.lists(
        st.fixed_dictionaries(
            {"protocol": st.just("koshelek"), "login": NAME},
            optional={"status": st.sampled_from(["active", "revoked"])},
        ),
        max_size=3,
    ),
    members=st.lists(MEMBER, max_size=5),
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Program files in which nothing is given twice."""
    found = [draw(PROGRAM) | {"code": f"P{n}"} for n in range(draw(st.integers(0, 2)))]
    for program_number, entry in enumerate(found):
        for number, person in enumerate(entry.get("members", ())):
            mark = f"{program_number}{number}"
            person |= draw(
                numbered(
                    phone=st.just(f"792100000{mark}"),
                    external_id=st.just(f"E{mark}"),
                    passes=st.just([f"P{mark}", f"Q{mark}"]),
                    cards=st.just([{"number": f"1{mark}"}, {"number": f"2{mark}"}]),
                    benefits=st.just([{"key": f"b{mark}"}]),
                )
            )
            for index, sale in enumerate(person.get("transactions", ())):
                sale["reference"] = f"R{mark}{index}"
            held = sum(
                Decimal(lot["amount"])
                for lot in person.get("lots", ())
                if lot.get("active_from", "")[:4] != "2029"
            )
            if held and draw(st.booleans()):
                person["reserved"] = {"points": f"{held}"}
    return {"programs": found}


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(document=documents())
def test_what_is_exported_loads_to_the_same(
    make_database: Callable[..., Database], document: dict[str, Any]
) -> None:
    one, other = make_database(), make_database()
    load_document(one, document)
    first = exported(one)

    load_document(other, first)

    assert exported(other) == first
    assert findings(one) == findings(other) == []
    for database in (one, other):
        before = rows(database)
        assert load_document(database, first).secrets == []
        assert rows(database) == before
        database.dispose()


def test_what_tills_did_since_is_exported_as_it_stands(
    make_database: Callable[..., Database], clock: Clock
) -> None:
    one, other = make_database(), make_database()
    load_document(one, program(settings={"allow_negative": True}))
    with one.unit_of_work() as work:
        purse = _newcomer(work, "9216668899")
        _give(work, purse, 5000, expires_at=clock.now + timedelta(days=3))
        _give(work, purse, 700, active_from=clock.now + timedelta(days=9))
        amount = Amount(2000, purse.unit)
        hold = Details(kind=EntryKind.RESERVATION)
        payments.reserve(work, purse, amount, hold, deadline=None)
        payments.reserve(work, purse, amount, hold, deadline=clock.now + timedelta(hours=1))
        debtor = _newcomer(work, "79216668898")
        _give(work, debtor, 100)
        _take(work, debtor, 150)
        transactions.record(
            work,
            purse.program_id,
            reference=" 17\t",
            occurred_at=clock.now,
            items=[Item("Чай", Decimal("1.50"), 100, points_minor=1)],
            place=TILL,
            member_id=purse.member_id,
        )

    first = exported(one)
    load_document(other, first)

    rich, poor = first["programs"][0]["members"]
    assert rich["phone"] == "+9216668899"  # a national number, which loading would complete
    assert rich["lots"] == [
        {"unit": "points", "amount": "50", "reason": "sale", "expires_on": "2026-05-07"},
        {
            "unit": "points",
            "amount": "7",
            "reason": "sale",
            "active_from": "2026-05-13T09:00:00Z",
        },
    ]
    assert rich["reserved"] == {"points": "20"}  # the payment under way is not
    assert rich["transactions"][0]["source"] == "till"
    assert poor["balances"] == {"points": "-0.5"}
    assert exported(other) == first
    assert findings(other) == []
    before = rows(one)
    load_document(one, first)
    assert rows(one) == before


def test_a_debt_beside_a_payment_under_way_is_what_its_release_would_leave(
    make_database: Callable[..., Database], clock: Clock
) -> None:
    one, other = make_database(), make_database()
    load_document(one, program(settings={"allow_negative": True}))
    with one.unit_of_work() as work:
        purse = _newcomer(work, "79216668899")
        _give(work, purse, 1000)
        hold = Details(kind=EntryKind.RESERVATION)
        deadline = clock.now + timedelta(hours=1)
        payments.reserve(work, purse, Amount(600, purse.unit), hold, deadline=deadline)
        _take(work, purse, 500)  # 400 of the lot, and 100 owed

    first = exported(one)
    load_document(other, first)

    (lot,) = first["programs"][0]["members"][0]["lots"]
    assert lot["amount"] == "5"
    assert exported(other) == first
    assert findings(other) == []


def test_the_erased_and_the_retired_are_not_exported(database: Database) -> None:
    codes = [{"code": "HERS", "phone": "79216668899"}, {"code": "ALL"}]
    people = [{"phone": "79216668899", "cards": [{"number": "1"}], "balances": {"points": "5"}}]
    load_document(database, program(members=people, promo_codes=codes))
    with database.unit_of_work() as work:
        terms = programs.by_code(work, "MAIN").terms()
        (her,) = members.matching(work, terms.id, Profile(phone="79216668899"))
        cards.retire_all(work, cards.of_member(work, her.id))
        members.erase(work, her)

    found = exported(database)["programs"][0]

    assert "members" not in found
    assert [code["code"] for code in found["promo_codes"]] == ["ALL"]


def test_an_export_has_one_member_a_line_and_no_secret(database: Database) -> None:
    people = [{"phone": f"7921666889{n}", "first_name": "Анна"} for n in range(3)]
    secret = {"protocol": "koshelek", "login": "wallet", "password": "открой"}
    load_document(database, program(members=people, credentials=[secret]))
    out = io.StringIO()

    export(database, out)

    text = out.getvalue()
    assert sum('"first_name": "Анна"' in line for line in text.splitlines()) == 3
    assert "открой" not in text and "password" not in text
    assert json.loads(text)


def _newcomer(work: Work, phone: str) -> Purse:
    terms = programs.by_code(work, "MAIN").terms()
    member = members.register(work, terms.id, Profile(phone=phone), place=TILL)
    return Purse(terms.id, member.id, terms.points, may_go_negative=True)


def _give(work: Work, purse: Purse, minor: int, **terms: datetime) -> None:
    ledger.transfer(
        work,
        purse,
        Amount(minor, purse.unit),
        Details(kind=EntryKind.ACCRUAL, reason="sale"),
        source=Role.ISSUED,
        target=Role.PENDING if "active_from" in terms else Role.SPENDABLE,
        terms=Terms(**terms),
    )


def _take(work: Work, purse: Purse, minor: int) -> None:
    details = Details(kind=EntryKind.REDEMPTION)
    amount = Amount(minor, purse.unit)
    ledger.transfer(work, purse, amount, details, source=Role.SPENDABLE, target=Role.REDEEMED)
