"""Our own server keeps every clause that the conformance check can look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from adapter.app import create_app
from adapter.config import Config
from adapter.core import ledger, programs
from adapter.core.members import MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.db import Database
from adapter.protocols.fidelizacion.check import Options, run
from tests.checks.hosts import answers_of, in_process, untested
from tests.factories import give_credit, make_benefit, make_member, make_program
from tests.protocols.fidelizacion.till import add_key
from tests.protocols.house import SECRET_KEY

PAYER, HOLDER, SLEEPER = "612000003", "612000001", "612000002"
# A business is played once, on one engine or the other: what the two do differently, the tests of
# each call find on both.
ON_SQLITE = pytest.mark.parametrize("shop", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("shop", ["postgresql"], indirect=True)
# What nobody can see from outside, and what a host without its own trouble does not say.
UNSEEN = {"1a", "5.4g", "5.7b", "8.1c", "8.2h", "9.6", "9.37", "9.37b"}
OPEN = {"5.1l", "8.3b", "9.21", "1.3d", "9.32", "9.32b"}


@dataclass(frozen=True)
class Shop:
    """A server's database; every test brings a business of its own."""

    database: Database

    def business(self, *, key: str, agreed: dict[str, Any] | None = None, **settings: Any) -> str:
        """The key of a new business with members who can pay, hold an asset, or are asleep."""
        with self.database.unit_of_work() as work:
            program = make_program(work, **settings)
            add_key(work, program, key=key, agreed=agreed)
            programs.put_rule(
                work, program.id, code="base", kind="spending", terms={"points_per_unit": "0.1"}
            )
            programs.put_deal(
                work, program.id, code="morning", name="Morning 10%", terms={"percent": "10"}
            )
            _members(work, program)
        return key


def _members(work: Any, program: ProgramTerms) -> None:
    give_credit(work, program, make_member(work, program, phone=PAYER), 5000)
    holder = make_member(work, program, phone=HOLDER)
    make_benefit(work, program, holder, terms={"free_item": True, "items": ["TEA01"]})
    make_benefit(work, program, holder, valid_until=work.now)
    make_member(work, program, phone=SLEEPER, status=MemberStatus.INACTIVE)


@pytest.fixture(scope="module")
def shop(request, tmp_path_factory) -> Iterator[Shop]:
    """Our server in this process, over a database of its own on the engine that a test names."""
    copies = request.getfixturevalue(f"{request.param}_copies")
    url = copies.make(tmp_path_factory.mktemp("shop"))
    database = Database(url, sqlite_synchronous="OFF")
    config = Config.from_environ({"ADAPTER_SECRET_KEY": SECRET_KEY})
    with in_process(answers_of(create_app(config, database=database))):
        yield Shop(database)
    database.dispose()
    copies.drop(url)


@pytest.fixture(autouse=True)
def sound(shop):
    """Whatever the check did, the ledger agrees with itself."""
    yield
    with shop.database.reading() as work:
        assert list(ledger.verify(work)) == []


def looked_at(key: str, **changes: Any) -> set[str]:
    """The clauses that stay untested. Every other one is kept."""
    known = {"member_with_asset": HOLDER, "inactive_member": SLEEPER}
    url = "http://127.0.0.1/fidelizacion"
    report = run(Options(url=url, api_key=key, timeout=30.0, **known | changes))

    faults = [(fault.clause.id, fault.detail) for fault in report.faults(strict=True)]
    assert faults == []
    return untested(report)


@ON_SQLITE
def test_a_business_as_it_comes(shop):
    other = shop.business(key="key of another business")
    key = shop.business(key="key of an open business")

    assert looked_at(key, other_api_key=other) == UNSEEN | OPEN | {"9.23"}


@ON_SQLITE
def test_a_business_that_pays_with_credit(shop):
    other = shop.business(key="key of another credit business")
    settings = {"paying_balance": "credit", "min_payment_minor": 50}
    key = shop.business(key="key of a credit business", **settings)

    untested = looked_at(key, other_api_key=other, member_with_points=PAYER)
    # What a sale earns does not pay here, so nobody becomes able to pay by one (7.7b).
    assert untested == UNSEEN | OPEN | {"7.7b"}


@ON_POSTGRESQL
def test_a_strict_business(shop):
    other = shop.business(key="key of another strict business")
    agreed = {
        "branches": ["CHECK-1", "CHECK-2"],
        "strict_registration": True,
        "verify_payments": True,
    }
    key = shop.business(key="key of a strict business", agreed=agreed, point_value_minor=3)

    asked = {"registration": "strict", "payment_codes": "on", "point_value": 3}
    untested = looked_at(key, other_api_key=other, **asked)
    assert untested == UNSEEN | {"9.23", "8.3a", "7.6c", "7.6d", "5.1f", "5.1g", "5.1k", "4.3d"}
