"""Sales and the calls that carry one (4.5 to 4.10, 5.3, 5.6)."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import ValidationError, missing, post_load

from adapter.core.amounts import LARGEST_MINOR
from adapter.protocols.fidelizacion.mapping.baskets import RETURN
from adapter.protocols.fidelizacion.schemas.fields import (
    NOT_NEGATIVE,
    Array,
    Choice,
    Instant,
    Number,
    Object,
    Text,
    Whole,
)
from adapter.protocols.fidelizacion.schemas.member import Identifier, IdentifierOrCode
from adapter.protocols.fidelizacion.schemas.strict import Strict
from adapter.web.described import Fragment, says

LONGEST_REFERENCE = 128
LONGEST_NAME = 1000
ACTIONS = ("submit", "cancel")


class UsedAsset(Strict):
    """4.5: an asset by its key, or by the code of a voucher."""

    aliases: ClassVar = {"key": ("assetId", "id")}

    key = Text(unless="code", metadata=says("Key of the member's asset."))
    code = Text(metadata=says("Code of a voucher."))
    applied_amount = Whole(
        data_key="appliedAmount", metadata=says("Cents it took off, as the terminal reckoned.")
    )


class Asset(Object):
    """4.5: the key alone, or an object that holds it."""

    def recognize(self, value: Any) -> None:
        """Refuse what is neither."""
        if not isinstance(value, str):
            super().recognize(value)

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> Any:
        """The asset as an object, in whichever way it came."""
        if isinstance(value, str):
            return {"key": _KEY.deserialize(value)}
        return super().deserialize(value, attr, data, **kwargs)

    @property
    def or_else(self) -> Fragment:
        """The other shape it may have."""
        return _KEY.described() | {"description": "The key alone."}


_KEY = Text()


class Deal(Strict):
    """4.10: a discount as the terminal gave it; what it saves is positive."""

    type = Text(required=True, metadata=says("`LOYALTY`, `PROMOTION`, `MANUAL` or another word."))
    amount = Whole(NOT_NEGATIVE, required=True, metadata=says("Cents it takes off."))
    reason = Text(LONGEST_NAME, metadata=says("Why."))
    source_id = Text(data_key="sourceId", metadata=says("Id of the deal, campaign or asset."))


class Item(Strict):
    """4.7: one line; what it costs is the net amount, or the gross one where that is all."""

    aliases: ClassVar = {"grossAmount": ("subtotal",), "netAmount": ("total",)}

    line_id = Text(data_key="lineId", required=True, metadata=says("Unique within the sale."))
    code = Text(required=True, metadata=says("SKU or PLU."))
    name = Text(LONGEST_NAME, metadata=says("What the goods are called."))
    department_code = Text(data_key="departmentCode", metadata=says("Code of the category."))
    department_name = Text(data_key="departmentName", metadata=says("Name of the category."))
    quantity = Number(required=True, metadata=says("How much; at most 15 decimals."))
    gross_amount = Whole(
        data_key="grossAmount", metadata=says("Cents of the whole line before discounts.")
    )
    net_amount = Whole(
        data_key="netAmount",
        unless="grossAmount",
        metadata=says("Cents of the whole line after discounts."),
    )
    action = Text(metadata=says("`sale`, or `return` where goods come back; others are kept."))
    tags = Array(Text(), metadata=says("Tags."))

    @post_load
    def priced(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The line with a net amount."""
        return {"net_amount": data.get("gross_amount")} | data


class Tender(Strict):
    """4.8: how a part was paid."""

    type = Text(required=True, metadata=says("`CASH`, `POINTS`, `CREDIT` or another word."))
    amount = Whole(required=True, metadata=says("Cents paid in this way."))


class Total(Whole):
    """4.6: below zero only where goods come back."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        whole: int = super()._deserialize(value, attr, data, **kwargs)
        items = data.get("items")
        lines = items if isinstance(items, list) else []
        if whole < 0 and not any(
            isinstance(line, dict) and line.get("action") == RETURN for line in lines
        ):
            raise ValidationError(f"must be {NOT_NEGATIVE}")
        return whole


class Lines(Array):
    """4.6: lines that can be told apart, and whose sum can be reckoned with."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        lines: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        known: set[str] = set()
        total = 0
        for place, line in enumerate(lines):
            total += abs(line["net_amount"])
            if line["line_id"] in known:
                raise ValidationError({place: {"lineId": ["must be unique"]}})
            if total > LARGEST_MINOR:
                raise ValidationError({place: {"netAmount": ["must be a safe number"]}})
            known.add(line["line_id"])
        return lines


