"""Sections 4.4, 4.5, 4.10 and the preview of 5.3: assets and deals."""

from __future__ import annotations

from typing import Any

from adapter.checks import Answer, NotTested
from adapter.checks.people import reference
from adapter.checks.wire import objects
from adapter.protocols.fidelizacion.check import documents, expect
from adapter.protocols.fidelizacion.check.play import Play, sale
from adapter.protocols.fidelizacion.check.selling import code_of, counted
from adapter.protocols.fidelizacion.check.transport import same_sale
from adapter.protocols.fidelizacion.check.values import read_alike

_STANDINGS = ("active", "redeemed", "expired", "deactivated", "future")
_PREVIEW = ("appliedDeals", "usedAssets", "totalDiscount")
_SHOW: dict[str, str | None] = {"x-return-benefits": "true"}


# The preview.


def no_preview_unasked(play: Play) -> None:
    for headers in (None, {"x-return-benefits": "false"}):
        answer = play.details(play.anna.by_phone, headers, transaction=sale())
        found = [name for name in _PREVIEW if name in expect.success(answer)]
        if found:
            expect.fail(answer, f"{', '.join(found)} without x-return-benefits")


def empty_preview(play: Play) -> None:
    answer = play.details(play.anna.by_phone, _SHOW)
    expect.success(answer)
    wanted = {"appliedDeals": [], "usedAssets": [], "totalDiscount": 0}
    expect.fields(answer, documents.payload(answer), wanted)


def preview(play: Play) -> str:
    """The sum is that of the parts, and never more than the basket."""
    answer = play.details(play.anna.by_phone, _SHOW, transaction=sale())
    data = expect.success(answer)
    missing = [name for name in _PREVIEW if name not in data]
    if missing:
        expect.fail(answer, f"no {', '.join(missing)}")
    deals = objects(data["appliedDeals"])
    for deal in deals:
        expect.fields(answer, deal, {"type": "PROMOTION"})
        if not documents.text(deal.get("sourceId")):
            expect.fail(answer, "a deal without its sourceId")
    amounts = [deal.get("amount") for deal in deals]
    if not all(documents.is_whole(amount) for amount in amounts):
        expect.fail(answer, "a deal without its amount")
    total = min(sum(amount for amount in amounts if amount), 2400)
    expect.same(answer, "totalDiscount", data["totalDiscount"], total)
    return f"{len(deals)} deals"


def unusable_in_preview(play: Play) -> None:
    """No error: it is shown as not redeemable, with the cause."""
    key = reference()
    used = [{"key": key}]
    answer = play.details(play.anna.by_phone, _SHOW, transaction=sale(), usedAssets=used)
    entries = objects(expect.success(answer).get("usedAssets"))
    if len(entries) != 1:
        expect.fail(answer, f"{len(entries)} entries for one asset")
    expect.fields(answer, entries[0], {"key": key, "redeemable": False})
    _expect_cause(answer, entries[0])


def _expect_cause(answer: Answer, entry: dict[str, Any]) -> None:
    cause = entry.get("nonRedeemableCause")
    known = isinstance(cause, dict) and {"code", "message"} <= cause.keys()
    if not known:
        expect.fail(answer, f"nonRedeemableCause is {cause!r}")


def only_reads(play: Play) -> None:
    """A preview changes nothing, and its sale may still come."""
    member, told = play.new_member(), sale()
    for _ in range(2):
        expect.success(play.details(member.by_phone, _SHOW, transaction=told))
    counted(play, member, 0, 0)
    code_of(play.submit({**told, "totalAmount": 2500}, member.by_phone))


# Deals as reported.


def reported_deals(play: Play) -> None:
    """Beside the sale or within it; kinds are an open list."""
    deals = [
        {"type": "LOYALTY", "amount": 0, "sourceId": "as_1"},
        {"type": "PROMOTION", "amount": 240, "reason": "Morning 10%"},
        {"type": "Staff", "amount": 1},
    ]
    told = sale()
    first = expect.success(play.submit(told, appliedDeals=deals))
    same_sale(play.submit({**told, "appliedDeals": deals}), first)


# Assets of members who have none.


