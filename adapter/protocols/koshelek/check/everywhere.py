"""Rules that hold for every answer of a run; they are judged when all the others are done."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapter.checks import Answer, Failed, NotTested, OverAll
from adapter.checks.wire import judge, leaves, texts
from adapter.protocols.koshelek.check import documents, expect
from adapter.protocols.koshelek.check.people import unissued_number
from adapter.protocols.koshelek.check.play import Play

_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[01])[0-9A-Fa-f]{4}")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LEAKS = re.compile(
    r"Traceback|File \"|SELECT |INSERT INTO|sqlalchemy|psycopg|sqlite3?\.|Exception\b|at java\."
)


def error_fault(answer: Answer) -> str | None:
    if answer.status < 400 or answer.method == "HEAD":
        return None
    return next(documents.error_faults(answer), None)


def leaf_fault(answer: Answer) -> str | None:
    """A leaf that is no string; the bare number of a reservation is the one exception (G1)."""
    if answer.purpose == "reservation" and documents.reservation_form(answer) == "bare":
        return None
    for place, value in leaves(answer.document):
        if value is not None and not isinstance(value, str):
            return f"{place or 'the document'} is {value}, not a string"
    return None


def null_fault(answer: Answer) -> str | None:
    for place, value in leaves(answer.document):
        if value is None:
            return f"{place or 'the document'} is null"
    return None


def length_fault(answer: Answer) -> str | None:
    card = documents.card(answer) or {}
    barcode = card.get("barcode")
    shown = [card.get("cardNumber")]
    if isinstance(barcode, dict):
        shown.append(barcode.get("barcodeNumber"))
    longest = max(len(str(text)) for text in shown)
    return f"{longest} characters" if longest > 50 else None


def bonus_fault(answer: Answer) -> str | None:
    return "a bonus outside of method 2" if documents.bonus(answer) is not None else None


def escape_fault(answer: Answer) -> str | None:
    found = _ESCAPE.search(answer.body)
    return f"{found.group().decode()} instead of the letter" if found else None


def number_fault(answer: Answer) -> str | None:
    odd = [number for number in documents.numbers(answer) if not documents.is_plain(number)]
    return f"number {odd[0]!r}" if odd else None


def day_fault(answer: Answer) -> str | None:
    odd = [day for day in documents.days(answer) if not documents.is_day(day)]
    return f"day {str(odd[0])!r} is not YYYY-MM-DD" if odd else None


def phone_fault(answer: Answer) -> str | None:
    odd = [phone for phone in documents.phones(answer) if not re.fullmatch("[0-9]+", phone)]
    return f"a phone is not digits only: {odd[0]!r}" if odd else None


def leak_fault(answer: Answer) -> str | None:
    found = _LEAKS.search(answer.text) if answer.status != 200 else None
    return f"the refusal shows {found.group()!r}" if found else None


def damage_fault(answer: Answer) -> str | None:
    """Cyrillic read or written in another encoding on its way."""
    for text in texts(answer.document):
        # What cannot be told from damage if we sent it ourselves.
        sent = answer.target + answer.request_body.decode("utf-8", errors="replace")
        if re.search(r"\?{3,}|\ufffd", text) and not re.search(r"\?{3,}|\ufffd|%FF", sent):
            return f"letters were lost: {text!r}"
        for encoding in ("latin-1", "cp1252", "cp1251"):
            if _CYRILLIC.search(_reread(text, encoding)):
                return f"UTF-8 was read as {encoding}: {text!r}"
    return None


def _reread(text: str, encoding: str) -> str:
    """What the text was if its UTF-8 bytes were taken for another encoding, else nothing."""
    if text.isascii():
        return ""
    try:
        return text.encode(encoding).decode("utf-8")
    except UnicodeError:
        return ""


@OverAll
def cyrillic_survives(play: Play) -> str:
    judge(play.judged(), damage_fault)
    shown = {text for text in _shown(play) if _CYRILLIC.search(text)}
    if not shown:
        raise NotTested("the host showed no Cyrillic text, so nothing can be compared")
    return f"{len(shown)} texts"


def _shown(play: Play) -> Iterator[str]:
    for answer in play.client.answers:
        yield from texts(answer.document)


@OverAll
def russian_descriptions(play: Play) -> str:
    """Support staff read the description in the app's country (G13)."""

    def rule(answer: Answer) -> str | None:
        document = answer.document if isinstance(answer.document, dict) else {}
        text = document.get("description")
        return None if isinstance(text, str) and _CYRILLIC.search(text) else "not in Russian"

    refusals = [a for a in play.client.answers if a.status == 422 and a.method != "HEAD"]
    return judge(refusals, rule)


def stable_codes(play: Play) -> None:
    """The same refusal has the same code each time."""
    number = unissued_number()
    answers = [expect.refusal(play.card(number)) for _ in range(2)]
    codes = [documents.error_code(answer) for answer in answers]
    if codes[0] is None or codes[0] != codes[1]:
        raise Failed(f"codes {codes[0]!r} and {codes[1]!r}", answers[1].transcript)
