"""How often one request asks the database, whatever there is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import insert

from adapter.core import partners, programs
from adapter.core.ledger import Account, EntryKind, Lot, Purse, Role
from adapter.core.transactions import Transaction, TransactionItem
from adapter.db.base import new_id
from tests.factories import give_points
from tests.protocols.fidelizacion.people import BY_PHONE, give, grant, register_ines
from tests.protocols.fidelizacion.till import Till, data_of
from tests.statements import recorded

SALE: dict[str, Any] = {
    "transactionId": "R-1",
    "dateTime": "2026-05-04T08:00:00Z",
    "totalAmount": 20_000,
    "items": [
        {"lineId": str(n), "code": f"C{n}", "quantity": 1, "netAmount": 1000} for n in range(20)
    ],
}
# The figures of the issue, and for the other calls what they cost now.
MOST = {
    "details": 4,
    "details by everything": 4,
    "details with a preview": 5,
    "pay": 8,
    "pay again": 8,
    "cancel a payment": 18,
    "submit": 12,
    "submit again": 12,
    "cancel": 27,
    "register": 12,
    "update": 12,
    "show a code": 8,
    "event": 6,
}


@pytest.fixture(params=[10, 1000], ids=["ten-sales", "a-thousand-sales"])
def regular(request: pytest.FixtureRequest, till: Till) -> Till:
    """A till where Ines has bought so often before, each time with a lot of points, and 50 deals
    and some assets wait for her.
    """
    register_ines(till, externalId="CARD-1")
    give(till, 1000)
    for number in range(5):
        grant(till, f"as_{number}", terms={"percent": "10"})
    with till.database.unit_of_work() as work:
        for number in range(50):
            terms = {"percent": "1", "items": [f"C{number}"]}
            programs.put_deal(work, till.program.id, code=f"d{number}", name="", terms=terms)
    _add_history(till, request.param)
    return till


def _add_history(till: Till, sales: int) -> None:
    with till.database.unit_of_work() as work:
        account = work.session.query(Account).filter_by(role=Role.SPENDABLE, unit="points").one()
        entry = give_points(work, Purse(till.program.id, account.owner_id, till.program.points), 1)
        facts = {"program_id": till.program.id, "member_id": account.owner_id}
        ids = [new_id() for _ in range(sales)]
        sale = facts | {
            "source": "fidelizacion",
            "state": "recorded",
            "outlet_code": "BR001",
            "total_minor": 100,
            "occurred_at": work.now,
            "recorded_at": work.now,
        }
        work.session.execute(
            insert(Transaction), [sale | {"id": each, "reference": each.hex} for each in ids]
        )
        line = {"line": 0, "quantity": 1, "net_minor": 100}
        work.session.execute(
            insert(TransactionItem), [line | {"transaction_id": each} for each in ids]
        )
        lot = facts | {
            "account_id": account.id,
            "entry_id": entry.id,
            "unit": "points",
            "reason": EntryKind.ACCRUAL,
            "amount_minor": 1,
            "remaining_minor": 0,
            "reserved_minor": 0,
        }
        work.session.execute(insert(Lot), [lot | {"id": new_id()} for _ in ids])


def calls(till: Till) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each call of the table, in an order in which each works."""
    key = till.details(BY_PHONE).json["member"]["membershipKey"]
    everything = BY_PHONE | {"email": "ines@example.org", "externalId": "CARD-1"}
    everything["membershipKey"] = key
    preview = till.with_headers(x_return_assets="all", x_return_benefits="true")
    told: dict[str, str] = {}

    def pay() -> Any:
        response = till.pay(BY_PHONE, 300, transaction=SALE)
        told["paid"] = data_of(response)["confirmationCode"]
        return response

    def submit() -> Any:
        response = till.submit(SALE, member=BY_PHONE)
        told["sold"] = data_of(response)["confirmationCode"]
        return response

    yield "details", lambda: till.details(BY_PHONE)
    yield "details by everything", lambda: till.details(everything)
    yield (
        "details with a preview",
        lambda: preview.details(BY_PHONE, transaction=SALE, usedAssets=["as_1", "as_2"]),
    )
    yield "pay", pay
    yield "pay again", pay
    yield "submit", submit
    yield "submit again", submit
    yield "cancel a payment", lambda: till.cancel_payment(BY_PHONE, told["paid"])
    yield "cancel", lambda: till.cancel(told["sold"])
    yield "register", lambda: till.register(phoneNumber="612009999", email="m@example.org")
    yield "update", lambda: till.update(BY_PHONE, firstName="Inés", gdpr=False, email="i@x.org")
    yield "show a code", lambda: till.short_code("get", member=BY_PHONE)
    yield (
        "event",
        lambda: till.event({"type": "visit", "dateTime": "2026-05-04T08:00:00Z"}, member=BY_PHONE),
    )


def test_a_call_asks_no_more_than_it_may(regular: Till, subtests: pytest.Subtests) -> None:
    """However often the member bought before."""
    played = set()
    for name, call in calls(regular):
        with subtests.test(name):
            with recorded(regular.database) as sent:
                response = call()

            played.add(name)
            assert response.json["status"] == "success", response.text
            assert len(sent) <= MOST[name], "\n".join(text for text, _ in sent)
    assert played == set(MOST)


def test_a_caller_nobody_knows_yet_costs_one_query_more(till: Till) -> None:
    register_ines(till)
    with recorded(till.database) as known:
        till.details(BY_PHONE)

    till.app.extensions["credentials"]._callers.clear()
    with recorded(till.database) as unknown:
        till.details(BY_PHONE)

    assert len(unknown) == len(known) + 1
    assert "credentials" in unknown[0][0]


def test_what_is_wrong_with_a_request_itself_costs_nothing(till: Till) -> None:
    till.details(BY_PHONE)

    with recorded(till.database) as sent:
        till.details({})
        till.post("/v1/event", b"{")
        till.with_headers(x_branch_id=None).details(BY_PHONE)
        till.with_headers(content_type="x").details(BY_PHONE)

    assert sent == []


def test_a_refused_caller_costs_one_query(till: Till) -> None:
    with till.database.unit_of_work() as work:
        for credential in partners.credentials(work):
            partners.revoke_credential(work, credential.id)
    till.app.extensions["credentials"]._callers.clear()

    with recorded(till.database) as sent:
        assert till.details(BY_PHONE).status_code == 401

    assert len(sent) == 1
