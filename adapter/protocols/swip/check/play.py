"""The plugin's side of the conversation: its calls, and the customers it signs up on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapter.checks import Answer, Mask, NotTested, people
from adapter.checks import Play as AnyPlay
from adapter.checks.wire import texts
from adapter.protocols.swip.check.options import Options

STATS, PROFILE, SIGNUPS = "/customer-loyalty-stats", "/customer-profile", "/customer-signups"
ORDERS = "/pos-orders"
STATUSES = frozenset({200, 400, 401, 403, 404, 405, 422})  # §4.7
Headers = Mapping[str, str | None]


@dataclass(frozen=True)
class Person:
    """Somebody made up, different each time."""

    phone: str = field(default_factory=lambda: f"7999{people.digits(7)}")
    birthday: str = field(default_factory=people.birthday)

    @property
    def name(self) -> str:
        return "Пётр Ёлкин-Щукин"

    def form(self, **changes: Any) -> dict[str, Any]:
        """The four fields of §7.1, some of them changed."""
        first, last = self.name.split(" ")
        told = {"phone": self.phone, "firstName": first, "lastName": last}
        return {**told, "birthday": self.birthday, **changes}


@dataclass(frozen=True)
class Refusal:
    """An answer that had to be a refusal, and what it had to say."""

    answer: Answer
    code: int
    fields: tuple[str, ...]
    description: str | None


class Play(AnyPlay):
    """One run against one host: the calls of §5 to §8, and what was to be refused on the way."""

    options: Options

    def __init__(self, options: Options) -> None:
        headers = {
            "Authorization": f"Bearer {options.token}",
            "X-Merchant-ID": options.merchant,
            "X-Store-ID": options.store,
            "X-Cash-ID": options.cash,
            "Api-Version": "3",
        }
        super().__init__(options, headers=headers, allowed=STATUSES)
        self.refusals: list[Refusal] = []

    def knock(self) -> None:
        """Learns how real customers are called, which must be shown nowhere."""
        scout, known = Play(self.options), (self.options.phone, self.options.blocked_phone)
        scout.stats(phone=Person().phone)
        shown = [scout.profile(phone=phone).document for phone in known if phone]
        names = [found.get("name") for found in shown if isinstance(found, dict)]
        self.client.mask = Mask((*self.options.secrets, *filter(str.strip, texts(names))))

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Headers | None = None,
        body: bytes | None = None,
        **query: str,
    ) -> Answer:
        """The answer to a lookup in its documented version; `wallet` is what is sent as `pass`."""
        query = {"pass" if name == "wallet" else name: text for name, text in query.items()}
        headers = {"Api-Version": "2" if path == PROFILE else "3", **(headers or {})}
        return self.client.send(method, path, query=query, headers=headers, body=body)

    def stats(self, **query: Any) -> Answer:
        return self.ask(STATS, **query)

    def profile(self, **query: Any) -> Answer:
        return self.ask(PROFILE, **query)

    def sign_up(self, told: Any, *, headers: Headers | None = None) -> Answer:
        return self.client.send("POST", SIGNUPS, json=told, headers=headers)

    def order(self, step: str = "", body: Any = None) -> Answer:
        """The answer to a step of an order (§8.3); without a body it is read."""
        self.need_orders()
        if body is None:
            return self.client.send("GET", f"{ORDERS}/{step}")
        return self.client.send("POST", f"{ORDERS}/{step}".rstrip("/"), json=body)

    def new_customer(self) -> Person:
        """A made-up person, signed up. Raises: NotTested if the host signs nobody up."""
        person = Person()
        answer = self.sign_up(person.form())
        if answer.status != 200:
            raise NotTested(f"nobody could be signed up: {answer.line}")
        return person

    @property
    def anna(self) -> str:
        """The phone of a customer, to be read only: one made up, or else the known one."""
        try:
            return self.once("anna", self.new_customer).phone
        except NotTested:
            if self.options.phone:
                return self.options.phone
            raise

    def known_pass(self) -> dict[str, str]:
        """The known customer by their pass. Raises: NotTested without one."""
        if not self.options.phone or not self.options.wallet_pass:
            raise NotTested("needs the phone and the wallet pass of a customer")
        return {"wallet": self.options.wallet_pass}

    def other_merchant(self) -> dict[str, str | None]:
        """The headers of another merchant. Raises: NotTested without one."""
        if not self.options.other_token:
            raise NotTested("needs another merchant and its token")
        token = f"Bearer {self.options.other_token}"
        return {"Authorization": token, "X-Merchant-ID": self.options.other_merchant}

    def need_orders(self) -> None:
        """Nothing if orders may be played. Raises: NotTested if not."""
        if not self.options.orders:
            raise NotTested("orders were not agreed with this merchant")
