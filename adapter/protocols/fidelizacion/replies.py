"""The shape of what terminals are answered (2, 4.3, 4.4, 5)."""

from __future__ import annotations

from functools import cache
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from adapter.core.benefits import Standing

_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?Z$"
_MIDNIGHT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00\.000Z$"
_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_PATH = r"^(body|headers)(\.[^.]+)*$"


def _told(says: str, **options: Any) -> dict[str, Any]:
    return {"required": True, "metadata": {"description": says}} | options


def _maybe(says: str, **options: Any) -> dict[str, Any]:
    return _told(says, required=False) | options


class Reply(Schema):
    """An object that holds what is told of it here, and nothing else."""

    class Meta:
        unknown = RAISE


class Consents(Reply):
    """8.1: what a member agreed to."""

    allowedSMS = fields.Boolean(**_told("Whether SMS may be sent."))
    allowedEmail = fields.Boolean(**_told("Whether e-mail may be sent."))
    termsOfUse = fields.Boolean(**_told("Whether they accepted the terms."))
    gdpr = fields.Boolean(**_told("Whether their data may be processed."))


class MemberShown(Consents):
    """4.2 as 5.1 and 5.2 answer it: what is known of a person."""

    phoneNumber = fields.String(**_maybe("As a terminal wrote it."))
    email = fields.String(**_maybe("E-mail address."))
    firstName = fields.String(**_maybe("First name."))
    lastName = fields.String(**_maybe("Last name."))
    birthday = fields.String(**_maybe("`1988-04-09`.", validate=validate.Regexp(_DAY)))
    externalId = fields.String(**_maybe("An outside reference."))
    membershipKey = fields.String(
        **_told("Key we gave the member.", validate=validate.Regexp(_UUID))
    )


class MemberWritten(Reply):
    """5.1, 5.2: the member after it."""

    memberId = fields.String(
        **_told("A name nobody can identify by.", validate=validate.Regexp("^mem_[0-9a-f]+$"))
    )
    member = fields.Nested(MemberShown, required=True)


class Cause(Reply):
    """4.4: why an asset is of no use now."""

    code = fields.String(**_told("Of the list of codes, or `5523`."))
    message = fields.String(**_told("For people."))


class AssetShown(Reply):
    """4.4: a gift, a voucher."""

    key = fields.String(**_told("By which it is used."))
    name = fields.String(**_told("What it is called."))
    description = fields.String(**_maybe("More of it."))
    image = fields.String(**_maybe("Address of a picture."))
    status = fields.String(
        **_told("Its state.", validate=validate.OneOf([each.value for each in Standing]))
    )
    validFrom = fields.String(**_maybe("UTC.", validate=validate.Regexp(_INSTANT)))
    validUntil = fields.String(**_maybe("UTC.", validate=validate.Regexp(_INSTANT)))
    redeemable = fields.Boolean(**_told("Whether it can be used now, or for this basket."))
    nonRedeemableCause = fields.Nested(Cause)


class ProfileShown(Consents):
    """4.3: the person, what they have, and how often they came."""

    status = fields.String(**_told("Or not.", validate=validate.OneOf(["active", "inactive"])))
    firstName = fields.String(**_maybe("First name."))
    lastName = fields.String(**_maybe("Last name."))
    phoneNumber = fields.String(**_maybe("As a terminal wrote it."))
    email = fields.String(**_maybe("E-mail address."))
    birthday = fields.String(**_maybe("Midnight of it.", validate=validate.Regexp(_MIDNIGHT)))
    visit = fields.Integer(**_told("Sales that were not cancelled."))
    totalSpent = fields.Integer(**_told("Cents of those sales."))
    membershipKey = fields.String(
        **_told("Key we gave the member.", validate=validate.Regexp(_UUID))
    )
    points = fields.Integer(**_told("Hundredths of points that can be spent (3.1)."))
    credit = fields.Integer(**_told("Cents of credit that can be spent."))
    externalId = fields.String(**_maybe("An outside reference."))
    assets = fields.List(
        fields.Nested(AssetShown), **_told("As `x-return-assets` selects them; may be empty.")
    )


class Discount(Reply):
    """4.10: what something takes off."""

    type = fields.String(**_told("`PROMOTION` or `LOYALTY`."))
    reason = fields.String(**_told("What it is called."))
    amount = fields.Integer(**_told("Cents, not below zero.", validate=validate.Range(min=0)))
    sourceId = fields.String(**_told("Code of the deal, or key of the asset."))


