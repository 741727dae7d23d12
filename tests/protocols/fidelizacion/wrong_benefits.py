"""Hosts which get assets, deals or the preview wrong, one thing each."""

from __future__ import annotations

from typing import Any

from tests.checks.hosts import collection
from tests.protocols.fidelizacion.check_fields import Refusal
from tests.protocols.fidelizacion.check_host import Host
from tests.protocols.fidelizacion.check_members import Business, Member, Sale

WRONG, breaks = collection()

# Assets, deals and the preview.


@breaks("4.4a")
class AssetsWithoutNames(Host):
    def asset(self, key: str, status: str) -> dict[str, Any]:
        return {**super().asset(key, status), "name": ""}


@breaks("4.4a")
class AssetsInCapitals(Host):
    alone = True

    def asset(self, key: str, status: str) -> dict[str, Any]:
        return {**super().asset(key, status), "status": status.upper()}


@breaks("4.4b")
class AssetsUnfiltered(Host):
    def assets(self, member: Member, wanted: str) -> list[dict[str, Any]]:
        return super().assets(member, "all")


@breaks("4.5a")
class AssetsWithoutKeys(Host):
    def used(self, body: dict[str, Any]) -> list[str]:
        try:
            return super().used(body)
        except Refusal as refusal:
            if "key" in str(refusal):
                return []
            raise


@breaks("4.5b 5.6j 5.6l 5.6m 9.8")
class AssetsByKeyOnly(Host):
    def used(self, body: dict[str, Any]) -> list[str]:
        assets = body.get("usedAssets")
        if isinstance(assets, list) and any(isinstance(asset, str) for asset in assets):
            self.wrong("body.usedAssets.0", "must be an object")
        return super().used(body)


@breaks("4.5b 4.10c")
class AssetsWithinIgnored(Host):
    def beside_and_within(self, body: dict[str, Any], name: str) -> Any:
        return super().beside_and_within(body, name)[:1]


@breaks("4.5c")
class NoEmptyAssets(Host):
    def used(self, body: dict[str, Any]) -> list[str]:
        if (body.get("transaction") or {}).get("usedAssets") == []:
            self.wrong("body.transaction.usedAssets", "must not be empty")
        return super().used(body)


@breaks("5.6l 5.6m")
class AssetsOfAnybody(Host):
    alone = True

    def usable(self, member: Member, key: str) -> None:
        if key != "as_91":
            super().usable(member, key)


@breaks("5.6l")
class AssetsUsedTwice(Host):
    def usable(self, member: Member, key: str) -> None:
        if key not in member.assets:
            self.refuse("4008101")


@breaks("5.6l")
class AssetsStayUsed(Host):
    def take_back(self, shop: Business, sale: Sale) -> None:
        sale.used = []
        super().take_back(shop, sale)


@breaks("4.5b")
class UnknownAssetsStored(Host):
    def store(self, shop: Business, key: Any, content: Any, member: Any, used: list[str]) -> Any:
        if member and used and used[0] not in member.assets:
            super().store(shop, key, content, member, [])
            self.refuse("4008101")
        return super().store(shop, key, content, member, used)


@breaks("5.6j")
class AssetsOfNobody(Host):
    def wrong(self, path: str, says: str) -> Any:
        if (path, says) == ("body.member", "is required") and self.with_assets:
            self.refuse("4008101")
        super().wrong(path, says)

    with_assets = False

    def used(self, body: dict[str, Any]) -> list[str]:
        keys = super().used(body)
        self.with_assets = bool(keys)
        return keys


@breaks("5.3c")
class PreviewUnasked(Host):
    def header(self, headers: Any, name: str) -> str:
        return super().header(headers, name) or ("true" if name == "x-return-benefits" else "")


@breaks("5.3d")
class NoEmptyPreview(Host):
    def preview(self, member: Member, sale: Any, used: list[str]) -> dict[str, Any]:
        return super().preview(member, sale, used) if sale else {}


@breaks("5.3e")
class WrongSum(Host):
    def preview(self, member: Member, sale: Any, used: list[str]) -> dict[str, Any]:
        shown = super().preview(member, sale, used)
        return {**shown, "totalDiscount": shown["totalDiscount"] + 1 if sale else 0}


@breaks("3.1d")
class NegativeDiscounts(Host):
    def preview(self, member: Member, sale: Any, used: list[str]) -> dict[str, Any]:
        shown = super().preview(member, sale, used)
        deals = [{**deal, "amount": -deal["amount"]} for deal in shown["appliedDeals"]]
        return {**shown, "appliedDeals": deals, "totalDiscount": -shown["totalDiscount"]}


@breaks("5.3f")
class UnusableIsAnError(Host):
    def asset_in_preview(self, member: Member, key: str) -> dict[str, Any]:
        if key not in member.assets:
            self.refuse("4008101")
        return super().asset_in_preview(member, key)


@breaks("5.3f")
class NoCause(Host):
    def asset_in_preview(self, member: Member, key: str) -> dict[str, Any]:
        shown = super().asset_in_preview(member, key)
        shown.pop("nonRedeemableCause", None)
        return shown


@breaks("5.3g")
class AssetDiscountUnnamed(Host):
    def deal(self, kind: str, amount: int, source: str) -> dict[str, Any]:
        shown = super().deal(kind, amount, source)
        return {**shown, "sourceId": "?"} if kind == "LOYALTY" else shown


@breaks("5.3b")
class PreviewIsASale(Host):
    def details(self, shop: Business, body: dict[str, Any], headers: Any) -> Any:
        answer = super().details(shop, body, headers)
        if body.get("transaction"):
            self.transaction(shop, {**body, "usedAssets": []}, headers)
        return answer


@breaks("4.10c")
class KnownDealsOnly(Host):
    def deals(self, body: dict[str, Any]) -> list[Any]:
        found = super().deals(body)
        for kind, *_ in found:
            if kind not in ("LOYALTY", "PROMOTION", "MANUAL"):
                self.wrong("body.appliedDeals.2.type", "must be one of [LOYALTY, PROMOTION]")
        return found


@breaks("4.6a 4.10b")
class NegativeDeals(Host):
    def not_negative(self, value: Any, path: str) -> int:
        return self.whole(value, path)


@breaks("3.4a 3.4b 4.10a 4.10b 4.10c")
class AnyDeals(Host):
    def deals(self, body: dict[str, Any]) -> list[Any]:
        return [repr(deals) for _, deals in self.beside_and_within(body, "appliedDeals")]
