"""What is wrong is named with row and column, left undone wholly, and comes back to be mended."""

from __future__ import annotations

import csv
import io

import pytest

from adapter.core import members, trail
from adapter.core.members import IdentityKind
from adapter.files import NotATable
from tests.factories import findings
from tests.files.conftest import table

HEAD = "phone,first_name,birth_date,gender,consent_sms"
PEOPLE = table(
    HEAD,
    "79005550142,Anna,1990-01-31,f,yes",
    "79005550143,Boris,31.01.1990,m,no",
    "79005550144,Vera,1990-01-31,x,maybe",
    "not a phone,Gleb,,,",
    "79005550145,Dina,,f",
    ",Nobody,,,",
    "79005550142,Anna again,,,",
    "79005550146,Egor,,,",
)


def wrong_rows(shop):
    return list(csv.DictReader(io.StringIO(shop.wrong, newline="")))


def phones(shop):
    with shop.database.reading() as work:
        return [
            member.identity(IdentityKind.PHONE).value
            for page in members.pages(work, shop.program.id)
            for member in page
        ]


def test_each_fault_names_its_row_and_column_and_the_rest_is_done(shop):
    counts = shop.take("members", PEOPLE)

    assert sorted(shop.said()) == [
        (3, "birth_date"),
        (4, "consent_sms"),
        (4, "gender"),
        (5, "phone"),
        (6, ""),
        (7, ""),
        (8, "phone"),
    ]
    assert phones(shop) == ["79005550142", "79005550146"]
    assert (counts.rows, counts.added, counts.faulty) == (8, 2, 6)


def test_a_fault_tells_the_value_where_it_is_nothing_personal(shop):
    shop.take("members", PEOPLE)

    said = "\n".join(map(str, shop.faults))
    assert "row 4, column gender, value 'x': must be f or m" in said
    assert "row 4, column consent_sms, value 'maybe': must be yes or no" in said
    for personal in ("not a phone", "31.01.1990", "Boris", "5550142"):
        assert personal not in said


def test_the_rows_that_were_not_done_can_be_mended_and_imported_again(shop):
    shop.take("members", PEOPLE)
    rows = wrong_rows(shop)
    assert [row["row"] for row in rows] == ["3", "4", "5", "6", "7", "8"]
    assert set(rows[1]["column"].split()) == {"gender", "consent_sms"}
    assert rows[0]["fault"] == "must be a day written YYYY-MM-DD"

    mended = shop.wrong.replace("31.01.1990", "1990-01-31")
    counts = shop.take("members", mended)

    # Boris; and of what was filled up, or is there twice no more, Dina and Anna.
    assert (counts.added, counts.known, counts.faulty) == (2, 1, 3)
    assert "79005550143" in phones(shop)


def test_a_dry_run_finds_the_same_and_changes_nothing(shop):
    tried = shop.take("members", PEOPLE, dry_run=True)
    said = sorted(shop.said())
    assert phones(shop) == []

    done = shop.take("members", PEOPLE)

    assert (tried, said) == (done, sorted(shop.said()))


def test_an_import_is_in_the_trail_with_its_counts_and_a_dry_run_is_not(shop):
    shop.take("members", PEOPLE, dry_run=True)
    shop.take("members", PEOPLE)

    with shop.database.reading() as work:
        (change,) = trail.changes(work, trail.Sought(program_id=shop.program.id))
    assert (change.actor, change.action) == ("cli:tests", "file.import")
    assert change.after == {"table": "members", "rows": 8, "added": 2, "known": 0, "faulty": 6}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\r\n",
        "phone,shoe_size\r\n",
        "phone,phone\r\n",
        "79005550142,Anna\r\n",
    ],
)
def test_a_file_that_is_no_such_table_is_refused_whole(shop, text):
    with pytest.raises(NotATable):
        shop.take("members", text)


def test_a_column_that_is_needed_is_missed(shop):
    with pytest.raises(NotATable, match="the column reference is missing"):
        shop.take("transactions", "occurred_at\r\n")


