"""A till's side of the conversation: its calls, and the members it registers on the way."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapter.checks import HOSTILE, Answer, Mask, NoAnswer, NotTested
from adapter.checks import Play as AnyPlay
from adapter.checks.people import reference
from adapter.checks.wire import texts
from adapter.protocols.fidelizacion.check import documents, people
from adapter.protocols.fidelizacion.check.options import Options
from adapter.protocols.fidelizacion.check.people import Member, Person

if TYPE_CHECKING:
    from adapter.protocols.fidelizacion.check.fields import Bad

CALLS = (
    "member/register",
    "member/update",
    "member/details",
    "member/shortCode",
    "payment",
    "transaction",
    "event",
)

# What a host tells of a person, and how long such a text must be to be told from the words of the
# protocol when it is masked.
_PERSONAL = (
    *("firstName", "lastName", "phoneNumber", "email", "birthday", "externalId"),
    "membershipKey",
)
_SHORTEST_SECRET = 3
Headers = Mapping[str, str | None]


class Play(AnyPlay):
    """One run against one host: the seven calls, and the members registered on the way."""

    options: Options

    def __init__(self, options: Options) -> None:
        headers = {
            "x-api-key": options.api_key,
            "x-branch-id": options.branch,
            "x-pos-id": options.pos,
            "x-source-type": "POS",
            "x-source-name": "Conformance check",
        }
        super().__init__(options, headers=headers)
        self.tried: list[tuple[Bad, Answer]] = []
        self._sales: dict[str, None] = {}
        self._payments: dict[str, Any] = {}

    def knock(self) -> None:
        """Learns what the host shows of real members, which must be shown nowhere else."""
        scout, given = Play(self.options), self.options
        scout.details({"phoneNumber": scout.person().phone})
        phones = (given.member_with_points, given.member_with_asset, given.inactive_member)
        shown = [documents.member(scout.details({"phoneNumber": p})) for p in phones if p]
        known = [[member.get(name) for name in _PERSONAL] for member in shown]
        personal = {text for text in texts(known) if len(text) >= _SHORTEST_SECRET}
        self.client.mask = Mask((*given.secrets, *personal))

    def judged(self) -> list[Answer]:
        """Every answer of the interface; what a proxy said to a hostile request is none."""
        return [a for a in self.client.answers if a.purpose != HOSTILE or documents.error(a)]

    def call(self, where: str, body: Any, *, headers: Headers | None = None) -> Answer:
        """The answer to one of the seven calls, with this JSON body."""
        answer = self.client.send("POST", f"/v1/{where}", json=body, headers=headers, purpose=where)
        self._remember(where, body, answer)
        return answer

    def register(self, data: Any) -> Answer:
        return self.call("member/register", {"newMemberData": data})

    def update(self, member: Any, data: Any) -> Answer:
        return self.call("member/update", {"member": member, "newMemberData": data})

    def details(self, member: Any, headers: Headers | None = None, **more: Any) -> Answer:
        return self.call("member/details", {"member": member, **more}, headers=headers)

    def short_code(self, action: Any, **more: Any) -> Answer:
        return self.call("member/shortCode", {"action": action, **more})

    def submit(
        self, sale: Any, member: Any = None, *, headers: Headers | None = None, **more: Any
    ) -> Answer:
        """The answer to a reported sale; `more` stands beside it in the body."""
        body = {"transaction": sale, **more}
        return self.call(
            "transaction", body if member is None else {"member": member, **body}, headers=headers
        )

    def cancel_sale(self, code: str, **more: Any) -> Answer:
        return self.call("transaction", {"action": "cancel", "confirmationCode": code, **more})

    def pay(
        self,
        member: dict[str, str],
        amount: int,
        *,
        headers: Headers | None = None,
        payment: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Answer:
        """The answer to a payment, with a verification code where the business asks for one."""
        asked = {"action": "pay", "amount": amount, **self._verification(member), **(payment or {})}
        return self.call("payment", {"member": member, "payment": asked, **more}, headers=headers)

    def cancel_payment(
        self, member: Any, code: str, *, headers: Headers | None = None, **more: Any
    ) -> Answer:
        asked = {"action": "cancel", "confirmationCode": code, **more}
        return self.call("payment", {"member": member, "payment": asked}, headers=headers)

    def event(self, member: Any = None, **changes: Any) -> Answer:
        fields = {"type": "visit", "dateTime": "2025-09-02T09:58:11.250Z", **changes}
        body = {"event": fields}
        return self.call("event", body if member is None else {"member": member, **body})

    def person(self) -> Person:
        """Somebody whom the host cannot know."""
        return people.made_up(self.options.phone_prefix)

    def new_member(self, **changes: Any) -> Member:
        """A made-up person, registered. Raises: NotTested if the host registers nobody."""
        person = self.person()
        answer = self.register(person.profile(**changes))
        if not documents.is_success(answer):
            raise NotTested(f"no member could be registered: {documents.message(answer)}")
        shown, id = documents.member(answer), documents.payload(answer).get("memberId")
        return Member(person, documents.text(shown.get("membershipKey")), documents.text(id))

    @property
    def anna(self) -> Member:
        return self.once("anna", self.new_member)

    @property
    def boris(self) -> Member:
        return self.once("boris", self.new_member)

    def need_open_registration(self) -> None:
        """Nothing, if a phone is enough to register. Raises: NotTested if not."""
        if self.options.registration == "strict":
            raise NotTested("the business demands all nine fields")

    def elsewhere(self) -> dict[str, str | None]:
        """The header of another branch. Raises: NotTested if the host does not know it."""
        headers: dict[str, str | None] = {"x-branch-id": self.options.other_branch}
        if documents.code(self.details(self.anna.by_phone, headers)) == "4030001":
            raise NotTested("the other branch is not registered for the key")
        return headers

    def clean_up(self) -> None:
        """Cancels every sale and payment of the run that is still alive, as far as possible."""
        with contextlib.suppress(NoAnswer, NotTested):
            self.take_back_payments()
            for code in list(self._sales):
                self.cancel_sale(code)

    def take_back_payments(self) -> None:
        """Cancels every payment of the run that is still alive."""
        for code, member in list(self._payments.items()):
            self.cancel_payment(member, code)

    def _verification(self, member: dict[str, str]) -> dict[str, str]:
        if self.options.payment_codes == "off":
            return {}
        shown = documents.payload(self.short_code("get", member=member)).get("shortCode")
        return {"verificationCode": shown} if isinstance(shown, str) else {}

    def _remember(self, where: str, body: Any, answer: Answer) -> None:
        code = documents.payload(answer).get("confirmationCode")
        if not documents.is_success(answer) or not isinstance(code, str):
            return
        cancels = "cancel" in (_action(body), _action(body, "transaction"))
        if where == "transaction" and cancels:
            self._sales.pop(code, None)
        elif where == "transaction":
            self._sales[code] = None
        elif _action(body, "payment") == "cancel":
            self._payments.pop(code, None)
        elif where == "payment":
            self._payments[code] = body.get("member")


def sale(**changes: Any) -> dict[str, Any]:
    """A finished sale of one line with an id of its own; None leaves a field out."""
    fields = {
        "transactionId": reference(),
        "openTime": "2025-09-02T10:05:00Z",
        "dateTime": "2025-09-02T10:21:00Z",
        "totalAmount": 2400,
        "totalTaxAmount": 218,
        "totalGeneralDiscount": 0,
        "orderType": "dineIn",
        "items": [line()],
        "meansOfPayment": [{"type": "CASH", "amount": 2400}],
        "tags": ["check"],
        "employee": "Till 2",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def line(**changes: Any) -> dict[str, Any]:
    """One line of a basket; None leaves a field out."""
    fields = {
        "lineId": "1",
        "code": "TEA01",
        "name": "Tea",
        "departmentCode": "HOT",
        "departmentName": "Hot drinks",
        "quantity": 2,
        "grossAmount": 2400,
        "netAmount": 2400,
        "action": "sale",
        "tags": [],
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def one_line(net: int, **changes: Any) -> list[dict[str, Any]]:
    """The items of a sale worth this much."""
    return [line(grossAmount=net, netAmount=net, **changes)]


def _action(body: Any, part: str | None = None) -> Any:
    holder = body.get(part) if part and isinstance(body, dict) else body
    return holder.get("action") if isinstance(holder, dict) else None
