"""One customer at all three, from her card to her last point: one balance, whoever asks."""

from __future__ import annotations

from typing import Any

from adapter import jobs
from adapter.cli.member_facts import facts_of
from adapter.core import members
from adapter.core.members import IdentityKind, Member
from adapter.db import Work
from tests.clock import Clock
from tests.protocols.fidelizacion.till import data_of
from tests.protocols.swip.bills import good, step
from tests.protocols.swip.plugin import ORDERS
from tests.protocols.together.shop import Shop, days, order, receipt

OLGA, PASS = "79261112233", "GW-5f1c09"
BY_PHONE = {"phoneNumber": OLGA}
WALLET, JOB = ("koshelek", "", ""), ("", "", "")
BRANCH, STORE = ("fidelizacion", "BR001", "POS001"), ("swip", "Store 7", "12")

# A line for each entry: the day, what she had more or less, what was available then and in all,
# why, and who said so: the channel, the outlet, the terminal.
STORY = [
    ("2026-05-04", "50", "50", "50", "bonus: Welcome", *WALLET),
    ("2026-05-05", "100", "150", "150", "accrual: Purchase R-1", *BRANCH),
    ("2026-05-06", "-120", "30", "30", "redemption: Payment R-2", *BRANCH),
    ("2026-05-06", "48", "78", "78", "accrual: Purchase R-2", *BRANCH),
    ("2026-05-07", "0", "28", "78", "reservation: Payment S-3", *STORE),
    ("2026-05-07", "-50", "28", "28", "capture: Payment S-3", *STORE),
    ("2026-05-07", "35", "63", "63", "accrual: Purchase S-3", *STORE),
    ("2026-05-08", "20", "83", "83", "reversal: Payment S-3 refunded", *STORE),
    ("2026-05-08", "-14", "69", "69", "reversal: Purchase S-3 refunded", *STORE),
    ("2026-05-09", "-20", "49", "49", "return: Return R-4", *BRANCH),
    ("2027-05-06", "-28", "21", "21", "expiry: Purchase R-2", *JOB),
    ("2027-05-07", "-21", "0", "0", "expiry: Purchase S-3", *JOB),
]


def test_one_customer_has_one_balance_whoever_asks(shop: Shop, clock: Clock) -> None:
    number = shop.issue(OLGA, firstName="Ольга", surname="Юрьева")
    assert shop.figures(OLGA) == {50}
    _gives_her_a_pass(shop)

    for chapter in (
        _buys_by_her_card_at_the_till,
        _pays_a_part_with_points_at_the_till,
        _pays_a_part_of_an_order_with_points,
        _brings_back_a_part_of_the_order,
        _brings_goods_back_to_the_till,
        _sees_her_lots_in_the_wallet,
        _loses_what_is_left_in_a_year,
    ):
        clock.advance(days(1))
        chapter(shop, clock, number)

    with shop.database.reading() as work:
        facts = facts_of(work, shop.program, _olga(work, shop), reveal=False, limit=50)
    assert _told(facts["timeline"]) == STORY
    assert (facts["due"], facts["orders"]) == ([], [])
    assert shop.is_sound()


def _buys_by_her_card_at_the_till(shop: Shop, clock: Clock, number: str) -> None:
    """SWiP knows in the same second, by her phone and by the pass in her wallet."""
    sale = receipt("R-1", clock.now, money=100_000)
    sold = data_of(shop.till.submit(sale, member={"externalId": number}))

    assert (sold["earnedPoints"], sold["newBalance"]["points"]) == (10_000, 15_000)
    assert shop.figures(OLGA, passes=(PASS,)) == {150}


def _pays_a_part_with_points_at_the_till(shop: Shop, clock: Clock, number: str) -> None:
    """120 of 600 roubles: what she was welcomed with first; only money earns."""
    sale = receipt("R-2", clock.now, money=48_000, points=120)
    paid = data_of(shop.till.pay(BY_PHONE, 12_000, transaction=sale))
    assert paid["newBalance"]["points"] == 3000
    assert shop.figures(OLGA, passes=(PASS,)) == {30}

    sold = data_of(shop.till.submit(sale, member={"externalId": number}))

    assert (sold["earnedPoints"], sold["newBalance"]["points"]) == (4800, 7800)
    assert shop.figures(OLGA, passes=(PASS,)) == {78}


