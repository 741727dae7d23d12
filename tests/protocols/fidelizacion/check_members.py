"""The business behind a small, conforming host, and its calls about members."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.protocols.fidelizacion.check_fields import CONSENTS, IDENTIFIERS, Fields, Refusal

ASSET_PHONE, INACTIVE_PHONE, RICH_PHONE = "612000001", "612000002", "612000003"
RICH_NAME = "Genoveva"
_TAKEN = "Member already exists with the same {}!"


@dataclass
class Member:
    id: int
    profile: dict[str, Any]
    active: bool = True
    key: str = field(default_factory=lambda: str(uuid4()))
    points: int = 0
    credit: int = 0
    assets: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"mem_{self.id}"


@dataclass
class Sale:
    content: Any
    member: Member | None
    id: str
    total: int
    earned: int
    used: list[str]
    answer: dict[str, Any]
    code: str = field(default_factory=lambda: str(uuid4()))
    cancelled: bool = False


@dataclass
class Payment:
    member: Member
    amount: int
    sale: tuple[str, str] | None
    code: str = field(default_factory=lambda: str(uuid4()))
    cancelled: bool = False


@dataclass
class Code:
    text: str
    member: Member
    tries: int = 0


class Business:
    """What one API key opens."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.sales: dict[tuple[str, str], Sale] = {}
        self.payments: list[Payment] = []
        self.codes: list[Code] = []
        self.made = 0
        consents = dict.fromkeys(CONSENTS, True)
        for phone in (ASSET_PHONE, INACTIVE_PHONE, RICH_PHONE):
            named = {"phoneNumber": phone, "firstName": RICH_NAME, **consents}
            self.members.append(Member(len(self.members), named))
        self.members[0].assets = {"as_91": "active", "as_92": "expired"}
        self.members[1].active = False
        self.members[2].points = 5000


