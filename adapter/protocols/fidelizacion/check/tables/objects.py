"""Section 4: each object, what it must have, and in which forms it is read."""

from __future__ import annotations

from adapter.checks import advice, must, sum_of
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

_DETAILS = "member/details"

_MEMBER = (
    must("4.1a", "found by phoneNumber", identifying.by_phone),
    must("4.1b", "found by email", identifying.by_email),
    must("4.1c", "found by membershipKey", identifying.by_key),
    must("4.1d", "found by externalId", identifying.by_external_id),
    must("4.1e", "membershipKey is a UUID", identifying.key_is_a_uuid),
    advice("4.1f", "membershipKey in any letter case", identifying.key_in_any_case),
    advice("4.1g", "externalId is unique", identifying.external_id_is_unique),
    advice("4.1h", "externalId to 64", refused(wrong_fields.LONG_IDENTIFIER)),
    must("4.1i", "member is needed", refused(wrong_fields.NO_MEMBER)),
    must("4.1j", "one identifier is needed", refused(wrong_fields.NO_IDENTIFIER)),
    must("4.1k", "several identifiers of one member", identifying.several_identifiers),
    advice("4.1l", "the next one where one finds none", identifying.next_identifier),
    advice("4.1m", "identifiers of two members: 4001102", identifying.different_members),
    must("4.1n", "nobody: 203, and the path", identifying.nobody),
    must("4.1o", "nobody: 203 in each call", identifying.nobody_in_each_call),
    advice("4.1p", "only within the business", identifying.other_business),
    advice("4.1q", "a list of customers is no member", refused(wrong_fields.CUSTOMERS)),
    must("4.2a", "all nine fields are taken", sum_of("5.1a", "5.2b")),
    advice("4.2b", "names to 100, externalId to 64", profiles.longest_names),
    advice("4.2c", "longer ones are refused", refused(wrong_fields.LONG_NAMES)),
    advice("4.2d", "birthday as a date-time", profiles.birthday_with_time),
    must("4.3a", "profile: its fields", successes(profiles.profile_fault, _DETAILS)),
    must("4.3b", "profile: birthday", successes(profiles.birthday_fault, _DETAILS)),
    must("4.3c", "profile: as registered", profiles.as_registered),
    advice("4.3d", "profile: no value, no field", profiles.unknown_is_left_out),
    advice("4.3e", "profile: visits and spending", selling.counters),
)

_ASSETS = (
    must("4.4a", "asset: its fields", benefits.asset_shape),
    must("4.4b", "asset: chosen by the header", benefits.assets_by_header),
    advice("4.5a", "used asset: a key is needed", refused(wrong_fields.ASSETS)),
    advice("4.5b", "used asset: all its forms are read", benefits.unknown_asset),
    advice("4.5c", "used asset: none is an empty list", benefits.no_assets_used),
)

_SALES = (
    must("4.6a", "transaction: fields", refused(wrong_fields.TRANSACTIONS)),
    must("4.6b", "transaction: the fewest fields", selling.fewest_fields),
    advice("4.6c", "transaction: an id to 128", selling.longest_id),
    must("4.6d", "transaction: payments is an alias", selling.tender_aliases),
    advice("4.6e", "transaction: the sale it refunds", selling.related_sale),
    must("4.6f", "transaction: open lists of words", selling.free_texts),
    advice("4.6g", "transaction: negative for returns", selling.negative_total_of_a_return),
    must("4.7a", "item: fields", refused(wrong_fields.ITEMS)),
    must("4.7b", "item: subtotal, total, gross for net", selling.item_aliases),
    must("4.7c", "item: lineId is unique", selling.line_ids_differ),
    must("4.8a", "tender: fields", refused(wrong_fields.TENDERS)),
    must("4.8b", "tender: it debits nothing", selling.tenders_debit_nothing),
    must("4.9a", "payment: fields", refused(wrong_fields.PAYMENTS)),
    must("4.9b", "payment: not below zero", refused(wrong_fields.NEGATIVE_PAYMENTS)),
    must("4.9c", "payment: fields of a cancel", refused(wrong_fields.CANCELLED_PAYMENTS)),
    must("4.9d", "payment: type chooses nothing", paying.type_does_not_choose),
    must("4.10a", "deal: fields", refused(wrong_fields.DEALS)),
    must("4.10b", "deal: not below zero", refused(wrong_fields.NEGATIVE_DEALS)),
    must("4.10c", "deal: any kind, in both places", benefits.reported_deals),
    must("4.11a", "event: fields", refused(wrong_fields.EVENTS)),
    must("4.11b", "event: any type to 128", flows.any_event),
)

OBJECTS = (*_MEMBER, *_ASSETS, *_SALES)
