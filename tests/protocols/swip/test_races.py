"""§7.3: of twenty equal signups at once one is a customer's, and the others hear that they are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

from sqlalchemy import func, select

from adapter.core.cards import Card
from adapter.core.ledger import Entry
from adapter.core.members import Member
from tests.factories import findings
from tests.protocols.swip.people import PHONE
from tests.protocols.swip.plugin import Plugin, refused

TILLS = 20
PATIENCE = 60  # seconds; nobody waits that long unless something is wrong


def test_twenty_equal_signups_at_once_are_one_customer(make_plugin: Any) -> None:
    plugin: Plugin = make_plugin(settings={"welcome_points": "50"})
    barrier = Barrier(TILLS)

    def one(number: int) -> tuple[int, Any]:
        till = replace(plugin, client=plugin.app.test_client())
        written = PHONE if number % 2 else "8" + PHONE[1:]
        barrier.wait(PATIENCE)
        response = till.sign_up(phone=written, firstName="Мария")
        return refused(response) if response.status_code != 200 else (200, response.json["balance"])

    with ThreadPoolExecutor(TILLS) as pool:
        outcomes = sorted(pool.map(one, range(TILLS)))

    assert outcomes == [(200, 50)] + [(422, 1020)] * (TILLS - 1)
    assert plugin.points(phone=PHONE) == 50
    with plugin.database.reading() as work:
        counts = [
            work.session.scalar(select(func.count()).select_from(table))
            for table in (Member, Card, Entry)
        ]
        assert counts == [1, 1, 1]
        assert findings(work) == []
