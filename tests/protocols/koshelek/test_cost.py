"""How often one request asks the database, whatever there is in it."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from adapter.core import ledger, partners
from adapter.core.ledger import Account, EntryKind, Lot, Role
from adapter.core.members import Identity, IdentityKind, Member
from adapter.db.base import new_id
from tests.factories import give_points, make_code, make_transaction, purse_of
from tests.protocols.koshelek.people import CARD, PHONE, register_anna
from tests.protocols.koshelek.wallet import sample
from tests.statements import recorded

MANY = 1000
NEW_PROFILE = {"phone": PHONE, "email": "new@example.com", "surname": "Ёлкина", "sex": "f"}


@pytest.fixture(params=[1, MANY], ids=["alone", "among-many"])
def crowd(request, wallet):
    """The holder of the vendor's examples with one lot, alone or among many with many."""
    with wallet.database.unit_of_work() as work:
        anna = register_anna(work, wallet.program)
        give_points(work, purse_of(wallet.program, anna), "120")
        make_transaction(work, wallet.program, anna)
        make_code(work, wallet.program)
        if request.param > 1:
            _add_members(work, wallet.program.id)
            _add_lots(work, wallet.program, anna)
    return request.param


def _add_members(work, program_id):
    people = [{"id": new_id(), "number": number} for number in range(MANY)]
    member = {"program_id": program_id, "status": "active", "channel": ""}
    member |= {"created_at": work.now, "updated_at": work.now}
    work.session.execute(insert(Member), [member | {"id": each["id"]} for each in people])
    identity = {"program_id": program_id, "channel": "", "created_at": work.now}
    rows = []
    for each in people:
        for kind, value in (
            (IdentityKind.PHONE, f"7900{each['number']:07}"),
            (IdentityKind.EMAIL, f"{each['number']}@example.com"),
        ):
            named = {"kind": kind, "value": value, "shown": value}
            rows.append(identity | named | {"id": new_id(), "member_id": each["id"]})
    work.session.execute(insert(Identity), rows)


def _add_lots(work, program, member):
    purse = purse_of(program, member)
    account = ledger.lock(work, purse, Role.SPENDABLE)[Role.SPENDABLE]
    entry = give_points(work, purse, MANY)
    lot = {
        "program_id": program.id,
        "member_id": member.id,
        "account_id": account.id,
        "entry_id": entry.id,
        "unit": purse.unit.code,
        "reason": EntryKind.ACCRUAL,
        "amount_minor": 100,
        "remaining_minor": 100,
        "reserved_minor": 0,
    }
    work.session.execute(insert(Lot), [lot | {"id": new_id()} for _ in range(MANY)])


def _call(wallet, name):
    profile = sample("profile")
    calls = {
        "search by phone": lambda: wallet.get("/v1/card", msisdn=PHONE),
        "search by all": lambda: wallet.get(
            "/v1/card", msisdn=PHONE, email="anna@example.com", birthDate="1988-11-02"
        ),
        "search for nobody": lambda: wallet.get("/v1/card", msisdn="79990000000"),
        "card": lambda: wallet.get(f"/v1/card/{CARD}"),
        "purchases": lambda: wallet.get(f"/v1/card/{CARD}/purchases", startDate="2020-01-01"),
        "issue": lambda: wallet.post("/v1/card/anonymous", profile),
        "issue again": lambda: wallet.post(
            "/v1/card/anonymous", {"phone": PHONE, "email": "anna@example.com"}
        ),
        "update": lambda: wallet.post(f"/v1/card/{CARD}", NEW_PROFILE),
        "communication": lambda: wallet.put(
            f"/v1/card/{CARD}/communication", sample("communication")
        ),
        "reserve": lambda: wallet.get("/v1/card/anonymous"),
        "promo code": lambda: wallet.post("/v1/promo/code", {"code": "SPRING25", "phone": PHONE}),
    }
    return calls[name]()


MOST = {
    "search by phone": 3,
    "search by all": 3,
    "search for nobody": 3,
    "card": 4,
    "purchases": 4,
    "issue": 12,
    "issue again": 12,
    "update": 12,
    "communication": 12,
    "reserve": 3,
    "promo code": 16,
}


@pytest.mark.parametrize("warm", [True, False], ids=["known", "unknown"])
def test_a_request_asks_no_more_than_it_may(wallet, crowd, warm, subtests):
    """With a caller who is known and with one who is not, alone and among many."""
    for name, most in MOST.items():
        with subtests.test(name):
            if warm:
                wallet.get("/v1/card", msisdn="1234567")
            else:
                wallet.app.extensions["credentials"]._callers.clear()

            with recorded(wallet.database) as sent:
                response = _call(wallet, name)

            assert response.status_code == 200
            assert len(sent) <= most, "\n".join(text for text, _ in sent)
            asked = [text for text, _ in sent if "credentials" in text]
            assert len(asked) == (0 if warm else 1)


def test_the_number_of_queries_does_not_depend_on_what_there_is(make_wallet):
    """The same with one lot and with a thousand, counted one against the other."""
    wallet = make_wallet()
    with wallet.database.unit_of_work() as work:
        anna = register_anna(work, wallet.program)
        give_points(work, purse_of(wallet.program, anna), "120")
    counted = []
    for number in (1, MANY):
        if number > 1:
            with wallet.database.unit_of_work() as work:
                _add_members(work, wallet.program.id)
                _add_lots(work, wallet.program, anna)
        wallet.get("/v1/card", msisdn=PHONE)
        with recorded(wallet.database) as sent:
            wallet.get("/v1/card", msisdn=PHONE)
            shown = wallet.get(f"/v1/card/{CARD}").json["card"]
        counted.append(len(sent))

    assert counted[0] == counted[1]
    assert len(shown["bonus"]["bonuses"]) > MANY


def test_a_refused_caller_costs_one_query_and_a_known_one_none(wallet):
    wallet.get("/v1/card", msisdn=PHONE)

    with recorded(wallet.database) as known:
        wallet.get("/v1/card")
    with wallet.database.unit_of_work() as work:
        for credential in partners.credentials(work):
            partners.revoke_credential(work, credential.id)
    wallet.app.extensions["credentials"]._callers.clear()
    with recorded(wallet.database) as refused:
        assert wallet.get("/v1/card").status_code == 401

    assert known == []
    assert len(refused) == 1
    assert Account.__tablename__ not in refused[0][0]
