"""Koshelek's side of the conversation: its calls, and the people on whose behalf it makes them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from adapter.checks import HOSTILE, Answer, NotTested
from adapter.checks import Play as AnyPlay
from adapter.protocols.koshelek.check import documents
from adapter.protocols.koshelek.check.options import METHODS, Options
from adapter.protocols.koshelek.check.people import Holder, Person

STATUSES = frozenset({200, 422})  # section 2.3: a closed set of two

# What else a host may say to a path or a verb that no page of the vendor promises (G12).
UNKNOWN = frozenset({404, 405})


class Play(AnyPlay):
    """One run against one host: the calls of section 3 and the cards issued on the way."""

    options: Options

    def __init__(self, options: Options) -> None:
        headers = {"Authorization": options.authorization}
        super().__init__(options, headers=headers, allowed=STATUSES)

    def knock(self) -> None:
        self.search(msisdn=Person().phone)

    def judged(self) -> list[Answer]:
        """A redirect that was allowed for once is not an answer of the interface."""
        return [answer for answer in self.client.answers if _is_judged(answer)]

    def search(self, **query: str) -> Answer:
        return self.client.send("GET", "/v1/card", query=query, purpose="search")

    def card(self, number: str, *, purpose: str = "card") -> Answer:
        return self.client.send("GET", path(number), purpose=purpose)

    def update(self, number: str, profile: Any, *, method: str = "POST") -> Answer:
        return self.client.send(
            method, path(number), json=profile, allowed=_surprise(method), purpose="update"
        )

    def set_channels(self, number: str, channels: Any) -> Answer:
        where = path(number, "communication")
        return self.client.send("PUT", where, json=channels, purpose="channels")

    def purchases(self, number: str, **period: str) -> Answer:
        where = path(number, "purchases")
        return self.client.send("GET", where, query=period, purpose="purchases")

    def reserve(self, *, method: str = "GET") -> Answer:
        self.need("reservation")
        allowed = frozenset() if method == "GET" else UNKNOWN
        return self.client.send(
            method, "/v1/card/anonymous", allowed=allowed, purpose="reservation"
        )

    def issue_on(self, number: str, profile: Any, *, method: str = "POST") -> Answer:
        self.need("reservation")
        where = "/v1/card/anonymous/" + quote(number, safe="")
        return self.client.send(
            method, where, json=profile, allowed=_surprise(method), purpose="issue on"
        )

    def issue(self, profile: Any) -> Answer:
        self.need("direct")
        return self.client.send("POST", "/v1/card/anonymous", json=profile, purpose="issue")

    def offers(self, group: str) -> bool:
        """Whether a group of methods was agreed and exists at the agreed version of the API."""
        return group not in self.options.without and self.options.api_version >= METHODS[group]

    def need(self, group: str) -> None:
        """Nothing, if the group of methods may be called. Raises: NotTested if not."""
        if not self.offers(group):
            raise NotTested(f"the methods {group!r} are not agreed with this partner")

    def reserved(self) -> str:
        """A freshly reserved number. Raises: NotTested if the host gives none."""
        answer = self.reserve()
        number = documents.reserved_number(answer)
        if answer.status != 200 or number is None:
            raise NotTested(f"no number could be reserved: {answer.line}")
        return number

    def new_holder(self) -> Holder:
        """A made-up person with a new card. Raises: NotTested if the host issues none."""
        person = Person()
        number = self._issued_directly(person) or self._issued_on_a_number(person)
        if number is None:
            raise NotTested("no card could be issued to a new person")
        return Holder(person, number)

    @property
    def anna(self) -> Holder:
        return self.once("anna", self.new_holder)

    @property
    def boris(self) -> Holder:
        return self.once("boris", self.new_holder)

    def known_number(self) -> str:
        """The card of the customer we were told about. Raises: NotTested without one."""
        if self.options.card:
            return self.options.card
        if not self.options.phone:
            raise NotTested("needs the phone or the card of a customer with purchases")
        number = documents.card_number(self.search(msisdn=self.options.phone))
        if number is None:
            raise NotTested("the known phone has no card")
        return number

    def _issued_directly(self, person: Person) -> str | None:
        if not self.offers("direct"):
            return None
        answer = self.issue(person.profile())
        if answer.status >= 300:
            return None
        return documents.card_number(answer) or self._found(person)

    def _issued_on_a_number(self, person: Person) -> str | None:
        if not self.offers("reservation"):
            return None
        number = documents.reserved_number(self.reserve())
        if number is None or self.issue_on(number, person.profile()).status >= 300:
            return None
        return number

    def _found(self, person: Person) -> str | None:
        return documents.card_number(self.search(msisdn=person.phone))


def _is_judged(answer: Answer) -> bool:
    if answer.purpose == HOSTILE:
        return answer.status in STATUSES
    return not (300 <= answer.status < 400 and answer.status in answer.allowed)


def _surprise(method: str) -> frozenset[int]:
    return frozenset() if method == "POST" else UNKNOWN


def path(number: str, *more: str) -> str:
    """The path of a card, any text being allowed as its number."""
    return "/".join(["/v1/card", quote(number, safe=""), *more])
