"""§5 and D19: whoever asks leaves nothing behind, whatever the answer."""

from __future__ import annotations

from adapter.core.members import Member
from adapter.db import DatabaseUnavailable
from tests.protocols.contract import broken
from tests.protocols.state import rows
from tests.protocols.swip.people import BLOCKED_PHONE, NOBODY, PASS, PHONE, add_people, give
from tests.protocols.swip.plugin import PROFILE, STATS, Plugin


def test_no_lookup_writes_a_row(plugin: Plugin, elsewhere: Plugin) -> None:
    maria: Member = add_people(plugin)
    now = plugin.database.clock()
    # Points that the job has not written down yet: to look at them is not to settle them.
    give(plugin, maria, 5, expires_at=now.replace(hour=10))
    give(plugin, maria, 5, active_from=now.replace(hour=10))
    plugin.database.clock.now = now.replace(hour=11)  # type: ignore[attr-defined]
    before = rows(plugin.database)

    statuses = set()
    for path in (STATS, PROFILE):
        for query in (
            {"phone": PHONE},
            {"pass_": PASS},
            {"phone": PHONE, "pass_": PASS},
            {"phone": NOBODY},
            {"phone": BLOCKED_PHONE},
            {"phone": BLOCKED_PHONE, "pass_": PASS},
            {"phone": "x"},
            {},
        ):
            for till in (
                plugin,
                elsewhere,
                plugin.with_headers(authorization=None),
                plugin.with_headers(x_merchant_id="CHAI"),
                plugin.with_headers(api_version="9"),
            ):
                statuses |= {till.get(path, **query).status_code}
                statuses |= {till.post(path, {"phone": PHONE}, **query).status_code}
        for method in ("HEAD", "OPTIONS", "PUT", "DELETE"):
            statuses |= {plugin.open(method, path, query_string={"phone": PHONE}).status_code}
        with broken(plugin.app, DatabaseUnavailable("full")):
            statuses |= {plugin.get(path, phone=PHONE).status_code}

    assert statuses == {200, 400, 401, 403, 405, 500}
    assert rows(plugin.database) == before
