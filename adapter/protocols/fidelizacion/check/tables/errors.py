"""Sections 9, 10 and 12: the table of errors, the HTTP statuses, and what wins where pages differ.

The rows of section 9 are numbered as they stand there.
"""

from __future__ import annotations

from adapter.checks import Clause
from adapter.protocols.fidelizacion.check import envelope, faults, fields, order
from adapter.protocols.fidelizacion.check.envelope import every, refusals
from adapter.protocols.fidelizacion.check.tables.clauses import (
    ADVICE,
    MUST,
    over_all,
    sum_of,
    unseen,
)

_ISO = "must be in ISO 8601 date format"


def _row(number: int, code: str) -> Clause:
    level = MUST if code in _PUBLISHED else ADVICE
    return over_all(f"9.{number}", f"{code} {faults.ROWS[code].says}", level, faults.row(code))


_PUBLISHED = frozenset({"203"})

_FIELDS = (
    over_all("9.7", "1001 empty", MUST, fields.said("is not allowed to be empty")),
    over_all("9.8", "1001 required", ADVICE, fields.said("is required", "at least one of")),
    over_all("9.9", "1001 types", ADVICE, fields.said("must be a ")),
    over_all("9.10", "1001 signs", ADVICE, fields.said("positive", "negative", "greater than")),
    over_all("9.11", "1001 choices", ADVICE, fields.said("must be one of")),
    over_all("9.12", "1001 dates", ADVICE, fields.said(_ISO)),
    over_all("9.13", "1001 phones and e-mails", ADVICE, fields.said("must be a valid")),
    Clause("9.14a", "1001 a body that is no object", ADVICE, order.not_an_object),
    over_all("9.14b", "1001 and what is said of it", ADVICE, faults.no_object),
    over_all("9.7-14", "1001 is a 400", ADVICE, faults.wrong_field),
)

_ROWS = (
    _row(1, "203"),
    over_all("9.2-3", "204 Member already exists", MUST, faults.taken),
    over_all("9.4-5", "407 insufficient", MUST, faults.too_little),
    unseen("9.6", "500 Server error", MUST, "no fault of the host can be provoked from outside"),
    *_FIELDS,
    _row(15, "4001101"),
    _row(16, "4001102"),
    _row(17, "4006101"),
    _row(18, "4006102"),
    _row(19, "4006103"),
    _row(20, "4007004"),
    _row(21, "4007005"),
    _row(22, "4007009"),
    _row(23, "4007010"),
    _row(24, "4007101"),
    _row(25, "4007102"),
    _row(26, "4008101"),
    _row(27, "4008102"),
    _row(28, "4010000"),
    _row(29, "4000001"),
    _row(30, "4000002"),
    _row(31, "4000003"),
    _row(32, "4030001"),
    Clause("9.32b", "4030001 for a branch of nobody", ADVICE, order.unregistered_branch),
    _row(33, "4040000"),
    _row(34, "4050000"),
    over_all("9.34b", "4050000 with Allow: POST", ADVICE, faults.allowed_method),
    _row(35, "4130000"),
    Clause("9.35b", "4130000 over 1 MiB", ADVICE, order.too_large),
    _row(36, "4150000"),
    _row(37, "4290000"),
    over_all("9.37b", "4290000 with Retry-After", ADVICE, faults.retry_after),
    over_all("9.38", "no other codes", ADVICE, refusals(faults.known_fault)),
    over_all("9.39", "no codes of drafts", MUST, refusals(envelope.never_sent_fault)),
)

_HTTP = (
    over_all("10a", "every request answered, no 5xx", MUST, envelope.answered),
    over_all("10b", "the known statuses, 200 for success", MUST, every(envelope.status_fault)),
)

_WINNERS = (
    sum_of("12.1", "the word is success", MUST, "2.1a"),
    sum_of("12.2", "the payload in both places", ADVICE, "2.1b", "2.1c"),
    sum_of("12.3", "register in both forms", MUST, "5.1a", "5.1b"),
    sum_of("12.4", "register with phone or e-mail", MUST, "5.1f", "5.1g", "5.1h", "5.1l"),
    sum_of("12.5", "update tells id and member", MUST, "5.2c", "5.2d"),
    sum_of("12.6", "an unknown member is 203", MUST, "4.1n", "4.1o"),
    sum_of("12.7", "error.path where a field is to blame", ADVICE, "2.2c", "2.2d"),
    sum_of("12.8", "a payment needs no sale", MUST, "5.5a", "5.5c"),
    sum_of("12.9", "a cancel needs no amount", MUST, "5.5i", "5.5j"),
    sum_of("12.10", "no negative payment", MUST, "4.9b"),
    sum_of("12.11", "both names of tenders", MUST, "4.6d"),
    sum_of("12.12", "both names of item amounts", MUST, "4.7b"),
    sum_of("12.13", "either of the two times", MUST, "4.6b"),
    sum_of("12.14", "discounts are positive", MUST, "3.1d", "4.10b"),
    sum_of("12.15", "used assets are keys, items tolerated", MUST, "4.5a", "4.5b"),
    sum_of("12.16", "assets and deals in both places", MUST, "4.5b", "4.10c"),
    sum_of("12.17", "identifiers as each call has them", MUST, "4.1k", "5.4a"),
    sum_of("12.18", "both forms of a birthday", MUST, "4.3b", "5.1a"),
    sum_of("12.19", "407 names the balance really used", ADVICE, "5.5e"),
)

ERRORS = (*_ROWS, *_HTTP, *_WINNERS)