def test_quotes_that_do_not_end_are_faults_of_their_rows(shop):
    text = table(HEAD, "79005550142,Анна,,,").encode()
    text += b'79005550144,"Vera"x,,,\r\n79005550145,Dina,,,\r\n79005550146,"Egor,,,\r\n'

    shop.take("members", text)

    assert phones(shop) == ["79005550142", "79005550145"]
    assert [row for row, _ in shop.said()] == [3, 5]


PEOPLE_OF_RUSSIA = table(HEAD, "79005550142,Anna,,,", "79005550143,Борис,,,")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PEOPLE_OF_RUSSIA.encode("cp1251"), "^row 3 is not UTF-8: save the table as UTF-8"),
        (PEOPLE_OF_RUSSIA.encode() + "Вера".encode()[:-1], "^row 4 is not UTF-8"),
        (table(HEAD).encode() + b'"\xc0"x,,,\r\n', "^the file is not UTF-8"),
        ("телефон\r\n".encode("cp1251"), "^row 1 is not UTF-8"),
        (PEOPLE_OF_RUSSIA.encode("utf-16"), "^the file is UTF-16, and is not UTF-8"),
    ],
)
@pytest.mark.parametrize("dry_run", (True, False))
def test_a_table_that_is_no_utf_8_is_refused_whole(shop, text, said, dry_run):
    with pytest.raises(NotATable, match=said):
        shop.take("members", text, dry_run=dry_run)

    assert phones(shop) == []


def test_a_cell_longer_than_anybody_means_is_a_fault(shop):
    shop.take("members", table(HEAD, f"79005550142,{'x' * 200_000},,,", "79005550143,Boris,,,"))

    assert phones(shop) == ["79005550143"]


def test_cells_that_have_no_column_come_back_behind_all_others(shop):
    people = table("phone,first_name", "79005550142,Anna,Maria,=1", "79005550143,Boris")

    shop.take("members", people)
    (row,) = wrong_rows(shop)
    counts = shop.take("members", shop.wrong)
    (again,) = wrong_rows(shop)

    assert row["fault"] == "has 4 cells where the header has 2"
    assert (row["first_name"], row[None]) == ("Anna", ["Maria", "'=1"])
    # Nor is it done before somebody has mended it.
    assert (counts.faulty, again[None], phones(shop)) == (1, row[None], ["79005550143"])


def test_the_character_nul_is_a_fault(shop):
    shop.take("members", table(HEAD, "79005550142,An\0na,,,"))

    assert shop.said() == [(2, "first_name")]


def test_a_number_of_somebody_else_is_a_fault(shop):
    shop.take("members", table("phone,external_id", "79005550142,X-1", "79005550143,X-2"))

    shop.take("members", table("phone,external_id", "79005550143,X-1", "79005550142,X-1"))

    assert shop.said() == [(2, "external_id")]


def test_two_rows_of_one_member_under_two_names_are_a_fault(shop):
    shop.take("members", table("phone,external_id", "79005550142,X-1"))

    shop.take("members", table("phone,external_id,first_name", "79005550142,,A", ",X-1,B"))

    assert shop.said() == [(3, "")]


def test_cards_of_nobody_or_of_somebody_else_are_faults(shop):
    shop.take("members", table("phone", "79005550142", "79005550143"))
    head = "number,phone,state,barcode_type,barcode"
    shop.take("cards", table(head, "1001,79005550142,,,", "1002,,,,"))

    counts = shop.take(
        "cards",
        table(
            head,
            "1001,79005550143,,,",
            "1003,79990000000,,,",
            "1004,,active,,",
            "1005,79005550142,,EAN_13,123",
            ",79005550142,,,",
            "1006,79005550142,lost,,",
            "1007,79005550142,,,",
            "1007,79005550143,,,",
            "1002,79005550143,,,",
        ),
    )

    assert sorted(shop.said()) == [
        (2, "number"),
        (3, "phone"),
        (4, "state"),
        (5, "barcode"),
        (6, "number"),
        (7, "state"),
        (9, "number"),
    ]
    assert counts.added == 1
    assert shop.give("cards").count("\n") == 4


