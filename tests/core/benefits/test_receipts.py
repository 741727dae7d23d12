"""Fiscal receipts: whose QR code says what, and who took it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.core import benefits, ledger
from adapter.core.benefits import receipts
from adapter.core.errors import InvalidReceipt, MemberInactive, ReceiptTaken
from adapter.core.members import MemberStatus
from adapter.db import Work
from tests.factories import PLACE, findings, make_member, make_program, points, purse_of

TEXT = "t=20260504T0900&s=1299.90&fn=9999078900004312&i=9&fp=3522207165&n=1"


def test_a_receipt_is_known_by_three_numbers_and_tells_its_sum() -> None:
    receipt = receipts.parse(TEXT)

    assert receipt.key == "9999078900004312:9:3522207165"
    assert receipt.sum_minor == 129990


def test_a_receipt_may_keep_its_sum_to_itself() -> None:
    assert receipts.parse("fn=1&i=2&fp=3").sum_minor is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "https://example.com/?q=1",
        "fn=1&i=2",
        "fn=1&i=2&fp=",
        "fn=1&i=2&fp=x",
        "fn=1&i=2&fp=٣",
        "fn=1&i=2&fp=" + "3" * 21,
        "fn=1&i=2&fp=3&s=abc",
        "fn=1&i=2&fp=3&s=1.001",
        "fn=1&i=2&fp=3&" + "a=1&" * 100,
        "fn=1&i=2&fp=3&x=" + "y" * 500,
    ],
)
def test_what_is_not_of_the_fiscal_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidReceipt):
        receipts.parse(text)


@given(st.text(max_size=600))
def test_any_text_is_a_receipt_or_refused(text: str) -> None:
    try:
        receipt = receipts.parse(text)
    except InvalidReceipt:
        return

    assert receipt.key.count(":") == 2


def test_a_receipt_gives_the_points_of_the_program_once(work: Work) -> None:
    program = make_program(work, receipt_points="5.5")
    member = make_member(work, program)

    first = benefits.claim_receipt(work, program, member, text=TEXT, place=PLACE)
    second = benefits.claim_receipt(work, program, member, text=TEXT, place=PLACE)

    assert second.id == first.id
    assert first.amount_minor == 129990
    assert ledger.balance(work, purse_of(program, member)).total == points("5.5")
    assert findings(work) == []


def test_a_receipt_is_one_members(work: Work) -> None:
    program = make_program(work)
    benefits.claim_receipt(work, program, make_member(work, program), text=TEXT, place=PLACE)

    with pytest.raises(ReceiptTaken):
        benefits.claim_receipt(work, program, make_member(work, program), text=TEXT, place=PLACE)


def test_a_receipt_written_another_way_is_the_same_receipt(work: Work) -> None:
    program = make_program(work)
    benefits.claim_receipt(work, program, make_member(work, program), text=TEXT, place=PLACE)
    other_way = "&".join(reversed(TEXT.split("&")))

    with pytest.raises(ReceiptTaken):
        benefits.claim_receipt(
            work, program, make_member(work, program), text=other_way, place=PLACE
        )


def test_who_takes_no_part_registers_no_receipt(work: Work) -> None:
    program = make_program(work)
    member = make_member(work, program, status=MemberStatus.BLOCKED)

    with pytest.raises(MemberInactive):
        benefits.claim_receipt(work, program, member, text=TEXT, place=PLACE)
