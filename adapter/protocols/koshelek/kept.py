"""What the request log may keep of these calls as it is: nothing of a person's, and no promo code,
for whoever has it may use it.
"""

from adapter.web.masking import names

FIELDS = names("startDate endDate allow deny content-type")
REPLIES = names(
    "cardState barcodeType total available bonuses.amount validUntil date item amount quantity"
    " location bonuses .code .description id title from to"
)
