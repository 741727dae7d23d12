"""What the request log may keep of these calls as it is: nothing of a person's, nor a cashier's."""

from adapter.web.masking import names

FIELDS = names(
    "merchantOrderId saleDate total totalOriginal purchases.id parentId productId purchases.name"
    " quantity unit price amount merchantOrderNumber sessionCode parentRefId parentOrderRef points"
    " order_id x-merchant-id x-store-id x-cash-id api-version content-type"
)
REPLIES = names(
    "@type code timestamp field message objectName balance status discount pointsApplied refunded"
    " .id orders.id"
)
FRESH = names("timestamp")  # when a refusal was made
