"""What the request log may keep of these calls as it is: nothing of a person's, and no code that
proves who somebody is.
"""

from adapter.web.masking import names

_SALE = (
    "transactionId openTime dateTime totalAmount totalTaxAmount totalGeneralDiscount orderType"
    " relatedTransactionId relatedTransaction lineId items.code items.name departmentCode"
    " departmentName quantity grossAmount netAmount subtotal items.total action items.tags"
    " transaction.tags meansOfPayment.type payments.type payment.type amount"
    " appliedDeals.type appliedDeals.reason sourceId appliedAmount confirmationCode"
)
_HEADERS = (
    "x-branch-id x-pos-id x-source-type x-source-name x-source-version x-return-assets"
    " x-return-benefits content-type"
)
_CONSENTS = "allowedSMS allowedEmail gdpr termsOfUse"
FIELDS = names(f"{_SALE} {_HEADERS} {_CONSENTS} event.type event.subType")
REPLIES = names(
    "status memberId error.code error.message error.path earnedPoints points credit visit"
    " totalSpent redeemable validFrom validUntil totalDiscount verified data.type .type"
    " discount.type discount.reason nonRedeemableCause.code nonRedeemableCause.message"
    " assets.name usedAssets.name .message"
)
# What a payment or a sale is cancelled by: drawn anew for each that is not a repeat.
FRESH = names("confirmationCode")
