"""Section 4: each object, what it must have, and in which forms it is read."""

from __future__ import annotations

from adapter.checks import Clause
from adapter.protocols.fidelizacion.check import (
    benefits,
    flows,
    identifying,
    paying,
    profiles,
    selling,
    wrong_fields,
)
from adapter.protocols.fidelizacion.check.envelope import successes
from adapter.protocols.fidelizacion.check.fields import refused
from adapter.protocols.fidelizacion.check.tables.clauses import ADVICE, MUST, over_all, sum_of

_DETAILS = "member/details"

_MEMBER = (
    Clause("4.1a", "found by phoneNumber", MUST, identifying.by_phone),
    Clause("4.1b", "found by email", MUST, identifying.by_email),
    Clause("4.1c", "found by membershipKey", MUST, identifying.by_key),
    Clause("4.1d", "found by externalId", MUST, identifying.by_external_id),
    Clause("4.1e", "membershipKey is a UUID", MUST, identifying.key_is_a_uuid),
    Clause("4.1f", "membershipKey in any letter case", ADVICE, identifying.key_in_any_case),
    Clause("4.1g", "externalId is unique", ADVICE, identifying.external_id_is_unique),
    Clause("4.1h", "externalId to 64", ADVICE, refused(wrong_fields.LONG_IDENTIFIER)),
    Clause("4.1i", "member is needed", MUST, refused(wrong_fields.NO_MEMBER)),
    Clause("4.1j", "one identifier is needed", MUST, refused(wrong_fields.NO_IDENTIFIER)),
    Clause("4.1k", "several identifiers of one member", MUST, identifying.several_identifiers),
    Clause("4.1l", "the next one where one finds none", ADVICE, identifying.next_identifier),
    Clause("4.1m", "identifiers of two members: 4001102", ADVICE, identifying.different_members),
    Clause("4.1n", "nobody: 203, and the path", MUST, identifying.nobody),
    Clause("4.1o", "nobody: 203 in each call", MUST, identifying.nobody_in_each_call),
    Clause("4.1p", "only within the business", ADVICE, identifying.other_business),
    Clause("4.1q", "a list of customers is no member", ADVICE, refused(wrong_fields.CUSTOMERS)),
    sum_of("4.2a", "all nine fields are taken", MUST, "5.1a", "5.2b"),
    Clause("4.2b", "names to 100, externalId to 64", ADVICE, profiles.longest_names),
    Clause("4.2c", "longer ones are refused", ADVICE, refused(wrong_fields.LONG_NAMES)),
    Clause("4.2d", "birthday as a date-time", ADVICE, profiles.birthday_with_time),
    over_all("4.3a", "profile: its fields", MUST, successes(profiles.profile_fault, _DETAILS)),
    over_all("4.3b", "profile: birthday", MUST, successes(profiles.birthday_fault, _DETAILS)),
    Clause("4.3c", "profile: as registered", MUST, profiles.as_registered),
    Clause("4.3d", "profile: no value, no field", ADVICE, profiles.unknown_is_left_out),
    Clause("4.3e", "profile: visits and spending", ADVICE, selling.counters),
)

_ASSETS = (
    Clause("4.4a", "asset: its fields", MUST, benefits.asset_shape),
    Clause("4.4b", "asset: chosen by the header", MUST, benefits.assets_by_header),
    Clause("4.5a", "used asset: a key is needed", ADVICE, refused(wrong_fields.ASSETS)),
    Clause("4.5b", "used asset: all its forms are read", ADVICE, benefits.unknown_asset),
    Clause("4.5c", "used asset: none is an empty list", ADVICE, benefits.no_assets_used),
)

_SALES = (
    Clause("4.6a", "transaction: fields", MUST, refused(wrong_fields.TRANSACTIONS)),
    Clause("4.6b", "transaction: the fewest fields", MUST, selling.fewest_fields),
    Clause("4.6c", "transaction: an id to 128", ADVICE, selling.longest_id),
    Clause("4.6d", "transaction: payments is an alias", MUST, selling.tender_aliases),
    Clause("4.6e", "transaction: the sale it refunds", ADVICE, selling.related_sale),
    Clause("4.6f", "transaction: open lists of words", MUST, selling.free_texts),
    Clause("4.6g", "transaction: negative for returns", ADVICE, selling.negative_total_of_a_return),
    Clause("4.7a", "item: fields", MUST, refused(wrong_fields.ITEMS)),
    Clause("4.7b", "item: subtotal, total, gross for net", MUST, selling.item_aliases),
    Clause("4.7c", "item: lineId is unique", MUST, selling.line_ids_differ),
    Clause("4.8a", "tender: fields", MUST, refused(wrong_fields.TENDERS)),
    Clause("4.8b", "tender: it debits nothing", MUST, selling.tenders_debit_nothing),
    Clause("4.9a", "payment: fields", MUST, refused(wrong_fields.PAYMENTS)),
    Clause("4.9b", "payment: not below zero", MUST, refused(wrong_fields.NEGATIVE_PAYMENTS)),
    Clause("4.9c", "payment: fields of a cancel", MUST, refused(wrong_fields.CANCELLED_PAYMENTS)),
    Clause("4.9d", "payment: type chooses nothing", MUST, paying.type_does_not_choose),
    Clause("4.10a", "deal: fields", MUST, refused(wrong_fields.DEALS)),
    Clause("4.10b", "deal: not below zero", MUST, refused(wrong_fields.NEGATIVE_DEALS)),
    Clause("4.10c", "deal: any kind, in both places", MUST, benefits.reported_deals),
    Clause("4.11a", "event: fields", MUST, refused(wrong_fields.EVENTS)),
    Clause("4.11b", "event: any type to 128", MUST, flows.any_event),
)

OBJECTS = (*_MEMBER, *_ASSETS, *_SALES)
