"""Whose the rows of each table are: what decides where a distributed engine keeps them."""

from __future__ import annotations

# Tables whose rows are written or locked while a till or a phone waits, each with the column that
# says whose a row is. All that one call writes there belongs to one member.
HOT = {
    "members": "id",
    "identities": "member_id",
    "consents": "member_id",
    "member_counters": "member_id",
    "cards": "member_id",  # nobody's while it is a number of the pool or a reserved one
    "accounts": "member_id",
    "entries": "member_id",
    "postings": "member_id",
    "lots": "member_id",
    "lot_movements": "member_id",
    "transactions": "member_id",  # nobody's where the customer showed nothing
    "transaction_items": "transaction_id",
    "rule_usages": "member_id",
    "redemptions": "member_id",
    "reservations": "member_id",
    "orders": "member_id",  # nobody's until somebody is bound to it
    "benefits": "member_id",
    "benefit_uses": "member_id",
    "claims": "member_id",
    "short_codes": "member_id",
    "events": "member_id",
    "messages": "member_id",
    "outbox_messages": "member_id",
    "outbox_events": "line_id",  # a member's, or that of a sale or card which is nobody's
    "outbox_lines": "id",
}
# What has no column of the member's, and the table that has; its key leads there.
REACHED = {"transaction_items": "transactions"}
# Rows may be nobody's, which makes none of them everybody's.
MAY_BE_NOBODYS = {
    "accounts",
    "cards",
    "events",
    "messages",
    "orders",
    "outbox_messages",
    "transactions",
}

# What the partner set up: read by every call, written by hand and by the program file.
SETTINGS = {
    "alembic_version",
    "credentials",
    "deals",
    "earn_rules",
    "key_marks",
    "offers",
    "outlets",
    "programs",
    "promo_codes",
    "revisions",
    "rule_drafts",
    "special_users",
    "staff_sessions",  # of those who work with the console
    "staff_users",
    "terminals",
    "tiers",
}
# Written by calls, though several members meet there; each with what keeps that from hurting.
MEETING_PLACES = {
    "active_days": "a row for each day on which a member did something; no call writes it",
    "daily_figures": "a row for each day, channel and measure; no call writes it",
    "rollup_marks": "how far figures are rolled up; no call writes it",
    "rollup_slices": "what was told of the last two days; no call writes it",
    "approvals": "a row for each correction that needs a second person; no platform writes it",
    "changes": "a row for each thing somebody changed by hand; rows are added, never changed",
    "email_locks": "1,024 rows for each program, and only where somebody's e-mail changes",
    "code_misses": "a row for each wrong code that named nobody; rows are added, never changed",
    "exchanges": "a row for each exchange, written after it by a thread of its own",
    "exchange_counts": "a row for each protocol and day, added to by that thread once a second",
    "terminal_uses": "a row for each terminal, written by that thread once a minute",
    "heartbeats": "a row for each process that works in the background; no call writes it",
    "outbox_receivers": "a row for each program that is listened to; no call writes it",
    "job_requests": "a row for each job that somebody at the console wants done now",
    "job_runs": "a row for each run of a job; no call writes it",
}

# Columns with a value that is of one member alone: what they are part of is never contended.
OF_ONE_MEMBER = {
    "id",  # a UUIDv7 made by the process
    "member_id",
    "owner_id",
    "account_id",
    "entry_id",
    "reverses_id",
    "transaction_id",
    "line_id",
}
# Unique among all members of a program, because that is what is promised. An engine that shards by
# value keeps each as an index of its own, sharded by these very columns (docs/scale.md).
UNIQUE_AMONG_ALL = {
    "uq_entries_origin": "one effect for one reference, whoever it is told of",
    "uq_transactions_program_id_source_outlet_code_reference": "one sale for one reference",
    "uq_transactions_confirmation_code": "a sale is cancelled by its code alone",
    "uq_redemptions_program_id_confirmation_code": "a payment is cancelled by its code alone",
    "uq_orders_program_id_source_outlet_code_reference": "one order for one reference",
    "uq_identities_value": "a phone names one member",
    "uq_cards_program_id_number": "a number is one card",
    "uq_cards_program_id_barcode_number": "a barcode is one card",
    "uq_benefits_program_id_key": "a key is one benefit",
    "uq_claims_program_id_kind_key": "a receipt is claimed once",
    "uq_short_codes_digest": "a code that is alive names one member",
}

# Foreign keys from a hot table to what all members share. PostgreSQL takes a lock on the program
# for them that excludes nobody but who deletes the program; yet all who join at once write into
# the one row that they have it. Only inserts pay, and of these tables a sale inserts into none.
SHARED_PARENTS = {
    ("members", "programs"): "once in a member's life",
    ("identities", "programs"): "once for a phone",
    ("cards", "programs"): "once for a card",
    ("benefits", "programs"): "when it is granted, by the program file; using it changes no key",
    ("claims", "programs"): "once for a receipt or a promo code",
    ("short_codes", "programs"): "once for a code",
    ("messages", "programs"): "where an integration keeps what it was sent",
}
