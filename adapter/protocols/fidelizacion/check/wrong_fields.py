"""The wrong values of sections 3 to 5, object by object."""

from __future__ import annotations

from adapter.protocols.fidelizacion.check.fields import ABSENT, Bad, bads

_EMPTY = "is not allowed to be empty"
_REQUIRED = "is required"
_STRING, _NUMBER, _BOOLEAN = "must be a string", "must be a number", "must be a boolean"
_ARRAY, _OBJECT, _INTEGER = "must be a array", "must be a object", "must be a integer"
_ISO = "must be in ISO 8601 date format"
_POSITIVE = "must be a positive number"
_LONG = "x" * 200  # longer than any text may be; section 9 has no words for it

FRACTIONS = (
    *bads("transaction", ("transaction.totalAmount", 300.5, _INTEGER)),
    *bads("transaction", ("transaction.items.0.netAmount", 0.5, _INTEGER)),
    *bads("payment", ("payment.amount", 300.5, _INTEGER)),
)
NOT_NUMBERS = (
    *bads(
        "transaction",
        ("transaction.totalAmount", "2400", _NUMBER),
        ("transaction.totalTaxAmount", True, _NUMBER),
        ("transaction.items.0.quantity", "2", _NUMBER),
        ("transaction.items.0.grossAmount", [], _NUMBER),
        ("transaction.meansOfPayment.0.amount", "2400", _NUMBER),
        ("appliedDeals.0.amount", "240", _NUMBER),
    ),
    *bads("payment", ("payment.amount", "300", _NUMBER), ("payment.amount", True, _NUMBER)),
)
NOT_STRINGS = (
    *bads("member/details", ("member.phoneNumber", 612005544, _STRING)),
    *bads("member/register", ("newMemberData.firstName", 5, _STRING)),
    *bads(
        "transaction",
        ("transaction.transactionId", 7781, _STRING),
        ("transaction.dateTime", 1756808460, _STRING),
        ("transaction.employee", {}, _STRING),
        ("transaction.items.0.lineId", 1, _STRING),
        ("transaction.items.0.code", 1, _STRING),
        ("transaction.meansOfPayment.0.type", True, _STRING),
        ("appliedDeals.0.type", 1, _STRING),
    ),
    *bads("event", ("event.type", 1, _STRING), ("event.subType", False, _STRING)),
    *bads("payment cancel", ("payment.confirmationCode", 5, _STRING)),
)
NOT_BOOLEANS = bads(
    "member/register",
    ("newMemberData.allowedSMS", "true", _BOOLEAN),
    ("newMemberData.gdpr", 1, _BOOLEAN),
    ("newMemberData.termsOfUse", "yes", _BOOLEAN),
)
NOT_ARRAYS = (
    *bads(
        "transaction",
        ("transaction.items", {}, _ARRAY),
        ("transaction.meansOfPayment", "CASH", _ARRAY),
        ("transaction.tags", "hot", _ARRAY),
        ("appliedDeals", {}, _ARRAY),
        ("usedAssets", {"key": "1"}, _ARRAY),
    ),
    *bads("event", ("event.tags", "a", _ARRAY)),
)
NOT_OBJECTS = (
    *bads("member/details", ("member", "612005544", _OBJECT), ("transaction", [], _OBJECT)),
    *bads("transaction", ("transaction", "R-1", _OBJECT)),
    *bads("payment", ("payment", [], _OBJECT)),
    *bads("event", ("event", "visit", _OBJECT), ("event.payload", "{}", _OBJECT)),
    Bad("transaction", "transaction.items.0", "tea"),
)
EMPTY = (
    *bads("member/details", ("member.phoneNumber", "", _EMPTY), ("member.email", "  ", _EMPTY)),
    *bads("member/details", ("member.membershipKey", "", _EMPTY)),
    *bads("member/register", ("newMemberData.firstName", "", _EMPTY)),
    *bads("member/update", ("newMemberData.lastName", " ", _EMPTY)),
    *bads(
        "transaction",
        ("transaction.transactionId", "", _EMPTY),
        ("transaction.orderType", "", _EMPTY),
        ("transaction.items.0.code", " ", _EMPTY),
        ("transaction.meansOfPayment.0.type", "", _EMPTY),
    ),
    *bads("payment", ("payment.action", "", _EMPTY)),
    *bads("payment cancel", ("payment.confirmationCode", "", _EMPTY)),
    *bads("member/shortCode verify", ("shortCode", "", _EMPTY)),
    *bads("event", ("event.type", "", _EMPTY), ("event.subType", "", _EMPTY)),
)
NULLS_WHERE_NEEDED = (
    *bads("payment", ("payment.amount", None, _REQUIRED), ("member", None, _REQUIRED)),
    *bads("transaction", ("transaction.transactionId", None, _REQUIRED)),
    *bads("event", ("event.type", None, _REQUIRED)),
)
DATES = (
    *bads(
        "transaction",
        ("transaction.dateTime", "02.09.2025 10:15", _ISO),
        ("transaction.openTime", "never", _ISO),
        ("transaction.dateTime", "2025-02-30T10:00:00Z", _ISO),
    ),
    *bads("event", ("event.dateTime", "1756808460", _ISO)),
    *bads(
        "member/register",
        ("newMemberData.birthday", "09/04/1988", _ISO),
        ("newMemberData.birthday", "1988-02-30", _ISO),
    ),
)
PHONES = tuple(
    Bad(base, place, value, "phoneNumber must be a valid phone number")
    for base, place in (
        ("member/register", "newMemberData.phoneNumber"),
        ("member/details", "member.phoneNumber"),
    )
    for value in ("12345", "1" * 16, "61200x544", "++612005544", "612/005544")
)
EMAILS = tuple(
    Bad(base, place, value, "email must be a valid email")
    for base, place in (
        ("member/register", "newMemberData.email"),
        ("member/details", "member.email"),
    )
    for value in ("nobody", "a@b", "@example.org", "a@@example.org", "a b@example.org")
)

