"""Sections 9, 10 and 12: the table of errors, the HTTP statuses, and what wins where pages differ.

The rows of section 9 are numbered as they stand there.
"""

from __future__ import annotations

from adapter.checks import Clause, advice, answered, every, must, sum_of, unseen
from adapter.protocols.fidelizacion.check import envelope, faults, fields, order
from adapter.protocols.fidelizacion.check.envelope import refusals

_ISO = "must be in ISO 8601 date format"


def _row(number: int, code: str) -> Clause:
    kind = must if code == "203" else advice  # the one that the vendor published
    return kind(f"9.{number}", f"{code} {faults.ROWS[code].says}", faults.row(code))


_FIELDS = (
    must("9.7", "1001 empty", fields.said("is not allowed to be empty")),
    advice("9.8", "1001 required", fields.said("is required", "at least one of")),
    advice("9.9", "1001 types", fields.said("must be a ")),
    advice("9.10", "1001 signs", fields.said("positive", "negative", "greater than")),
    advice("9.11", "1001 choices", fields.said("must be one of")),
    advice("9.12", "1001 dates", fields.said(_ISO)),
    advice("9.13", "1001 phones and e-mails", fields.said("must be a valid")),
    advice("9.14a", "1001 a body that is no object", order.not_an_object),
    advice("9.14b", "1001 and what is said of it", faults.no_object),
    advice("9.7-14", "1001 is a 400", faults.wrong_field),
)

_ROWS = (
    _row(1, "203"),
    must("9.2-3", "204 Member already exists", faults.taken),
    must("9.4-5", "407 insufficient", faults.too_little),
    must("9.6", "500 Server error", unseen("no fault of the host can be provoked from outside")),
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
    advice("9.32b", "4030001 for a branch of nobody", order.unregistered_branch),
    _row(33, "4040000"),
    _row(34, "4050000"),
    advice("9.34b", "4050000 with Allow: POST", faults.allowed_method),
    _row(35, "4130000"),
    advice("9.35b", "4130000 over 1 MiB", order.too_large),
    _row(36, "4150000"),
    _row(37, "4290000"),
    advice("9.37b", "4290000 with Retry-After", faults.retry_after),
    advice("9.38", "no other codes", refusals(faults.known_fault)),
    must("9.39", "no codes of drafts", refusals(envelope.never_sent_fault)),
)

_HTTP = (
    must("10a", "every request answered, no 5xx", answered(envelope.breakdown_fault)),
    must("10b", "the known statuses, 200 for success", every(envelope.status_fault)),
)

_WINNERS = (
    must("12.1", "the word is success", sum_of("2.1a")),
    advice("12.2", "the payload in both places", sum_of("2.1b", "2.1c")),
    must("12.3", "register in both forms", sum_of("5.1a", "5.1b")),
    must("12.4", "register with phone or e-mail", sum_of("5.1f", "5.1g", "5.1h", "5.1l")),
    must("12.5", "update tells id and member", sum_of("5.2c", "5.2d")),
    must("12.6", "an unknown member is 203", sum_of("4.1n", "4.1o")),
    advice("12.7", "error.path where a field is to blame", sum_of("2.2c", "2.2d")),
    must("12.8", "a payment needs no sale", sum_of("5.5a", "5.5c")),
    must("12.9", "a cancel needs no amount", sum_of("5.5i", "5.5j")),
    must("12.10", "no negative payment", sum_of("4.9b")),
    must("12.11", "both names of tenders", sum_of("4.6d")),
    must("12.12", "both names of item amounts", sum_of("4.7b")),
    must("12.13", "either of the two times", sum_of("4.6b")),
    must("12.14", "discounts are positive", sum_of("3.1d", "4.10b")),
    must("12.15", "used assets are keys, items tolerated", sum_of("4.5a", "4.5b")),
    must("12.16", "assets and deals in both places", sum_of("4.5b", "4.10c")),
    must("12.17", "identifiers as each call has them", sum_of("4.1k", "5.4a")),
    must("12.18", "both forms of a birthday", sum_of("4.3b", "5.1a")),
    advice("12.19", "407 names the balance really used", sum_of("5.5e")),
)

ERRORS = (*_ROWS, *_HTTP, *_WINNERS)
