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
from adapter.core.transactions import Item, Sale
from adapter.db import Database, Work
from adapter.programfile import export
from adapter.protocols import PROTOCOLS
from tests.clock import Clock
from tests.programfile.documents import exported, findings, load_document, program, rows
from tests.shelf import Shelf, borrowed

TILL = Place(channel="till")

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
NAME = st.text("AБ9-", min_size=1, max_size=6)
DAY = st.dates(datetime(2026, 1, 1).date(), datetime(2028, 1, 1).date()).map(str)
MINOR = st.integers(-(10**9), 10**9)
POINTS = st.integers(1, 10**6).map(lambda n: f"{n / Decimal(100)}")


def numbered(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects in which any key may be missing."""
    return st.fixed_dictionaries({}, optional=keys)


ITEM = st.fixed_dictionaries(
    {"net_minor": MINOR},
    optional={
        "name": TEXT,
        "code": NAME,
        "quantity": st.integers(-5000, 5000).map(lambda n: f"{n / Decimal(8):f}"),
        "points_earned": POINTS | st.just("-1.5"),
        "reference": TEXT,
        "department": NAME,
        "department_name": TEXT,
        "gross_minor": MINOR,
        "tags": st.lists(TEXT, max_size=2),
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
        "opened_at": st.just("2026-01-01T00:00:00.25+05:30"),
        "related_reference": NAME,
        "points": POINTS,
        "total_minor": MINOR,
        "tax_minor": MINOR,
        "discount_minor": MINOR,
        "tags": st.lists(TEXT, max_size=2),
        "tenders": st.lists(
            st.fixed_dictionaries({"kind": NAME, "amount_minor": MINOR}), max_size=2
        ),
    },
)
INSTANT = st.sampled_from(["2026-06-01", "2026-06-01T00:00:00Z", "2026-05-31T21:00:00.5Z"])
DISCOUNT = st.sampled_from(
    [
        {"percent": "10.50", "max_discount_minor": 7},
        {"amount_minor": 5, "weekdays": ["sun", "mon"], "hours": ["22:00", "06:00"]},
        {"free_item": True, "items": ["A"], "except_tags": ["b"], "tiers": ["t1"]},
        {"percent": "5", "starts_on": "2026-01-01", "ends_on": "2026-01-01", "items": []},
    ]
)
BENEFIT = st.builds(
    lambda told, discount: told | discount,
    numbered(
        name=TEXT,
        kind=NAME,
        state=st.sampled_from(["active", "redeemed", "deactivated"]),
        description=TEXT,
        image=TEXT,
        code=NAME,
        uses=st.none() | st.integers(2, 5),
        used=st.integers(0, 1),
        valid_from=INSTANT,
        valid_until=INSTANT.map(lambda text: text.replace("2026", "2027")),
    ),
    DISCOUNT | st.just({}),
)
RULE = st.sampled_from(
    [
        {"kind": "spending", "points_per_unit": "0.10", "on_top": False, "round_to": "1.0"},
        {"points_per_unit": "0", "segments": ["x"], "min_total_minor": 0},
        {"kind": "multiplier", "factor": "2.50", "tiers": ["t1"], "basket_tags": ["y"]},
        {"kind": "event", "event": "visit", "points": "1.50", "limit": 2, "period": "month"},
        {
            "kind": "event",
            "event": "birthday",
            "benefit": {"name": "Торт", "uses": None, "percent": "5", "items": ["CAKE"]},
        },
    ]
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
    tier=st.just("t1"),
    segments=st.lists(NAME, max_size=3),
    lots=st.lists(LOT, max_size=4),
    balances=numbered(points=POINTS, credit=st.integers(0, 99).map(str), stamps=st.integers(1, 9)),
    transactions=st.lists(SALE, max_size=3),
)
PROGRAM = numbered(
    name=TEXT,
    timezone=st.sampled_from(["Europe/Moscow", "America/New_York", "Asia/Kolkata"]),
    settings=numbered(
        allow_negative=st.booleans(),
        reservation_minutes=st.integers(1, 99),
        max_payment_minor=st.none() | st.integers(1, 99),
        short_code_length=st.integers(4, 8),
        message_webhook=st.sampled_from([None, "console:", "https://sms.example.com:8443/a?b=c"]),
        event_webhook=st.sampled_from([None, "https://crm.example.com/in"]),
        event_types=st.sampled_from([None, ["points"], ["card.issued", "member"]]),
        paying_balance=st.sampled_from(["points", "credit"]),
    ),
    outlets=st.lists(st.fixed_dictionaries({"code": NAME}), unique_by=lambda o: o["code"]),
    earn_rules=st.lists(
        st.builds(lambda code, rule: {"code": code} | rule, NAME, RULE),
        unique_by=lambda rule: rule["code"],
    ),
    deals=st.lists(
        st.builds(
            lambda code, name, discount: {"code": code} | name | discount,
            NAME,
            numbered(name=TEXT),
            DISCOUNT,
        ),
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
    tiers = [{"code": "t2", "name": "II", "rank": 2}, {"code": "t1"}]
    found = [
        draw(PROGRAM) | {"code": f"P{n}", "tiers": tiers} for n in range(draw(st.integers(0, 2)))
    ]
    for program_number, entry in enumerate(found):
        for number, person in enumerate(entry.get("members", ())):
            mark = f"{program_number}{number}"
            person |= draw(
                numbered(
                    phone=st.just(f"792100000{mark}"),
                    external_id=st.just(f"E{mark}"),
                    passes=st.just([f"P{mark}", f"Q{mark}"]),
                    cards=st.just([{"number": f"1{mark}"}, {"number": f"2{mark}"}]),
                    phone_shown=st.just(f"9-210-00{mark}"),
                    benefits=st.lists(BENEFIT, max_size=2),
                )
            )
            if "phone" not in person:
                person.pop("phone_shown", None)
            for index, benefit in enumerate(person.get("benefits", ())):
                benefit["key"] = f"b{mark}{index}"
            for index, sale in enumerate(person.get("transactions", ())):
                sale["reference"] = f"R{mark}{index}"
                if draw(st.booleans()):
                    sale["confirmation_code"] = f"C{mark}{index}"
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
    shelf: Shelf, clock: Clock, document: dict[str, Any]
) -> None:
    with borrowed(shelf, clock) as borrow:
        one, other = borrow(), borrow()
        load_document(one, document)
        first = exported(one)

        load_document(other, first)

        assert exported(other) == first
        assert findings(one) == findings(other) == []
        for database in (one, other):
            before = rows(database)
            assert load_document(database, first).secrets == []
            assert rows(database) == before


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
            Sale(" 17\t", clock.now, [Item("Чай", Decimal("1.50"), 100, points_minor=1)]),
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

    export(database, out, protocols=PROTOCOLS)

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