def _pays_a_part_of_an_order_with_points(shop: Shop, clock: Clock, number: str) -> None:
    """50 of 400 roubles, set aside before they are spent: hers still, but nobody else's to take."""
    plugin = shop.plugin
    created = good(plugin.post(ORDERS, order("S-3", clock.now, money=35_000, points=50)))
    bound = good(step(plugin, created["id"], "bind", pass_=PASS))
    assert (bound["points"], bound["customer"]["name"]) == (78, "Ольга Юрьева")
    assert shop.figures(OLGA, passes=(PASS,)) == {78}

    assert good(step(plugin, created["id"], "loyalty", points=50))["points"] == 28
    assert shop.figures(OLGA, passes=(PASS,)) == {28}
    assert shop.bonus(number)["total"] == "78"

    closed = good(step(plugin, created["id"], "close", amount=350))
    assert (closed["points"], closed["pointsApplied"], closed["amount"]) == (63, 50, 350)
    assert shop.figures(OLGA, passes=(PASS,)) == {63}


def _brings_back_a_part_of_the_order(shop: Shop, clock: Clock, number: str) -> None:
    """140 of the 350 roubles: so two fifths of the points spent, and of those earned."""
    again = order("S-3", clock.now - days(1), money=35_000, points=50)
    order_id = good(shop.plugin.post(ORDERS, again))["id"]  # the same order, and its id once more

    refunded = good(step(shop.plugin, order_id, "refund", amount=140))

    assert (refunded["points"], refunded["refunded"]) == (69, 140)
    assert shop.figures(OLGA, passes=(PASS,)) == {69}


def _brings_goods_back_to_the_till(shop: Shop, clock: Clock, number: str) -> None:
    """For 200 roubles, of what she bought there with points."""
    sale = receipt("R-4", clock.now, money=-20_000, relatedTransactionId="R-2")

    sold = data_of(shop.till.submit(sale, member=BY_PHONE))

    assert (sold["earnedPoints"], sold["newBalance"]["points"]) == (-2000, 4900)
    assert shop.figures(OLGA, passes=(PASS,)) == {49}


def _sees_her_lots_in_the_wallet(shop: Shop, clock: Clock, number: str) -> None:
    """Whichever of the two sold them: what is left of each, why, and until when."""
    assert shop.bonus(number) == {
        "total": "49",
        "available": "49",
        "bonuses": [
            {"description": "Purchase R-2", "amount": "28", "validUntil": "2027-05-06"},
            {"description": "Purchase S-3", "amount": "21", "validUntil": "2027-05-07"},
        ],
    }
    shown = data_of(shop.till.details({"externalId": number}))["member"]
    assert (shown["points"], shown["firstName"]) == (4900, "Ольга")
    assert shop.figures(OLGA, passes=(PASS,)) == {49}


def _loses_what_is_left_in_a_year(shop: Shop, clock: Clock, number: str) -> None:
    """On the day, whether or not the job has come by; and it takes no more than that."""
    for year_and, left in ((2, 21), (3, 0)):
        clock.now = clock.now.replace(year=2027, day=4 + year_and, hour=21)
        assert shop.figures(OLGA, passes=(PASS,)) == {left}

        done = jobs.run(shop.database)

        assert (done.lots_settled, done.failed) == (1, 0)
        assert shop.figures(OLGA, passes=(PASS,)) == {left}
    assert shop.bonus(number) == {"total": "0", "available": "0", "bonuses": []}


def _gives_her_a_pass(shop: Shop) -> None:
    with shop.database.unit_of_work() as work:
        members.add_identity(work, _olga(work, shop), IdentityKind.PASS, PASS)


def _olga(work: Work, shop: Shop) -> Member:
    (olga,) = members.by_identity(work, shop.program.id, IdentityKind.PHONE, OLGA)
    return olga


def _told(timeline: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """What support reads of it: a line for each entry."""
    return [
        (
            str(line["at"].date()),
            line["moved"],
            line["available"],
            line["total"],
            f"{line['kind']}: {line['reason']}",
            line["channel"],
            line["outlet"],
            line["terminal"],
        )
        for line in {line["entry"]: line for line in timeline}.values()
    ]
