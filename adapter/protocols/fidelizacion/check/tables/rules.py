"""Sections 1 to 3: the wire, the order of checks, the envelope, and values in general."""

from __future__ import annotations

from functools import partial

from adapter.checks import advice, every, must, sum_of, wire
from adapter.protocols.fidelizacion.check import (
    envelope,
    fields,
    order,
    transport,
    values,
    wrong_fields,
)
from adapter.protocols.fidelizacion.check.envelope import refusals, successes

_TRANSPORT = (
    must("1a", "HTTPS, TLS 1.2 or newer", transport.encrypted),
    must("1b", "answers are one JSON object in UTF-8", every(transport.object_fault)),
    must("1c", "Content-Type is JSON", every(wire.json_type_fault)),
    advice("1d", "a query string is ignored", transport.query_is_ignored),
    advice("1e", "a trailing slash is tolerated", transport.trailing_slash),
    must("1f", "letter case of a path matters", transport.exact_case),
    advice("1g", "answers within 5 s", every(wire.slow_fault)),
    must("1h", "each call stands alone, all or nothing", sum_of("5.6k", "5.6r", "4.5b")),
    must("1.1a", "the seven calls are there", transport.seven_calls),
    advice("1.1b", "an unknown path is refused", transport.unknown_paths),
    must("1.1c", "POST only", transport.only_post),
)

_HEADERS = (
    must("1.2a", "five headers are needed on all calls", transport.headers_are_needed),
    must("1.2b", "header names in any letter case", transport.names_in_any_case),
    advice("1.2c", "blanks around values are trimmed", transport.blanks_are_trimmed),
    advice("1.2d", "a blank value is a missing one", transport.blank_is_missing),
    must("1.2e", "no other Content-Type than JSON", transport.content_type_is_json),
    advice("1.2f", "Content-Type with parameters", transport.content_type_parameters),
    must("1.2g", "source type and name are free text", transport.sources_are_free_text),
    advice("1.2h", "source type to 64, name to 128", transport.sources_have_a_limit),
    advice("1.2i", "x-source-version is optional", transport.version_is_optional),
    must("1.2j", "x-return-assets: three words", transport.assets_header),
    must("1.2k", "x-return-benefits: true or false", transport.benefits_header),
    advice("1.2l", "other words there are refused", transport.bad_return_headers),
    advice("1.2m", "ignored on other calls", transport.return_headers_elsewhere),
)

_ORDER = (
    advice(
        "1.3a", "path and method before all else", partial(order.step_is_before_the_next, step=1)
    ),
    advice("1.3b", "then the key", order.key_first),
    advice(
        "1.3c", "then the headers, in their order", partial(order.step_is_before_the_next, step=3)
    ),
    advice("1.3d", "then the branch", order.listed_branch),
    advice("1.3e", "then Content-Type and size", partial(order.step_is_before_the_next, step=5)),
    advice("1.3f", "then JSON", order.broken_json),
    advice("1.3g", "then fields, in the order of tables", order.first_field),
    advice("1.3h", "then the rules of business", partial(order.step_is_before_the_next, step=7)),
    advice("1.3i", "strangers learn nothing", order.strangers_learn_nothing),
    advice("1.3j", "one answer for all wrong keys", order.wrong_keys),
)

_ENVELOPE = (
    must("2.1a", "status is success or error", every(envelope.word_fault)),
    must("2.1b", "data is always there", successes(envelope.data_fault)),
    advice("2.1c", "data is mirrored at the top", successes(envelope.mirror_fault)),
    advice("2.1d", "the mirror spares the rest", successes(envelope.overwritten_fault)),
    must("2.2a", "one error: code, message, path", refusals(envelope.error_fault)),
    must("2.2b", "error.code is a string", refusals(envelope.code_fault)),
    must("2.2c", "error.path is dotted", refusals(envelope.path_form_fault)),
    advice("2.2d", "a path where a field is to blame", refusals(envelope.path_use_fault)),
    must("2.2e", "no data beside an error", refusals(envelope.data_in_error_fault)),
)

_VALUES = (
    advice("3.1a", "300 and 300.0 are one number", values.whole_numbers),
    advice("3.1b", "fractions are refused", fields.refused(wrong_fields.FRACTIONS)),
    must("3.1c", "balances are whole numbers", successes(envelope.balance_fault)),
    must("3.1d", "discounts are positive", successes(envelope.discount_fault)),
    must("3.2a", "date-times: Z, fraction, offset", values.date_forms),
    advice("3.2b", "no zone means UTC", values.same_instant),
    must("3.2c", "no dates are refused", fields.refused(wrong_fields.DATES)),
    advice("3.2d", "instants are in UTC with Z", successes(envelope.instant_fault)),
    must("3.3a", "empty strings are refused", fields.refused(wrong_fields.EMPTY)),
    advice("3.3b", "null is as if absent", values.nulls_are_absent),
    advice("3.3c", "null is no mandatory field", fields.refused(wrong_fields.NULLS_WHERE_NEEDED)),
    advice("3.3d", "unknown fields are ignored", values.unknown_fields),
    advice("3.3e", "null is never sent", every(envelope.null_fault)),
    advice("3.4a", "no numbers in strings", fields.refused(wrong_fields.NOT_NUMBERS)),
    advice("3.4b", "no numbers for strings", fields.refused(wrong_fields.NOT_STRINGS)),
    advice("3.4c", "no other truths", fields.refused(wrong_fields.NOT_BOOLEANS)),
    advice("3.4d", "no objects for lists", fields.refused(wrong_fields.NOT_ARRAYS)),
    advice("3.4e", "no values for objects", fields.refused(wrong_fields.NOT_OBJECTS)),
    advice("3.5a", "phones in any notation", values.phones_in_any_form),
    advice("3.5b", "phones of 6 to 15 digits", values.shortest_and_longest_phone),
    advice("3.5c", "no other phones", fields.refused(wrong_fields.PHONES)),
    advice("3.5d", "leading zeros count", values.leading_zeros_stay),
    advice("3.6a", "e-mails in any letter case", values.emails_in_any_case),
    advice("3.6b", "e-mails look like x@y.z", fields.refused(wrong_fields.EMAILS)),
)

RULES = (*_TRANSPORT, *_HEADERS, *_ORDER, *_ENVELOPE, *_VALUES)