_NOBODY = "member must contain at least one of [phoneNumber, email, membershipKey, externalId]"
NO_IDENTIFIER = (
    Bad("member/details", "member", {}, _NOBODY),
    Bad("payment", "member", {"loyaltyId": "1"}, _NOBODY),
    Bad("payment", "member", {"shortCode": "1234"}, _NOBODY),
    Bad("transaction", "member", {"phoneNumber": None}, _NOBODY),
    Bad("event", "member", {"memberId": "mem_1"}, _NOBODY),
)
NO_MEMBER = (
    *bads("member/details", ("member", ABSENT, _REQUIRED)),
    *bads("member/update", ("member", ABSENT, _REQUIRED)),
    *bads("payment", ("member", ABSENT, _REQUIRED)),
)
CUSTOMERS = (
    Bad(
        "member/details",
        "",
        {"customers": [{"phoneNumber": "612005544"}]},
        "member is required",
        "member",
    ),
)
LONG_IDENTIFIER = (Bad("member/details", "member.externalId", "x" * 65),)
LONG_NAMES = (
    Bad("member/register", "newMemberData.firstName", "x" * 101),
    Bad("member/register", "newMemberData.lastName", "x" * 101),
    Bad("member/register", "newMemberData.externalId", "x" * 65),
)
ASSETS = (
    Bad("transaction", "usedAssets", [{}], "key is required", "usedAssets.0.key"),
    Bad("transaction", "usedAssets", [{"name": "Tea"}], "key is required", "usedAssets.0.key"),
    Bad("payment", "usedAssets", [{}], "key is required", "usedAssets.0.key"),
    Bad(
        "transaction",
        "usedAssets",
        [{"key": "1", "appliedAmount": "5"}],
        "appliedAmount must be a number",
        "usedAssets.0.appliedAmount",
    ),
)
ASSETS_OF_NOBODY = (
    Bad(
        "transaction",
        "",
        {
            "transaction": {
                "transactionId": "1",
                "dateTime": "2025-09-02T10:15:00Z",
                "totalAmount": 1,
            },
            "usedAssets": ["1"],
        },
        "member is required",
        "member",
    ),
)
TRANSACTIONS = (
    *bads(
        "transaction",
        ("transaction", ABSENT, _REQUIRED),
        ("transaction.transactionId", ABSENT, _REQUIRED),
        ("transaction.totalAmount", ABSENT, _REQUIRED),
        ("transaction.totalAmount", -1, "must be greater than or equal to 0"),
    ),
    Bad("transaction", "transaction.transactionId", _LONG),
    Bad(
        "transaction",
        "transaction",
        {"transactionId": "1", "totalAmount": 1},
        "dateTime is required",
        "transaction.dateTime",
    ),
    Bad("transaction", "transaction.tags", ["hot", 5], "", "transaction.tags.1"),
)
ITEMS = (
    *bads(
        "transaction",
        ("transaction.items.0.lineId", ABSENT, _REQUIRED),
        ("transaction.items.0.code", ABSENT, _REQUIRED),
        ("transaction.items.0.quantity", ABSENT, _REQUIRED),
        ("transaction.items.0.quantity", 0, _POSITIVE),
        ("transaction.items.0.quantity", -1, _POSITIVE),
    ),
    Bad(
        "transaction",
        "transaction.items.0",
        {"lineId": "1", "code": "TEA01", "quantity": 1},
        "netAmount is required",
        "transaction.items.0.netAmount",
    ),
)
TENDERS = bads(
    "transaction",
    ("transaction.meansOfPayment.0.type", ABSENT, _REQUIRED),
    ("transaction.meansOfPayment.0.amount", ABSENT, _REQUIRED),
)
DEALS = bads(
    "transaction",
    ("appliedDeals.0.type", ABSENT, _REQUIRED),
    ("appliedDeals.0.amount", ABSENT, _REQUIRED),
    ("appliedDeals.0.reason", 5, _STRING),
)
NEGATIVE_DEALS = bads(
    "transaction", ("appliedDeals.0.amount", -240, "must be greater than or equal to 0")
)
PAYMENTS = (
    *bads(
        "payment",
        ("payment", ABSENT, _REQUIRED),
        ("payment.action", ABSENT, _REQUIRED),
        ("payment.action", "reimburse", "must be one of [pay, cancel]"),
        ("payment.amount", ABSENT, _REQUIRED),
        ("payment.amount", 0, _POSITIVE),
        ("payment.type", 5, _STRING),
    ),
    *bads("payment", ("transaction.totalAmount", ABSENT, _REQUIRED)),
)
NEGATIVE_PAYMENTS = bads("payment", ("payment.amount", -300, _POSITIVE))
CANCELLED_PAYMENTS = bads(
    "payment cancel",
    ("payment.confirmationCode", ABSENT, _REQUIRED),
    ("payment.amount", 0, "must be a negative number"),
    ("payment.amount", 100, "must be a negative number"),
)
CANCELLED_SALES = (
    *bads("transaction cancel", ("confirmationCode", ABSENT, _REQUIRED)),
    *bads("transaction nested", ("transaction.confirmationCode", ABSENT, _REQUIRED)),
    *bads("transaction cancel", ("action", "undo", "must be one of [submit, cancel]")),
)
EVENTS = (
    *bads(
        "event",
        ("event", ABSENT, _REQUIRED),
        ("event.type", ABSENT, _REQUIRED),
        ("event.dateTime", ABSENT, _REQUIRED),
    ),
    Bad("event", "event.type", _LONG),
)
NO_CONTACT = (
    Bad(
        "member/register",
        "newMemberData",
        {"firstName": "Ana"},
        "phoneNumber is required",
        "newMemberData.phoneNumber",
    ),
    Bad("member/register flat", "", {}, "phoneNumber is required", "phoneNumber"),
)
NOTHING_NEW = (
    *bads("member/update", ("newMemberData", ABSENT, _REQUIRED)),
    *bads(
        "member/update",
        ("newMemberData", {}, "must have at least 1 key"),
        ("newMemberData", {"shoeSize": 42}, "must have at least 1 key"),
        ("newMemberData", {"firstName": None}, "must have at least 1 key"),
    ),
)
SHORT_CODES = (
    *bads(
        "member/shortCode",
        ("action", ABSENT, _REQUIRED),
        ("action", "guess", "must be one of [send, get, verify]"),
        ("member", ABSENT, _REQUIRED),
    ),
    Bad(
        "member/shortCode",
        "member",
        {"phoneNumber": "612005544", "email": "ines@example.org"},
        "member must contain only one of [phoneNumber, email]",
    ),
    Bad("member/shortCode", "member", {"membershipKey": "d9a3a0a8-5f0e-4b8e-9a44-0a2c6c1f7b51"}),
    *bads("member/shortCode verify", ("shortCode", ABSENT, _REQUIRED)),
)
