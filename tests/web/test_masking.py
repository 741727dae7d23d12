"""What is not open is masked, wherever it stands and whatever it is."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from adapter.core import exchanges
from adapter.core.exchanges import BODY, Known
from adapter.web.masking import LONGEST_BODY, Masker, opened

ANNA = uuid.uuid4()
NAMES = frozenset(("amount", "items.name", "state", ".code", "allow", "saleDate"))


def known(**facts: str) -> Known:
    found: Known = {}
    for name, text in facts.items():
        exchanges.add(found, ANNA, name, text)
    return found


NUMBER: dict[str, Any] = {"as": "7##########", "number": True}


def masked(value: Any, **facts: str) -> Any:
    masker = Masker(opened(NAMES), known(**facts))
    data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    return json.loads(masker.body(data) or "null")


def of_anna(name: str, **more: Any) -> dict[str, Any]:
    return {"$member": str(ANNA), "is": name} | more


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ({"amount": 12, "state": "new"}, {"amount": 12, "state": "new"}),
        ({"saledate": "2026-01-01"}, {"saledate": "2026-01-01"}),
        ({"amount": None, "state": "", "x": None}, {"amount": None, "state": "", "x": None}),
        ({"amount": True, "other": True}, {"amount": True, "other": "***boolean"}),
        ({"other": "Анна", "age": 44}, {"other": "***", "age": "***number"}),
        ({"deep": {"amount": 1, "er": {"x": "Анна"}}}, {"deep": {"amount": 1, "er": {"x": "***"}}}),
        ({"amount": {"x": "Анна"}}, {"amount": {"x": "***"}}),
        ({"allow": ["sms"], "x": ["a", 1]}, {"allow": ["sms"], "x": ["***", "***number"]}),
        ({"amount": [[1, ["Анна"]]]}, {"amount": [[1, ["Анна"]]]}),
        ({"items": [{"name": "Чай"}], "name": "Анна"}, {"items": [{"name": "Чай"}], "name": "***"}),
        ({"code": "7", "error": {"code": "Анна"}}, {"code": "7", "error": {"code": "***"}}),
        (["Анна", {"amount": 1}], ["***", {"amount": 1}]),
        ("Анна", "***"),
        (79005550142, "***number"),
        ({"79005550142": 1, "Анна": 2}, {"***": "***number"}),
        ({"a@b.example": 3, "ok_1": 4}, {"***": "***number", "ok_1": "***number"}),
        ({"state": "x" * 300}, {"state": "***"}),
        (b"{broken Anna", {"$text": "***"}),
        (b"\xff\xfe", {"$bytes": 2}),
        (b"x" * 300, {"$bytes": 300}),
        (b"", None),
    ],
)  # fmt: skip
def test_open_by_name_and_nothing_else(value: Any, wanted: Any) -> None:
    assert masked(value) == wanted


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("79005550142", "7##########"),
        ("+7 (900) 555-01-42", "+7 (###) ###-##-##"),
        ("89005550142", "8##########"),
        ("9005550142", "##########"),
        (" 7900 555 01 42 ", " 7### ### ## ## "),
    ],
)
def test_a_phone_is_a_reference_however_it_is_written_and_is_written_so_again(
    text: str, form: str
) -> None:
    found = masked({"phone": text}, phone="79005550142")

    assert found == {"phone": of_anna("phone", **{"as": form})}
    assert exchanges.in_form(form, "79005550142") == text


@pytest.mark.parametrize(
    ("value", "facts", "wanted"),
    [
        ({"x": "ANNA@Example.com "}, {"email": "anna@example.com"}, {"x": of_anna("email")}),
        ({"x": 79005550142}, {"phone": "79005550142"}, {"x": of_anna("phone", **NUMBER)}),
        ({"x": "Анна"}, {"first_name": "анна"}, {"x": of_anna("first_name")}),
        ({"state": "7700000042"}, {"card": "7700000042"}, {"state": of_anna("card")}),
        ({"amount": 7700000042}, {"card": "7700000042"}, {"amount": of_anna("card", number=True)}),
        ({"amount": 42}, {"external_id": "42"}, {"amount": 42}),
        ({"anna@example.com": 1}, {"email": "anna@example.com"}, {"***": "***number"}),
        ({"x": "79005550143"}, {"phone": "79005550142"}, {"x": "***"}),
        ({"x": "555-01-42"}, {"phone": "79005550142"}, {"x": "***"}),
    ],
)  # fmt: skip
def test_what_is_a_members_is_named_and_not_kept(
    value: Any, facts: dict[str, str], wanted: Any
) -> None:
    assert masked(value, **facts) == wanted


def test_bare_text_that_is_a_members_is_a_reference() -> None:
    assert masked(b"7700000042", card="7700000042") == of_anna("card", number=True)
    assert masked(b"card 7700000042", card="7700000042") == {"$text": "***"}


def test_of_a_body_that_is_too_long_or_too_deep_something_is_left_out_and_that_is_told() -> None:
    for value in (
        {"amount": list(range(1000))},
        {"items": [{"name": "x" * 200} for _ in range(500)]},
        json.loads('{"a":' * 60 + "1" + "}" * 60),
        b'{"state": "' + b"x" * LONGEST_BODY + b'"}',
    ):
        masker = Masker(opened(NAMES), {})
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        assert len(masker.body(data) or "") <= BODY
        assert masker.is_cut


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 50_000, b"9" * 5000, b'"\\ud800"'])
def test_hostile_bodies_are_masked_without_an_error(data: bytes) -> None:
    masker = Masker(opened(NAMES), {})

    (masker.body(data) or "").encode()


def test_half_a_surrogate_pair_in_the_open_can_be_kept() -> None:
    masker = Masker(opened(NAMES), {})

    assert masker.body(b'{"state": "\\ud800\\u0000"}') == '{"state":"\\ud800\\u0000"}'


def test_decimals_keep_their_digits() -> None:
    assert Masker(opened(NAMES), {}).body(b'{"amount":1.10,"x":2.5}') == (
        '{"amount": 1.10, "x": "***number"}'
    )
