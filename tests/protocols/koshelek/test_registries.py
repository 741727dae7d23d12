"""Section 9: the registries as files, written and read as the offline service has them."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest

from adapter.core import cards, members, trail
from adapter.core.cards import CardState
from adapter.core.members import MemberStatus
from adapter.files import registries
from adapter.files.places import Folder
from adapter.protocols.koshelek import protocol
from tests import factories
from tests.files.sftp import PASSWORD, SftpServer

NOW = datetime(2025, 3, 1, 22, 30, tzinfo=UTC)  # by the clocks of Moscow it is the 2nd
HEAD = (
    "card_number;barcode;date;first_name;last_name;patronymic_name;phone;email;sex;birthday;"
    "bonus_balance;discount"
)


@pytest.fixture
def program(database, clock):
    clock.now = NOW
    with database.unit_of_work() as work:
        return factories.make_program(work)


@pytest.fixture
def write(database, program, tmp_path):
    """A function that has a registry written, and gives its name and its lines."""

    def write(kind):
        name, rows = registries.write(
            database,
            protocol.files().outgoing[kind],
            Folder(tmp_path),
            program=program.code,
            partner="DemoShop",
            actor="cli:ira",
        )
        with database.reading() as work:
            given = trail.changes(work, trail.Sought(action="registry.give", actor="cli:ira"))[0]
        assert (given.program_id, given.after) == (program.id, {"rows": rows})
        with zipfile.ZipFile(tmp_path / name) as packed:
            (inner,) = packed.namelist()
            data = packed.read(inner)
        assert f"{inner}.zip" == name
        assert data.endswith(b"\r\n")
        assert not data.startswith(b"\xef\xbb\xbf")
        lines = data.decode().split("\r\n")[:-1]
        assert rows == len(lines) - 1
        return name, lines

    return write


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def read(run, program, folder):
    def read(*more, place=folder):
        return run(
            *("registries", "koshelek", "read", "issued", "--program", program.code),
            *("--from", place, *more),
        )

    return read


def packed(*lines, inner="cards.csv", encoding="utf-8"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(inner, "".join(f"{line}\r\n" for line in lines).encode(encoding))
    return out.getvalue()


def test_issued_cards_are_listed_as_section_9_1_says(write, database, program):
    with database.unit_of_work() as work:
        member = factories.make_member(
            work,
            program,
            phone="79216668899",
            email="sample@example.com",
            first_name='Анна "Аня"; мл.',
            last_name="Ёлкина",
            patronymic="О" * 60,
            gender="f",
            birth_date=date(1990, 1, 31),
        )
        factories.make_card(
            work,
            program,
            member,
            number="0012345678",
            barcode_number="2337658900009",
            barcode_type=cards.BarcodeType.EAN_13,
        )
        purse = factories.purse_of(program, member)
        factories.give_points(work, purse, "120.99")
        factories.give_points(work, purse, "7", expires_at=work.now + timedelta(hours=1))
        factories.make_card(work, program, factories.make_member(work, program, phone=None))

    name, lines = write("cards")

    assert name == "DemoShop_clients_20250302.csv.zip"
    assert lines[0] == HEAD
    assert lines[1] == (
        '0012345678;2337658900009;20250302;"Анна ""Аня""; мл.";Ёлкина;'
        f"{'О' * 50};79216668899;sample@example.com;f;19900131;127;0"
    )
    assert lines[2].endswith(";20250302;;;;;;;;0;0")


def test_what_has_expired_is_not_in_the_balance(write, database, program, clock):
    with database.unit_of_work() as work:
        member = factories.make_member(work, program)
        factories.make_card(work, program, member)
        purse = factories.purse_of(program, member)
        factories.give_points(work, purse, "7", expires_at=work.now + timedelta(hours=1))
        factories.give_points(work, purse, "5", active_from=work.now + timedelta(hours=1))
        factories.give_points(work, purse, "100")
        factories.reserve_points(work, purse, "30")
    clock.now = NOW + timedelta(hours=2)

    _, lines = write("cards")

    # 107 less what has expired and is not set aside, and the 5 that are active now.
    assert lines[1].split(";")[10] == "82"


def test_cards_nobody_may_use_and_numbers_nobody_holds_are_not_issued(write, database, program):
    with database.unit_of_work() as work:
        member = factories.make_member(work, program)
        for state in (CardState.BLOCKED, CardState.INACTIVE):
            factories.make_card(work, program, member, state=state)
        blocked = factories.make_member(work, program, status=MemberStatus.BLOCKED)
        factories.make_card(work, program, blocked)
        factories.make_card(work, program)

    _, lines = write("cards")

    assert len(lines) == 2


def test_the_pool_is_listed_as_g32_says(write, database, program):
    """G32: by the name and the columns decided on."""
    with database.unit_of_work() as work:
        factories.make_card(work, program, number="7700009001")
        factories.make_card(work, program, factories.make_member(work, program))
        cards.reserve(work, program, life=timedelta(hours=1), place=factories.PLACE)
        factories.make_card(work, program, number="7700009002")
        cards.block(work, program.id, number="7700009002")

    name, lines = write("pool")

    assert name == "DemoShop_pool_20250302.csv.zip"
    assert lines == ["card_number;barcode", "7700009001;7700009001"]


def test_a_card_issued_in_the_app_is_its_users(read, folder, database, program):
    with database.unit_of_work() as work:
        factories.make_card(work, program, number="7700009001")
    (folder / "a.csv.zip").write_bytes(
        packed(
            "Phone;shoe_size;CARD_NUMBER;last_name;first_name;birthday;sex;patronymic_name",
            "89216668899;42;7700009001;Ёлкина;Анна;19900131;ж;",
        )
    )

    done = read("--json")

    assert json.loads(done.stdout) == {"files": 1, "rows": 1, "faulty": 0, "said": []}
    assert [one.name for one in folder.iterdir()] == ["done"]
    with database.reading() as work:
        card, member = cards.with_holder(work, program.id, "7700009001")
        assert (card.state, card.channel) == (CardState.ACTIVE, "koshelek")
        assert (member.first_name, member.last_name, member.gender) == ("Анна", "Ёлкина", "f")
        assert member.birth_date == date(1990, 1, 31)
        assert member.identity(members.IdentityKind.PHONE).value == "79216668899"
        (change,) = trail.changes(work, trail.Sought(action="registry.take"))
        assert (change.program_id, change.after) == (program.id, {"rows": 1})


def test_a_file_read_twice_changes_nothing(read, folder, database, program):
    with database.unit_of_work() as work:
        factories.make_card(work, program, number="7700009001")
    data = packed("card_number;phone", "7700009001;79216668899")
    (folder / "a.csv.zip").write_bytes(data)
    read()
    with database.reading() as work:
        before = cards.with_holder(work, program.id, "7700009001")
    (folder / "a.csv.zip").write_bytes(data)

    again = read()

    assert again.exit_code == 0
    with database.reading() as work:
        card, member = cards.with_holder(work, program.id, "7700009001")
        assert (card.issued_at, member.id) == (before[0].issued_at, before[1].id)
        assert member.updated_at == before[1].updated_at


def test_rows_with_faults_are_named_the_others_done_and_the_file_is_left(
    read, folder, database, program
):
    with database.unit_of_work() as work:
        for number in ("7700009001", "7700009002", "7700009003"):
            factories.make_card(work, program, number=number)
        factories.make_card(
            work, program, factories.make_member(work, program), number="7700009009"
        )
    (folder / "a.csv.zip").write_bytes(
        packed(
            "card_number;phone;birthday;first_name",
            "7700009001;79216668801;19900131;Anna",
            "7700009002;;19900131;Boris",
            "7700009003;79216668803;31.01.1990;Vera",
            "7700009009;79216668804;;Gleb",
            "9999;79216668805;;Dina",
            ";79216668806;;Egor",
        )
    )

    done = read()

    assert done.exit_code == 1
    for row, what in (
        (3, "phone"),
        (4, "birth"),
        (5, "another"),
        (6, "no card"),
        (7, "card_number"),
    ):
        assert any(f"row {row}:" in line and what in line for line in done.stderr.splitlines())
    assert "Boris" not in done.stderr
    assert "5 of its rows are not done" in done.stderr
    assert [one.name for one in folder.iterdir()] == ["a.csv.zip"]
    with database.reading() as work:
        assert cards.with_holder(work, program.id, "7700009001")[1].first_name == "Anna"
        assert cards.with_holder(work, program.id, "7700009003")[1] is None


WHOLE = packed("card_number;phone", "7700009001;79216668899")
# By name: a ZIP file holds the time of its making, and no two workers would have the same tests.
BROKEN = {
    "empty": b"",
    "not packed": b"card_number;phone\r\n7700009001;79216668899\r\n",
    "without its end": WHOLE[:-20],
    "half of it": WHOLE[: len(WHOLE) // 2],
    "other columns": packed("number;telephone", "7700009001;79216668899"),
    "no table in it": packed("card_number;phone", "7700009001;79216668899", inner="cards.txt"),
    "another encoding": packed(
        "card_number;phone;first_name", "7700009001;79216668899;Анна", encoding="cp1251"
    ),
    "a quote without end": packed("card_number;phone", '7700009001;"79216668899'),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_file_that_is_broken_or_foreign_is_named_and_left(
    read, folder, database, program, broken
):
    data = BROKEN[broken]
    with database.unit_of_work() as work:
        factories.make_card(work, program, number="7700009001")
    (folder / "a.csv.zip").write_bytes(data)

    done = read()

    assert done.exit_code == 1
    assert "a.csv.zip: " in done.stderr
    assert (folder / "a.csv.zip").read_bytes() == data
    with database.reading() as work:
        assert cards.with_holder(work, program.id, "7700009001")[1] is None


def test_other_files_are_named_and_unfinished_ones_wait(read, folder):
    (folder / "readme.txt").write_text("hello")
    (folder / ".b.csv.zip.part").write_bytes(b"PK")

    done = read()

    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "readme.txt is none of these files" in done.stderr
    assert len(list(folder.iterdir())) == 2


def test_names_and_columns_are_as_was_agreed(read, folder, database, program):
    with database.unit_of_work() as work:
        factories.make_card(work, program, number="7700009001")
    (folder / "DemoShop-new-1.csv.zip").write_bytes(packed("No;Tel", "7700009001;79216668899"))

    done = read(
        *("--partner", "DemoShop", "--names", "{partner}-new-*.csv.zip"),
        *("--column", "card_number=No", "--column", "phone=Tel"),
    )

    assert done.exit_code == 0, done.stderr


def test_files_go_to_and_come_from_an_sftp_server(
    run,
    read,
    database,
    program,
    tmp_path,
    monkeypatch,
):
    server = SftpServer(tmp_path / "server")
    for folder in ("in", "out"):
        (tmp_path / "server" / folder).mkdir(parents=True)
    known = server.known_to(tmp_path / "known_hosts")
    monkeypatch.setenv("SFTP_PASSWORD", PASSWORD)
    try:
        with database.unit_of_work() as work:
            factories.make_card(work, program, number="7700009001")
        (server.folder / "out" / "a.csv.zip").write_bytes(WHOLE)

        taken = read("--known-hosts", known, place=server.url("out"))
        written = run(
            *("registries", "koshelek", "write", "cards", "--program", program.code),
            *("--partner", "DemoShop", "--to", server.url("in"), "--known-hosts", known),
        )
        refused = read(place=server.url("out"))

        assert (taken.exit_code, written.exit_code) == (0, 0), taken.stderr + written.stderr
        assert [one.name for one in (server.folder / "out").iterdir()] == ["done"]
        (file,) = (server.folder / "in").iterdir()
        with zipfile.ZipFile(file) as packed:
            assert b"7700009001;7700009001;" in packed.read(packed.namelist()[0])
        assert refused.exit_code == 3
        assert PASSWORD not in refused.stderr
    finally:
        server.close()


def test_what_cannot_be_meant_is_wrong_usage(run, program, tmp_path):
    base = ("registries", "koshelek")

    wrong = [
        run(*base, "write", "shoes", "--program", program.code, "--to", tmp_path),
        run(*base, "write", "cards", "--program", program.code, "--partner", "../x", "--to", "."),
        run(*base, "read", "issued", "--program", program.code, "--from", ".", "--column", "x"),
        run(*base, "read", "issued", "--program", program.code, "--from", ".", "--done", "../x"),
    ]

    assert [done.exit_code for done in wrong] == [2, 2, 2, 2]