def test_one_wrong_lot_leaves_all_of_a_members_balance_undone(shop):
    shop.take("members", table("phone", "79005550142", "79005550143"))
    head = "phone,amount,expires_on,reserved"

    counts = shop.take(
        "balances",
        table(
            head,
            "79005550142,100,2027-02-14,",
            "79005550142,1.234,,",
            "79005550143,10,,",
            "79005550143,,,5",
        ),
    )

    assert shop.said() == [(3, "amount")]
    assert [row["row"] for row in wrong_rows(shop)] == ["2", "3"]
    assert (counts.rows, counts.added, counts.faulty) == (4, 2, 2)
    mended = shop.wrong.replace("1.234", "1.23")
    assert shop.take("balances", mended).added == 2
    with shop.database.unit_of_work() as work:
        assert findings(work) == []


@pytest.mark.parametrize(
    "rows, where",
    [
        (["79005550142,10,5"], (2, "amount")),
        (["79005550142,,"], (2, "amount")),
        (["79005550142,-10,"], (2, "amount")),
        (["79005550142,10,", "79005550142,,11"], (3, "reserved")),
        (["79005550142,ten,"], (2, "amount")),
        (["79990000000,10,"], (2, "phone")),
        ([",10,"], (2, "")),
        (["79005550142,1,", "79005550143,1,", "79005550142,2,"], (4, "")),
    ],
)
def test_what_cannot_be_a_balance_is_a_fault(shop, rows, where):
    shop.take("members", table("phone", "79005550142", "79005550143"))

    shop.take("balances", table("phone,amount,reserved", *rows))

    assert shop.said() == [where]


def test_balances_may_be_named_by_the_number_of_a_card(shop):
    shop.take("members", table("phone", "79005550142"))
    shop.take("cards", table("number,phone", "2337658900,79005550142"))

    shop.take("balances", table("card;amount", "2337658900;12.5", "9999;1"))

    assert shop.said() == [(3, "card")]
    assert ",12.50," in shop.give("balances") or ",12.5," in shop.give("balances")


def test_points_that_have_moved_are_left_alone(shop):
    shop.take("members", table("phone", "79005550142"))
    shop.take("balances", table("phone,amount", "79005550142,10"))

    counts = shop.take("balances", table("phone,amount", "79005550142,99"))

    assert (counts.added, counts.known) == (0, 1)
    assert ",10," in shop.give("balances")


SALES = "reference,occurred_at,phone,item_name,item_net_minor,tenders"


def test_one_wrong_line_leaves_the_whole_sale_undone(shop):
    shop.take("members", table("phone", "79005550142"))

    counts = shop.take(
        "transactions",
        table(
            SALES,
            "R-1,2025-02-14T10:00:00Z,79005550142,Tea,100,CASH:150",
            "R-1,2025-02-14T10:00:00Z,79005550142,Cake,50.5,CASH:150",
            "R-2,2025-02-14T10:00:00Z,79005550142,Tea,100,CASH",
            "R-3,2025-02-14,79005550142,Tea,100,",
            "R-4,2025-02-14T10:00:00Z,79990000000,Tea,100,",
            "R-5,2025-02-14T10:00:00Z,79005550142,Tea,100,",
            "R-5,2025-02-14T10:00:01Z,79005550142,Tea,100,",
            "R-6,2025-02-14T10:00:00Z,79005550142,Tea,100,",
            "R-7,2025-02-14T10:00:00Z,79005550142,Tea,100,",
            "R-6,2025-02-14T10:00:00Z,79005550142,Tea,100,",
        ),
    )

    assert sorted(shop.said()) == [
        (3, "item_net_minor"),
        (4, "tenders"),
        (5, "occurred_at"),
        (6, "phone"),
        (8, "occurred_at"),
        (11, "reference"),
    ]
    # Of eleven rows have two each, of which nothing is done.
    assert (counts.rows, counts.added, counts.faulty) == (10, 2, 8)
    assert str(shop.faults[0]) == (
        "row 3, column item_net_minor, value '50.5': must be a whole number"
    )


def test_a_sale_of_somebody_else_is_a_fault(shop):
    shop.take("members", table("phone", "79005550142", "79005550143"))
    shop.take("transactions", table(SALES, "R-1,2025-02-14T10:00:00Z,79005550142,Tea,100,"))

    shop.take("transactions", table(SALES, "R-1,2025-02-14T10:00:00Z,79005550143,Tea,100,"))

    assert shop.said() == [(2, "reference")]
