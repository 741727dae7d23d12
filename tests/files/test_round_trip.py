"""What is exported goes into an empty program, and comes out of it byte for byte."""

from __future__ import annotations

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from adapter.files import plain, safe
from adapter.files.lists import joined, texts
from tests.factories import findings
from tests.files.conftest import KINDS
from tests.programfile.documents import load_document
from tests.shelf import borrowed

ODD = [
    {
        "phone": "79005550142",
        "phone_shown": "+7 900 555-01-42",
        "email": "=cmd|'/c'!A1@example.com",
        "first_name": '=HYPERLINK("http://evil.example")',
        "last_name": "'=1+1",
        "patronymic": 'line\r\nbreak; and, "quotes"',
        "locality": "-",
        "birth_date": "1990-01-31",
        "gender": "f",
        "tier": "gold",
        "segments": ["a|b", "c\\d", "e:f"],
        "membership_key": "0fe31b8b-5ad5-48af-81e9-4adc7d596042",
        "external_id": "@SUM(A1)",
        "passes": ["PASS|1", "PASS-2"],
        "consents": {"sms": True, "gdpr": False},
        "cards": [
            {"number": "2337658900", "barcode": {"type": "EAN_13", "number": "2337658900009"}},
            {"number": "0000000001", "state": "blocked"},
        ],
        "balances": {"points": "12.50", "credit": "300"},
        "lots": [
            {"amount": "120", "reason": "-10% Purchase", "expires_on": "2027-02-14"},
            {"amount": "0.01", "active_from": "2031-01-01T00:00:00Z"},
        ],
        "reserved": {"points": "50"},
        "transactions": [
            {
                "reference": "=R-1",
                "occurred_at": "2025-02-14T10:00:00.250000Z",
                "outlet": "BR001",
                "terminal": "POS001",
                "source": "till",
                "confirmation_code": "code-1",
                "points": "12.90",
                "total_minor": 129900,
                "tags": ["x|y"],
                "tenders": [
                    {"kind": "CA:SH|", "amount_minor": 100},
                    {"kind": "CARD", "amount_minor": 129800},
                ],
                "items": [
                    {
                        "name": "Coffee",
                        "quantity": "1.5",
                        "net_minor": 129900,
                        "tags": ["hot"],
                        "points_earned": "12.90",
                        "code": "+K",
                        "department": "HOT",
                    },
                    {"name": "Back", "quantity": "-1", "net_minor": -100, "gross_minor": -200},
                ],
            },
            {"reference": "R-2", "occurred_at": "2025-02-14T10:00:00Z", "state": "cancelled"},
        ],
    },
    {"phone": "79005550143", "balances": {"points": "-3"}},
    {"membership_key": "nameless", "status": "blocked"},
    {"external_id": "X-9", "status": "inactive", "consents": {"push": True}},
]


@pytest.fixture
def odd(make_shop):
    """A program with everything in it that a table may have to say."""
    shop = make_shop(allow_negative=True)
    document = {
        "code": "MAIN",
        "members": ODD,
        "card_pool": [
            {"number": "7700009001"},
            {"number": "7700009002", "barcode": {"type": "EAN_8", "number": "96385074"}},
        ],
    }
    load_document(shop.database, {"programs": [document]})
    return shop


def test_every_table_comes_back_byte_for_byte(odd, make_shop):
    tables = odd.give_all()
    other = make_shop(allow_negative=True)

    counts = {kind: other.take(kind, tables[kind]) for kind in KINDS}

    assert [count.faulty for count in counts.values()] == [0, 0, 0, 0]
    assert other.give_all() == tables
    assert {kind: text.count("\n") for kind, text in tables.items()} == {
        "members": 6,
        "cards": 5,
        "balances": 7,
        "transactions": 4,
    }
    with other.database.unit_of_work() as work:
        assert findings(work) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_table_again_changes_nothing(odd, kind):
    before = odd.give_all()

    counts = odd.take(kind, before[kind])

    assert (counts.added, counts.faulty) == (0, 0)
    assert odd.give_all() == before


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a mark"])
def test_the_delimiter_is_found_and_a_mark_is_no_letter(odd, make_shop, delimiter, mark):
    other = make_shop()

    other.take("members", mark + odd.give("members", delimiter=delimiter).encode())

    assert other.give("members") == odd.give("members")


def test_no_cell_of_a_person_is_a_formula(odd):
    for kind in KINDS:
        for cell in odd.give(kind).replace("\r\n", ",").replace('"', "").split(","):
            number = cell.removeprefix("-").removeprefix("+").replace(".", "")
            assert not cell.startswith(("=", "+", "-", "@")) or number.isdigit()


@given(some.text())
def test_a_cell_made_safe_is_undone_exactly(text):
    assert plain(safe(text)) == text


@given(some.text(alphabet="'=+-@ \t\r\n1a"))
def test_a_cell_of_signs_made_safe_is_undone_exactly_and_begins_no_formula(text):
    cell = safe(text)

    assert plain(cell) == text
    number = cell[1:].isdigit() and cell[:1] in "+-"
    assert number or not cell.lstrip(" ").startswith(tuple("=+-@\t\r\n"))


@given(some.lists(some.text(alphabet="ab|\\:", min_size=1)))
def test_several_texts_in_a_cell_come_apart_as_they_were(several):
    assert texts(joined(several)) == several


NAMES = some.text(alphabet=string.ascii_letters + "ЁЖя '\"=+-@,;|\\\t\n", min_size=1, max_size=12)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    people=some.lists(
        some.fixed_dictionaries(
            {},
            optional={
                "first_name": NAMES,
                "locality": NAMES,
                "gender": some.sampled_from("fm"),
                "consents": some.dictionaries(
                    some.sampled_from(["sms", "call"]), some.booleans(), max_size=2
                ),
                "lots": some.lists(
                    some.fixed_dictionaries(
                        {"amount": some.integers(1, 10**6).map(lambda n: f"{n / 100:.2f}")},
                        optional={"reason": NAMES, "expires_on": some.just("2027-02-14")},
                    ),
                    max_size=3,
                ),
            },
        ),
        max_size=5,
    )
)
def test_whatever_people_are_called_and_hold_comes_back(people, make_shop, shelf, clock):
    named = [
        person | {"phone": f"7900555{number:04}", "cards": [{"number": f"55{number:06}"}]}
        for number, person in enumerate(people)
    ]
    with borrowed(shelf, clock) as borrow:
        one, other = make_shop(borrow()), make_shop(borrow())
        load_document(one.database, {"programs": [{"code": "MAIN", "members": named}]})
        tables = one.give_all()

        for kind in KINDS:
            assert other.take(kind, tables[kind]).faulty == 0

        assert other.give_all() == tables
