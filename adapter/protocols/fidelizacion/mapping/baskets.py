"""Baskets: what was sold, and how it was paid, in our words (4.5 to 4.10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from adapter.core.transactions import Item, Sale, Tender
from adapter.protocols.fidelizacion.mapping import known

SALE, RETURN = "sale", "return"
# 4.8: tenders that are this program's own, compared without case.
LOYALTY_TENDERS = ("points", "credit")

Given = Mapping[str, Any]


def sale(call: Given) -> Sale:
    """The sale of a call, with the deals and the assets that stand beside it and within (5.6)."""
    given = call["transaction"]
    opened_at, closed_at = given.get("opened_at"), given.get("closed_at")
    deals = (*call.get("applied_deals", ()), *given["applied_deals"])
    return Sale(
        reference=given["reference"],
        occurred_at=closed_at or opened_at,
        opened_at=opened_at,
        total_minor=given["total"],
        tax_minor=given["tax"],
        discount_minor=given["discount"],
        items=[_item(line) for line in given["items"]],
        tenders=[_tender(tender) for tender in given["tenders"]],
        tags=given["tags"],
        related_reference=given.get("related_reference"),
        reported_deals=[_deal(deal) for deal in deals],
        vendor_data=_vendor_data(given, (*call["used_assets"], *given["used_assets"])),
    )


def used_assets(given: Given) -> dict[str, str]:
    """The keys or codes of the assets a call uses, each once, and where it stands (4.5)."""
    found: dict[str, str] = {}
    within = given.get("transaction", {}).get("used_assets", ())
    for path, assets in (("body", given["used_assets"]), ("body.transaction", within)):
        for number, asset in enumerate(assets):
            found.setdefault(_name(asset), f"{path}.usedAssets.{number}")
    return found


def _name(asset: Given) -> str:
    text: str = asset.get("key") or asset["code"]
    return text


def _item(line: Given) -> Item:
    # 5.6: goods that come back count below zero, whatever sign they carry.
    back = line.get("action") == RETURN
    net, gross = line["net_amount"], line.get("gross_amount")
    return Item(
        reference=line["line_id"],
        code=line["code"],
        name=line.get("name", ""),
        department=line.get("department_code", ""),
        department_name=line.get("department_name", ""),
        quantity=line["quantity"],
        net_minor=-abs(net) if back else net,
        gross_minor=-abs(gross) if back and gross is not None else gross,
        tags=tuple(line.get("tags", ())),
    )


def _tender(tender: Given) -> Tender:
    is_loyalty = tender["type"].strip().lower() in LOYALTY_TENDERS
    return Tender(tender["type"], tender["amount"], is_loyalty)


def _deal(deal: Given) -> dict[str, Any]:
    return known(
        kind=deal["type"],
        amount_minor=deal["amount"],
        reason=deal.get("reason"),
        source=deal.get("source_id"),
    )


def _vendor_data(given: Given, assets: Iterable[Given]) -> dict[str, Any]:
    """What is kept because it was said, and means nothing to us."""
    actions = {line["line_id"]: line.get("action", SALE) for line in given["items"]}
    unusual = {line: action for line, action in actions.items() if action not in (SALE, RETURN)}
    applied = {_name(a): a["applied_amount"] for a in assets if "applied_amount" in a}
    return known(
        order_type=given.get("order_type"),
        employee=given.get("employee"),
        actions=unusual or None,
        applied_amounts=applied or None,
    )