class AssetPreviewed(Reply):
    """5.3: what an asset would take off a basket."""

    key = fields.String(**_told("By which it was asked for."))
    name = fields.String(**_maybe("What it is called."))
    redeemable = fields.Boolean(**_told("Whether it can be used for this basket."))
    nonRedeemableCause = fields.Nested(Cause)
    discount = fields.Nested(Discount)


class DetailsShown(Reply):
    """5.3: who it is; with `x-return-benefits: true` also what a basket would get."""

    member = fields.Nested(ProfileShown, required=True)
    appliedDeals = fields.List(fields.Nested(Discount), **_maybe("Deals for this basket."))
    usedAssets = fields.List(fields.Nested(AssetPreviewed), **_maybe("Each asset asked for."))
    totalDiscount = fields.Integer(**_maybe("Cents of all of them, never more than the basket."))


class Nothing(Reply):
    """There is nothing to tell."""


class CodeShown(Reply):
    """5.4, `get`: a live code."""

    shortCode = fields.String(**_told("4 to 8 digits.", validate=validate.Regexp("^[0-9]{4,8}$")))
    expiresAt = fields.String(**_told("UTC.", validate=validate.Regexp(_INSTANT)))


class Holder(Reply):
    """5.4: whose code it was."""

    membershipKey = fields.String(**_told("Key of the member.", validate=validate.Regexp(_UUID)))


class CodeVerified(Reply):
    """5.4, `verify`: whose code it was, which is used up now."""

    verified = fields.Boolean(**_told("Always true."))
    member = fields.Nested(Holder, required=True)


class Balances(Reply):
    """What is available."""

    points = fields.Integer(**_told("Hundredths of points (3.1)."))
    credit = fields.Integer(**_told("Cents."))


class PaymentDone(Reply):
    """5.5: what was paid, or given back."""

    confirmationCode = fields.String(
        **_told("By which the payment is cancelled.", validate=validate.Regexp(_UUID))
    )
    newBalance = fields.Nested(Balances, required=True)
    type = fields.String(**_told("Which balance.", validate=validate.OneOf(["POINTS", "CREDIT"])))
    amount = fields.Integer(**_told("Cents; below zero where it was cancelled."))


class SaleDone(Reply):
    """5.6: what a sale brought a member, or took back; balances only where there is a member."""

    confirmationCode = fields.String(
        **_told("By which the sale is cancelled.", validate=validate.Regexp(_UUID))
    )
    transactionId = fields.String(**_told("As it was sent."))
    earnedPoints = fields.Integer(**_maybe("Hundredths of points; below zero if taken back."))
    newBalance = fields.Nested(Balances)


def envelope(*kinds: type[Schema], message: str = "") -> tuple[type[Schema], ...]:
    """The shapes of successes with such payloads: under `data`, and again at the top (2.1)."""
    return tuple(_envelope(kind, message) for kind in kinds)


@cache
def _envelope(kind: type[Schema], message: str) -> type[Schema]:
    status = fields.String(**_told("Always `success`.", validate=validate.OneOf(["success"])))
    said = fields.String(**_told("For people.", validate=validate.OneOf([message])))
    top: dict[str, Any] = {"status": status} | ({"message": said} if message else {})
    data = fields.Nested(kind, **_told("The payload, which is repeated at the top."))
    name = f"{kind.__name__}Success{'WithMessage' if message else ''}"
    return Reply.from_dict(top | {"data": data} | kind().fields, name=name)


class Error(Reply):
    """2.2: what is wrong."""

    message = fields.String(**_told("For people."))
    path = fields.String(
        **_maybe("The one field that is to blame.", validate=validate.Regexp(_PATH))
    )


def refusal(name: str, codes: list[Any]) -> type[Schema]:
    """The shape of a refusal that has one of these codes (2.2)."""
    code = fields.String(**_told("A text, always (9).", validate=validate.OneOf(codes)))
    kind: Any = Error.from_dict({"code": code}, name=f"{name}Error")
    status = fields.String(**_told("Always `error`.", validate=validate.OneOf(["error"])))
    told = {"status": status, "error": fields.Nested(kind, **_told("What is wrong."))}
    return Reply.from_dict(told, name=name)