class Members(Fields):
    """The calls about members; what is wrong is refused before anything changes."""

    strict = False

    # Members.

    def find(self, shop: Business, name: str, value: str) -> Member | None:
        for member in shop.members:
            own = member.key if name == "membershipKey" else member.profile.get(name, "")
            if self.alike(name, own, value):
                return member
        return None

    def alike(self, name: str, own: str, value: str) -> bool:
        if name in ("membershipKey", "email"):
            return own.lower() == value.lower()
        return own == value

    def identify(self, shop: Business, given: dict[str, str]) -> Member:
        ordered = [name for name in IDENTIFIERS if name in given]
        found = [self.find(shop, name, given[name]) for name in ordered]
        members = {member.id: member for member in found if member}
        if len(members) > 1:
            self.refuse("4001102")
        if not members:
            self.refuse("203", f"body.member.{ordered[0]}")
        return next(iter(members.values()))

    def top(self, body: dict[str, Any], *needed: str, **optional: str) -> dict[str, Any]:
        """The top-level fields, looked at before what is within them."""
        return {
            **{name: self.get(body, name, "object", "body", needed=True) for name in needed},
            **{name: self.get(body, name, kind, "body") for name, kind in optional.items()},
        }

    def register(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        wrapped = isinstance(body.get("newMemberData"), dict)
        path = "body.newMemberData" if wrapped else "body"
        data = self.profile(body["newMemberData"] if wrapped else body, path)
        if "phoneNumber" not in data and "email" not in data:
            self.wrong(f"{path}.phoneNumber", "is required")
        if self.strict:
            self.need_all_nine(data, path)
        self.refuse_taken(shop, data)
        member = Member(len(shop.members), {**dict.fromkeys(CONSENTS, False), **data})
        shop.members.append(member)
        return {"member": self.as_stored(member), "memberId": member.name}, None

    def need_all_nine(self, data: dict[str, Any], path: str) -> None:
        for name in ("phoneNumber", "email", "firstName", "lastName", *CONSENTS, "birthday"):
            if name not in data:
                self.wrong(f"{path}.{name}", "is required")

    def refuse_taken(self, shop: Business, data: dict[str, Any], own: Any = None) -> None:
        for name, what in (("phoneNumber", "phone number"), ("email", "email")):
            if name in data and self.find(shop, name, data[name]) not in (None, own):
                raise Refusal("204", _TAKEN.format(what))
        if "externalId" in data and self.find(shop, "externalId", data["externalId"]) not in (
            None,
            own,
        ):
            raise Refusal("204", _TAKEN.format("phone number"))

    def as_stored(self, member: Member) -> dict[str, Any]:
        return {**member.profile, "membershipKey": member.key}

    def update(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        top = self.top(body, "member", "newMemberData")
        given = self.identifiers(top["member"])
        data = self.profile(top["newMemberData"], "body.newMemberData")
        if not data:
            self.wrong("body.newMemberData", "must have at least 1 key")
        member = self.identify(shop, given)
        self.refuse_taken(shop, data, member)
        member.profile.update(data)
        answer = {"memberId": member.name, "member": self.as_stored(member)}
        return answer, "Member updated successfully"

    def details(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        top = self.top(body, "member", transaction="object", usedAssets="array")
        given = self.identifiers(top["member"], short_code=True)
        sale = None if top["transaction"] is None else self.sale(top["transaction"])
        used = self.used(body)
        member = self.known_or_coded(shop, given)
        data = {"member": self.shown(shop, member, headers)}
        if self.header(headers, "x-return-benefits").lower() == "true":
            data |= self.preview(member, sale, used)
        return data, None

    def known_or_coded(self, shop: Business, given: dict[str, str]) -> Member:
        text = given.pop("shortCode", None)
        if text is None:
            return self.identify(shop, given)
        if not given:
            member = self.use_code(shop, text, None)
            if member is None:
                self.refuse("203", "body.member.shortCode")
            return member
        member = self.identify(shop, given)
        if self.use_code(shop, text, member) is None:
            self.refuse("4007004")
        return member

    def shown(self, shop: Business, member: Member, headers: Any) -> dict[str, Any]:
        sales = [s for s in shop.sales.values() if s.member is member and not s.cancelled]
        shown = {
            **member.profile,
            "status": "active" if member.active else "inactive",
            "visit": sum(sale.total >= 0 for sale in sales),
            "totalSpent": sum(sale.total for sale in sales),
            "membershipKey": member.key,
            **self.balances(member),
            "assets": self.assets(member, self.header(headers, "x-return-assets") or "active"),
        }
        if "birthday" in shown:
            shown["birthday"] = f"{shown['birthday']}T00:00:00.000Z"
        return shown

    def balances(self, member: Member) -> dict[str, int]:
        return {"points": member.points, "credit": member.credit}

    def assets(self, member: Member, wanted: str) -> list[dict[str, Any]]:
        every = [self.asset(key, status) for key, status in member.assets.items()]
        keep = {"all": lambda s: True, "active": lambda s: s == "active"}
        return [a for a in every if keep.get(wanted, lambda s: s != "active")(a["status"])]

    def asset(self, key: str, status: str) -> dict[str, Any]:
        shown = {"key": key, "name": "Free tea", "status": status, "redeemable": status == "active"}
        return shown if status == "active" else {**shown, "nonRedeemableCause": self.cause()}

    def cause(self) -> dict[str, str]:
        return {"code": "5523", "message": "Violation of asset conditions (no benefits)"}

    def preview(self, member: Member, sale: Any, used: list[str]) -> dict[str, Any]:
        """A tenth off every basket, and each usable asset takes another 100."""
        basket = sale["total"] if sale else 0
        deals = [self.deal("PROMOTION", basket // 10, "deal_7")] if basket else []
        assets = [self.asset_in_preview(member, key) for key in used]
        discounts = [*deals, *(asset["discount"] for asset in assets if "discount" in asset)]
        total = min(sum(deal["amount"] for deal in discounts), basket)
        return {"appliedDeals": deals, "usedAssets": assets, "totalDiscount": total}

    def deal(self, kind: str, amount: int, source: str) -> dict[str, Any]:
        return {"type": kind, "amount": amount, "reason": "Morning", "sourceId": source}

    def asset_in_preview(self, member: Member, key: str) -> dict[str, Any]:
        if member.assets.get(key) != "active":
            return {"key": key, "redeemable": False, "nonRedeemableCause": self.cause()}
        discount = self.deal("LOYALTY", 100, key)
        return {"key": key, "name": "Free tea", "redeemable": True, "discount": discount}

    # Codes.

    def short_code(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        action = self.choice(body, ("send", "get", "verify"), "body")
        self.top(body, *(() if action == "verify" else ("member",)), member="object")
        given = self.short_code_member(body["member"]) if body.get("member") else None
        if action == "verify":
            return self.verify(shop, self.code_given(body), given), None
        member = self.identify(shop, given or {})
        if action == "send":
            self.new_code(shop, member)
            return {}, None
        live = [code for code in shop.codes if code.member is member]
        code = live[0] if live else self.new_code(shop, member)
        return {"shortCode": code.text, "expiresAt": self.expiry()}, None

    def code_given(self, body: dict[str, Any]) -> str:
        for name in ("shortCode", "code", "verificationCode"):
            if body.get(name) is not None:
                return self.text(body[name], f"body.{name}")
        return self.wrong("body.shortCode", "is required")

    def expiry(self) -> str:
        return (datetime.now(UTC) + timedelta(seconds=300)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def new_code(self, shop: Business, member: Member) -> Code:
        shop.codes[:] = [code for code in shop.codes if code.member is not member]
        shop.made += 1
        shop.codes.append(Code(f"{shop.made * 7919 % 10_000:04}", member))
        return shop.codes[-1]

    def verify(self, shop: Business, text: str, given: dict[str, str] | None) -> dict[str, Any]:
        wanted = self.identify(shop, given) if given else None
        member = self.use_code(shop, text, wanted)
        if member is None:
            self.refuse("4007004")
        return {"verified": True, "member": {"membershipKey": member.key}}

    def use_code(self, shop: Business, text: str, member: Member | None) -> Member | None:
        for code in [c for c in shop.codes if member in (None, c.member)]:
            if code.text == text:
                self.end_code(shop, code)
                return code.member
            if member:
                code.tries += 1
                if code.tries >= 5:
                    shop.codes.remove(code)
        return None

    def end_code(self, shop: Business, code: Code) -> None:
        shop.codes.remove(code)

    # Events.

    def event_call(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        top = self.top(body, "event", member="object")
        given = self.identifiers(top["member"]) if top["member"] is not None else None
        self.event(top["event"])
        if given:
            self.identify(shop, given)
        return {}, None

    def header(self, headers: Any, name: str) -> str:
        return (headers.get(name) or "").strip()
