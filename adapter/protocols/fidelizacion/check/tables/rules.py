"""Sections 1 to 3: the wire, the order of checks, the envelope, and values in general."""

from __future__ import annotations

from functools import partial

from adapter.checks import Clause
from adapter.protocols.fidelizacion.check import (
    envelope,
    fields,
    order,
    transport,
    values,
    wrong_fields,
)
from adapter.protocols.fidelizacion.check.envelope import every, refusals, successes
from adapter.protocols.fidelizacion.check.tables.clauses import ADVICE, MUST, over_all, sum_of

_TRANSPORT = (
    Clause("1a", "HTTPS, TLS 1.2 or newer", MUST, transport.encrypted),
    over_all("1b", "answers are one JSON object in UTF-8", MUST, every(transport.object_fault)),
    over_all("1c", "Content-Type is JSON", MUST, every(transport.content_type_fault)),
    Clause("1d", "a query string is ignored", ADVICE, transport.query_is_ignored),
    Clause("1e", "a trailing slash is tolerated", ADVICE, transport.trailing_slash),
    Clause("1f", "letter case of a path matters", MUST, transport.exact_case),
    over_all("1g", "answers within 5 s", ADVICE, every(transport.slow_fault)),
    sum_of("1h", "each call stands alone, all or nothing", MUST, "5.6k", "5.6r", "4.5b"),
    Clause("1.1a", "the seven calls are there", MUST, transport.seven_calls),
    Clause("1.1b", "an unknown path is refused", ADVICE, transport.unknown_paths),
    Clause("1.1c", "POST only", MUST, transport.only_post),
)

_HEADERS = (
    Clause("1.2a", "five headers are needed on all calls", MUST, transport.headers_are_needed),
    Clause("1.2b", "header names in any letter case", MUST, transport.names_in_any_case),
    Clause("1.2c", "blanks around values are trimmed", ADVICE, transport.blanks_are_trimmed),
    Clause("1.2d", "a blank value is a missing one", ADVICE, transport.blank_is_missing),
    Clause("1.2e", "no other Content-Type than JSON", MUST, transport.content_type_is_json),
    Clause("1.2f", "Content-Type with parameters", ADVICE, transport.content_type_parameters),
    Clause("1.2g", "source type and name are free text", MUST, transport.sources_are_free_text),
    Clause("1.2h", "source type to 64, name to 128", ADVICE, transport.sources_have_a_limit),
    Clause("1.2i", "x-source-version is optional", ADVICE, transport.version_is_optional),
    Clause("1.2j", "x-return-assets: three words", MUST, transport.assets_header),
    Clause("1.2k", "x-return-benefits: true or false", MUST, transport.benefits_header),
    Clause("1.2l", "other words there are refused", ADVICE, transport.bad_return_headers),
    Clause("1.2m", "ignored on other calls", ADVICE, transport.return_headers_elsewhere),
)

_ORDER = (
    Clause(
        "1.3a",
        "path and method before all else",
        ADVICE,
        partial(order.step_is_before_the_next, step=1),
    ),
    Clause("1.3b", "then the key", ADVICE, order.key_first),
    Clause(
        "1.3c",
        "then the headers, in their order",
        ADVICE,
        partial(order.step_is_before_the_next, step=3),
    ),
    Clause("1.3d", "then the branch", ADVICE, order.listed_branch),
    Clause(
        "1.3e",
        "then Content-Type and size",
        ADVICE,
        partial(order.step_is_before_the_next, step=5),
    ),
    Clause("1.3f", "then JSON", ADVICE, order.broken_json),
    Clause("1.3g", "then fields, in the order of tables", ADVICE, order.first_field),
    Clause(
        "1.3h",
        "then the rules of business",
        ADVICE,
        partial(order.step_is_before_the_next, step=7),
    ),
    Clause("1.3i", "strangers learn nothing", ADVICE, order.strangers_learn_nothing),
    Clause("1.3j", "one answer for all wrong keys", ADVICE, order.wrong_keys),
)

_ENVELOPE = (
    over_all("2.1a", "status is success or error", MUST, every(envelope.word_fault)),
    over_all("2.1b", "data is always there", MUST, successes(envelope.data_fault)),
    over_all("2.1c", "data is mirrored at the top", ADVICE, successes(envelope.mirror_fault)),
    over_all("2.1d", "the mirror spares the rest", ADVICE, successes(envelope.overwritten_fault)),
    over_all("2.2a", "one error: code, message, path", MUST, refusals(envelope.error_fault)),
    over_all("2.2b", "error.code is a string", MUST, refusals(envelope.code_fault)),
    over_all("2.2c", "error.path is dotted", MUST, refusals(envelope.path_form_fault)),
    over_all("2.2d", "a path where a field is to blame", ADVICE, refusals(envelope.path_use_fault)),
    over_all("2.2e", "no data beside an error", MUST, refusals(envelope.data_in_error_fault)),
)

_VALUES = (
    Clause("3.1a", "300 and 300.0 are one number", ADVICE, values.whole_numbers),
    Clause("3.1b", "fractions are refused", ADVICE, fields.refused(wrong_fields.FRACTIONS)),
    over_all("3.1c", "balances are whole numbers", MUST, successes(envelope.balance_fault)),
    over_all("3.1d", "discounts are positive", MUST, successes(envelope.discount_fault)),
    Clause("3.2a", "date-times: Z, fraction, offset", MUST, values.date_forms),
    Clause("3.2b", "no zone means UTC", ADVICE, values.same_instant),
    Clause("3.2c", "no dates are refused", MUST, fields.refused(wrong_fields.DATES)),
    over_all("3.2d", "instants are in UTC with Z", ADVICE, successes(envelope.instant_fault)),
    Clause("3.3a", "empty strings are refused", MUST, fields.refused(wrong_fields.EMPTY)),
    Clause("3.3b", "null is as if absent", ADVICE, values.nulls_are_absent),
    Clause(
        "3.3c",
        "null is no mandatory field",
        ADVICE,
        fields.refused(wrong_fields.NULLS_WHERE_NEEDED),
    ),
    Clause("3.3d", "unknown fields are ignored", ADVICE, values.unknown_fields),
    over_all("3.3e", "null is never sent", ADVICE, every(envelope.null_fault)),
    Clause("3.4a", "no numbers in strings", ADVICE, fields.refused(wrong_fields.NOT_NUMBERS)),
    Clause("3.4b", "no numbers for strings", ADVICE, fields.refused(wrong_fields.NOT_STRINGS)),
    Clause("3.4c", "no other truths", ADVICE, fields.refused(wrong_fields.NOT_BOOLEANS)),
    Clause("3.4d", "no objects for lists", ADVICE, fields.refused(wrong_fields.NOT_ARRAYS)),
    Clause("3.4e", "no values for objects", ADVICE, fields.refused(wrong_fields.NOT_OBJECTS)),
    Clause("3.5a", "phones in any notation", ADVICE, values.phones_in_any_form),
    Clause("3.5b", "phones of 6 to 15 digits", ADVICE, values.shortest_and_longest_phone),
    Clause("3.5c", "no other phones", ADVICE, fields.refused(wrong_fields.PHONES)),
    Clause("3.5d", "leading zeros count", ADVICE, values.leading_zeros_stay),
    Clause("3.6a", "e-mails in any letter case", ADVICE, values.emails_in_any_case),
    Clause("3.6b", "e-mails look like x@y.z", ADVICE, fields.refused(wrong_fields.EMAILS)),
)

RULES = (*_TRANSPORT, *_HEADERS, *_ORDER, *_ENVELOPE, *_VALUES)