def unknown_asset(play: Play) -> str:
    """In each form in which an asset may be named; and then nothing is stored."""
    member, told = play.new_member(), sale()
    key = reference()
    forms: tuple[Any, ...] = (
        key,
        {"key": key},
        {"assetId": key},
        {"id": key},
        {"code": key},
        {"key": key, "lineId": "1", "name": "Tea", "appliedAmount": 100},
    )
    for used in forms:
        expect.refused(play.submit(told, member.by_phone, usedAssets=[used]), "4008101")
        within = {**told, "usedAssets": [used]}
        expect.refused(play.submit(within, member.by_phone), "4008101")
    counted(play, member, 0, 0)
    code_of(play.submit(told, member.by_phone))
    return f"{len(forms)} forms"


def no_assets_used(play: Play) -> None:
    told = sale()
    read_alike(play, told, {**told, "usedAssets": [], "appliedDeals": []})


# Assets of the member we were told about.


def asset_fault(answer: Answer) -> str | None:
    """What an asset must have, in each answer that shows some."""
    for asset in documents.assets(answer):
        if not documents.text(asset.get("key")) or not documents.text(asset.get("name")):
            return "an asset without its key or name"
        if asset.get("status") not in _STANDINGS:
            return f"an asset's status is {asset.get('status')!r}"
        if not isinstance(asset.get("redeemable"), bool):
            return f"redeemable is {asset.get('redeemable')!r}"
        if asset["redeemable"] == ("nonRedeemableCause" in asset):
            return "nonRedeemableCause is for what is not redeemable, and only for it"
    return None


def asset_shape(play: Play) -> str:
    answers = [_assets(play, word)[0] for word in ("all", None)]
    for answer in answers:
        fault = asset_fault(answer)
        if fault:
            expect.fail(answer, fault)
    return f"{len(documents.assets(answers[0]))} assets"


def assets_by_header(play: Play) -> str:
    """`active` is what comes unasked, `inactive` is all the rest."""
    (_, active), (_, unasked) = _assets(play, "active"), _assets(play, None)
    (rest, inactive), (whole, every) = _assets(play, "inactive"), _assets(play, "all")
    if any(asset.get("status") == "active" for asset in inactive.values()):
        expect.fail(rest, "an active asset among the inactive ones")
    expect.same(whole, "the number of all assets", len(every), len(active) + len(inactive))
    expect.same(whole, "what comes unasked", sorted(unasked), sorted(active))
    return f"{len(active)} active, {len(inactive)} inactive"


def asset_is_used_once(play: Play) -> str:
    """Used by a sale, refused to the next, and given back when the sale is cancelled."""
    member, key = _holder(play), _usable(play)
    told, used = sale(), [{"key": key}]
    first = play.submit(told, member, usedAssets=used)
    code = code_of(first)
    try:
        spent, assets = _assets(play, "all")
        expect.same(spent, "status", assets.get(key, {}).get("status"), "redeemed")
        same_sale(play.submit(told, member, usedAssets=[key]), {"confirmationCode": code})
        expect.refused(play.submit(sale(), member, usedAssets=used), "4008102")
    finally:
        play.cancel_sale(code)
    back, assets = _assets(play, "active")
    expect.same(back, "status", assets.get(key, {}).get("status"), "active")
    return "used, refused, given back"


def asset_in_preview(play: Play) -> None:
    key = _usable(play)
    answer = play.details(_holder(play), _SHOW, transaction=sale(), usedAssets=[{"key": key}])
    entries = objects(expect.success(answer).get("usedAssets"))
    entry = entries[0] if entries else {}
    expect.fields(answer, entry, {"key": key})
    if entry.get("redeemable") is not True:
        _expect_cause(answer, entry)
        return
    discount = entry.get("discount")
    wanted = {"type": "LOYALTY", "sourceId": key}
    expect.fields(answer, discount if isinstance(discount, dict) else {}, wanted)


def asset_of_another(play: Play) -> None:
    key = _usable(play)
    expect.refused(play.submit(sale(), play.anna.by_phone, usedAssets=[key]), "4008101")


def _holder(play: Play) -> dict[str, str]:
    phone = play.options.member_with_asset
    if not phone:
        raise NotTested("needs a member with an active asset")
    return {"phoneNumber": phone}


def _assets(play: Play, word: str | None) -> tuple[Answer, dict[str, dict[str, Any]]]:
    """The member's assets by key, as this header chooses them."""
    answer = play.details(_holder(play), {"x-return-assets": word})
    expect.success(answer)
    return answer, {str(asset.get("key")): asset for asset in documents.assets(answer)}


def _usable(play: Play) -> str:
    _, assets = _assets(play, "active")
    keys = [key for key, asset in assets.items() if asset.get("redeemable") is True]
    if not keys:
        raise NotTested("the member has no asset that can be used")
    return keys[0]