class Sale(Strict):
    """4.6: what was sold, and how it was paid."""

    aliases: ClassVar = {
        "meansOfPayment": ("payments",),
        "relatedTransactionId": ("relatedTransaction",),
    }

    reference = Text(
        LONGEST_REFERENCE,
        data_key="transactionId",
        required=True,
        metadata=says("Receipt or order id, by which a repeat is known (7)."),
    )
    opened_at = Instant(data_key="openTime", metadata=says("When it was opened; ISO 8601."))
    closed_at = Instant(
        data_key="dateTime",
        unless="openTime",
        metadata=says("When it was closed; ISO 8601, without a zone UTC."),
    )
    total = Total(
        data_key="totalAmount",
        required=True,
        metadata=says("Cents before discounts; below zero only where goods come back."),
    )
    tax = Whole(data_key="totalTaxAmount", load_default=0, metadata=says("Cents of tax."))
    discount = Whole(
        NOT_NEGATIVE,
        data_key="totalGeneralDiscount",
        load_default=0,
        metadata=says("Cents of discounts that belong to no line."),
    )
    order_type = Text(data_key="orderType", metadata=says("`dineIn`, `delivery` or another word."))
    items = Lines(Object(Item), load_default=list, metadata=says("The lines."))
    tenders = Array(
        Object(Tender),
        data_key="meansOfPayment",
        load_default=list,
        metadata=says("How it was paid; nothing is taken from a balance by it."),
    )
    tags = Array(Text(), load_default=list, metadata=says("Tags."))
    employee = Text(metadata=says("The cashier."))
    related_reference = Text(
        LONGEST_REFERENCE,
        data_key="relatedTransactionId",
        metadata=says("The sale of which goods come back."),
    )
    used_assets = Array(
        Asset(UsedAsset),
        data_key="usedAssets",
        load_default=list,
        metadata=says("As at the top of the body."),
    )
    applied_deals = Array(
        Object(Deal),
        data_key="appliedDeals",
        load_default=list,
        metadata=says("As at the top of the body."),
    )


class Details(Strict):
    """5.3: who it is, and a basket to look at."""

    member = Object(IdentifierOrCode, required=True)
    transaction = Object(Sale, metadata=says("A basket to look at."))
    used_assets = Array(
        Asset(UsedAsset),
        data_key="usedAssets",
        load_default=list,
        metadata=says("Assets of the member that the sale uses."),
    )


class Action(Strict):
    """5.6: whether a sale is reported, which is what is meant by default, or cancelled."""

    action = Choice(
        *ACTIONS, here=("submit",), metadata=says("`submit`, which is meant where it is absent.")
    )


class SubmittedSale(Sale, Action):
    """4.6, with the action in the place where a nested cancellation has it."""


class Buyer(Object):
    """4.1: who bought; nobody need be known, but assets are always somebody's (5.6)."""

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> Any:
        """The member, if there is one."""
        sale = data.get("transaction")
        within = sale.get("usedAssets") if isinstance(sale, dict) else None
        lists = [one for one in (data.get("usedAssets"), within) if isinstance(one, list)]
        if value is missing and any(lists):
            raise self.make_error("required")
        return super().deserialize(value, attr, data, **kwargs)


class Submit(Action):
    """5.6: a finished sale, of a member or of nobody known."""

    member = Buyer(Identifier, metadata=says("Who bought, if that is known."))
    transaction = Object(SubmittedSale, required=True)
    used_assets = Array(
        Asset(UsedAsset),
        data_key="usedAssets",
        load_default=list,
        metadata=says("Assets of the member that the sale uses."),
    )
    applied_deals = Array(
        Object(Deal),
        data_key="appliedDeals",
        load_default=list,
        metadata=says("Discounts as the terminal gave them; kept, not reckoned again."),
    )

    def described(self, document: Fragment) -> Fragment:
        """Its shape: assets are always somebody's."""
        none = {"maxItems": 0}
        nobodys = {"usedAssets": none, "transaction": {"properties": {"usedAssets": none}}}
        found = super().described(document)
        somebodys = {"required": ["member"], "properties": {"member": {"type": "object"}}}
        return found | {"anyOf": [{"properties": nobodys}, somebodys]}


class CancelledSale(Strict):
    """5.6: which sale is cancelled."""

    action = Choice(*ACTIONS, here=("cancel",), required=True, metadata=says("Cancel."))
    confirmation_code = Text(
        data_key="confirmationCode", required=True, metadata=says("Code the sale was answered.")
    )


class Cancel(CancelledSale):
    """5.6: a cancellation with its two keys at the top."""

    member = Object(Identifier, metadata=says("Who bought; the code tells by itself."))


class NestedCancel(Strict):
    """5.6: a cancellation with its two keys inside `transaction`."""

    def described(self, document: Fragment) -> Fragment:
        """Its shape: nothing else is said at the top."""
        found = super().described(document)
        nothing = {"type": "null", "description": "Absent, for it would have to say the same."}
        return found | {"properties": found["properties"] | {"action": nothing}}

    member = Object(Identifier, metadata=says("Who bought; the code tells by itself."))
    transaction = Object(CancelledSale, required=True)
