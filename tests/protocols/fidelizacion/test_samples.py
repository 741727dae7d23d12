"""The vendor's examples (sections 2, 5 and 6), played in their order and compared whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapter.core import programs
from tests.protocols.fidelizacion.people import UUID, balance, give, grant, register_ines
from tests.protocols.fidelizacion.till import SAMPLES, Till, sample

# What we make ourselves, as the examples print it.
MEMBER_ID, KEY = "mem_1042", "d9a3a0a8-5f0e-4b8e-9a44-0a2c6c1f7b51"
PAYMENT = "6b1f0c52-9c1b-4a61-8c53-0f2a7a4f6f10"
SALE = "b0c5d7d4-64c7-4f0b-a1d0-6d3f4d2f9a11"
# What was sold before the examples begin: three visits, 91.50 in all.
EARLIER = (3000, 3000, 3150)


class Story:
    """The examples, with what we made in the place of what they print."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.made: dict[str, str] = {}

    def play(self, name: str, path: str) -> tuple[Any, Any]:
        """What was answered to an example, and what its text says is answered."""
        example = sample(name)
        given = example.get("headers", {}).items()
        headers = {header.replace("-", "_"): text for header, text in given}
        request = self._ours(example["request"])
        response = self.till.with_headers(**headers).post(path, request)
        self._learn(example["answer"], response.json)
        return response.json, self._mirrored(self._ours(example["answer"]))

    def _ours(self, document: Any) -> Any:
        text = json.dumps(document)
        for printed, made in self.made.items():
            text = text.replace(printed, made)
        return json.loads(text)

    def _learn(self, printed: Any, sent: Any) -> None:
        if isinstance(printed, dict) and isinstance(sent, dict):
            for key, value in printed.items():
                if value in (MEMBER_ID, KEY, PAYMENT, SALE) and key in sent:
                    self.made.setdefault(value, sent[key])
                self._learn(value, sent.get(key))

    def _mirrored(self, answer: dict[str, Any]) -> dict[str, Any]:
        """2.1: the examples print `data` alone."""
        return answer | answer.get("data", {})


@pytest.fixture
def story(till: Till) -> Story:
    """Ines registered and updated, with three visits, 11.20 points, a tea, and a deal for it."""
    with till.database.unit_of_work() as work:
        terms = {"percent": "10", "departments": ["HOT"]}
        programs.put_deal(work, till.program.id, code="deal_7", name="Morning 10%", terms=terms)
    return Story(till)


def begin(story: Story) -> None:
    """Play the first two examples, and what must have been before the third."""
    for name in ("register", "update"):
        sent, printed = story.play(name, f"/v1/member/{name}")
        assert sent == printed
    for number, cents in enumerate(EARLIER):
        at = f"2025-0{number + 1}-10T09:00:00Z"
        sale = {"transactionId": f"E-{number}", "dateTime": at, "totalAmount": cents}
        sale["meansOfPayment"] = [{"type": "CREDIT", "amount": cents}]
        answer = story.till.submit(sale, member={"phoneNumber": "612005544"}).json
        assert answer["earnedPoints"] == 0
    give(story.till, 1120)
    grant(story.till, "as_91", name="Free tea", terms={"free_item": True, "items": ["TEA01"]})


def test_the_examples_in_their_order(story: Story) -> None:
    begin(story)

    for name, path in (
        ("details", "/v1/member/details"),
        ("pay", "/v1/payment"),
        ("cancel_payment", "/v1/payment"),
    ):
        sent, printed = story.play(name, path)

        assert sent == printed, name
    # As if it had been paid again: from here the text goes on with 820.
    story.made.pop(PAYMENT)
    for name, path in (
        ("pay", "/v1/payment"),
        ("transaction", "/v1/transaction"),
        ("event", "/v1/event"),
        ("unknown_member", "/v1/member/details"),
    ):
        sent, printed = story.play(name, path)

        assert sent == printed, name


@pytest.mark.parametrize("form", ["cancel_top", "cancel_nested"])
def test_a_sale_is_cancelled_in_either_form(story: Story, form: str) -> None:
    begin(story)
    story.play("pay", "/v1/payment")
    story.play("transaction", "/v1/transaction")

    for _ in range(2):
        sent, printed = story.play(form, "/v1/transaction")

        assert sent == printed
    assert balance(story.till) == {"points": 820, "credit": 0}


@pytest.mark.parametrize("form", ["cancel_payment", "cancel_payment_with_amount"])
def test_a_payment_is_cancelled_with_its_amount_or_without(story: Story, form: str) -> None:
    begin(story)
    story.play("pay", "/v1/payment")

    for _ in range(2):
        sent, printed = story.play(form, "/v1/payment")

        assert sent == printed
    assert balance(story.till) == {"points": 1120, "credit": 0}


def test_what_we_make_has_the_form_of_what_is_printed(story: Story) -> None:
    begin(story)
    story.play("pay", "/v1/payment")
    story.play("transaction", "/v1/transaction")

    assert UUID.fullmatch(story.made[KEY])
    assert UUID.fullmatch(story.made[PAYMENT])
    assert UUID.fullmatch(story.made[SALE])
    assert story.made[MEMBER_ID].startswith("mem_")
    assert len({*story.made.values()}) == 4


def test_the_keys_of_an_answer_come_in_the_order_of_the_text(story: Story) -> None:
    """2.1: the status first, then the payload, then its mirror."""
    answer = story.till.register(phoneNumber="612005545").text

    assert answer.startswith('{"status": "success", "data": {"memberId": "mem_')


def test_every_sample_is_played() -> None:
    names = {path.stem for path in SAMPLES.glob("*.json")}
    text = Path(__file__).read_text(encoding="utf-8")

    assert len(names) == 11
    assert [name for name in names if f'"{name}"' not in text] == []


def test_a_member_is_usable_at_once(till: Till) -> None:
    """5.1."""
    key = register_ines(till)

    assert till.details({"membershipKey": key.upper()}).json["member"]["points"] == 0
