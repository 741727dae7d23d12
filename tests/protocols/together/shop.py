"""A retailer that all three serve: one program, one database, one application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from adapter.core import programs
from adapter.core.programs import ProgramTerms
from adapter.db import Database
from adapter.web.application import Application
from tests.factories import findings
from tests.protocols.fidelizacion.till import Till, add_key, data_of
from tests.protocols.koshelek.wallet import Wallet, add_login, basic, is_empty
from tests.protocols.swip.bills import good, told
from tests.protocols.swip.plugin import Plugin, add_token

# Of ten roubles paid otherwise than with points, one point; each is worth a rouble.
EARNING = {"points_per_unit": "0.1"}
CARD = "/v1/card"


@dataclass(frozen=True)
class Shop:
    """What each of the three is to the retailer."""

    wallet: Wallet
    till: Till
    plugin: Plugin

    @property
    def database(self) -> Database:
        """Where all of it is kept."""
        return self.wallet.database

    @property
    def program(self) -> ProgramTerms:
        """The one program there is."""
        return self.wallet.program

    def another_client(self) -> Shop:
        """The same shop, for a thread of its own."""
        app = self.wallet.app
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = basic()
        return Shop(
            replace(self.wallet, client=client),
            replace(self.till, client=app.test_client()),
            replace(self.plugin, client=app.test_client()),
        )

    def issue(self, phone: str, **told: Any) -> str:
        """The number of the card that Koshelek issues to a person, or that they hold."""
        response = self.wallet.post(f"{CARD}/anonymous", {"phone": phone} | told)
        assert response.status_code == 200, response.text
        return str(response.json["card"]["cardNumber"])

    def card_of(self, phone: str) -> str:
        """The number of the card that Koshelek finds by the phone (5.1)."""
        found = self.wallet.get(CARD, msisdn=phone)
        assert not is_empty(found), "no card of theirs"
        return str(found.json["card"]["cardNumber"])

    def bonus(self, number: str) -> dict[str, Any]:
        """What Koshelek shows of the points on a card (5.2)."""
        return dict(self.wallet.get(f"{CARD}/{number}").json["card"]["bonus"])

    def figures(self, phone: str, *, passes: tuple[str, ...] = ()) -> set[Decimal]:
        """What a person may spend, by whatever way each of the three is asked: one figure."""
        number = self.card_of(phone)
        return {
            Decimal(self.bonus(number)["available"]),
            self.at_the_till(phoneNumber=phone),
            self.at_the_till(externalId=number),
            Decimal(self.plugin.points(phone=phone)),
            *(Decimal(self.plugin.points(pass_=one)) for one in passes),
            Decimal(good(self.plugin.profile(phone=phone))["balance"]),
        }

    def at_the_till(self, **member: str) -> Decimal:
        """What fidelizacion shows, which counts in hundredths."""
        return Decimal(data_of(self.till.details(member))["member"]["points"]).scaleb(-2)

    def is_sound(self) -> bool:
        """Whether the ledger and all that stands around it agree."""
        with self.database.unit_of_work() as work:
            return findings(work) == []


def open_shop(
    make_app: Callable[..., Application],
    database: Database,
    *,
    earning: dict[str, Any] | None = EARNING,
    **settings: Any,
) -> Shop:
    """A shop in an empty database, with these settings of its program."""
    with database.unit_of_work() as work:
        program = programs.put(work, code="MAIN", settings=settings)
        if earning is not None:
            programs.put_rule(work, program.id, code="base", kind="spending", terms=earning)
        terms = program.terms()
        add_login(work, terms)
        add_key(work, terms)
        add_token(work, terms, agreed={"orders": True})
    app = make_app(database=database)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = basic()
    return Shop(
        Wallet(app, client, database, terms),
        Till(app, app.test_client(), database, terms),
        Plugin(app, app.test_client(), database, terms),
    )


def receipt(
    reference: str, at: datetime, *, money: int, points: int = 0, **changes: Any
) -> dict[str, Any]:
    """A sale as a till of fidelizacion reports it: paid with so many kopecks, and whole points;
    with less than none, goods that come back.
    """
    total = money + 100 * points
    line = {"lineId": "1", "code": "TEA", "name": "Чай", "quantity": 1, "netAmount": abs(total)}
    paid = [{"type": "card", "amount": money}]
    if points:
        paid.append({"type": "points", "amount": 100 * points})
    sale = {
        "transactionId": reference,
        "dateTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "totalAmount": total,
        "items": [line | ({"action": "return"} if total < 0 else {})],
        "meansOfPayment": paid,
    }
    return sale | changes


def order(
    reference: str, at: datetime, *, money: int, points: int = 0, **changes: Any
) -> dict[str, Any]:
    """The same as an order of SWiP's, which says everything in roubles."""
    total = (money + 100 * points) / 100
    line = {"id": "1", "name": "Чай", "productId": "TEA", "quantity": 1}
    line |= {"price": total, "amount": total}
    return told(
        merchantOrderId=reference,
        saleDate=round(at.timestamp() * 1000),
        total=total,
        totalOriginal=total,
        purchases=[line],
        **changes,
    )


def days(number: int) -> timedelta:
    """So many days."""
    return timedelta(days=number)
