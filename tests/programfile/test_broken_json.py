"""What is not JSON, or not JSON that can be kept: refused with its place, nothing written."""

from __future__ import annotations

import json

import pytest

from adapter.db import Database
from adapter.programfile import FileFaults
from tests.programfile.documents import faults_of, load_document, rows

HEAD = '{"programs": [{"code": "MAIN",\n "members": [{"first_name": '
TAIL = "}]}]}"


@pytest.mark.parametrize(
    "document, fault",
    [
        (b"", "$: the file ends too early, at line 1, column 1"),
        (b"[]", "$: the document must be an object, at line 1, column 1"),
        (b"null", "$: the document must be an object"),
        (b"\xef\xbb\xbf{}", "$: the file begins with a byte order mark; save it as plain UTF-8"),
        (b'{"programs": []} {}', "$: something follows the document, at line 1, column 18"),
        (b'{"programs": [],}', "$: not JSON, at line 1, column 17"),
        ("{'programs': []}", "$: not JSON, at line 1, column 2"),
        (HEAD + "NaN" + TAIL, "$.programs[0].members[0].first_name: not JSON, at line 2"),
        (HEAD + "01" + TAIL, "$.programs[0].members[0]: not JSON, at line 2, column 31"),
        (HEAD + '"Ан', "$.programs[0].members[0].first_name: the file ends too early, at line 2"),
        (HEAD + '"Анна"}', "$.programs[0].members: the file ends too early, at line 2"),
        (
            HEAD.encode() + b'"\xcf\xee"' + TAIL.encode(),
            "$.programs[0].members[0].first_name: not UTF-8, at line 2",
        ),
        (
            HEAD + '"\\ud83d"' + TAIL,
            "$.programs[0].members[0].first_name: half a character (a lone surrogate), at line 2",
        ),
        (
            HEAD + '"\\\\\\udc00"' + TAIL,
            "$.programs[0].members[0].first_name: half a character (a lone surrogate), at line 2",
        ),
        (HEAD + "9" * 5000 + TAIL, "$.programs[0].members[0].first_name: a number too long"),
        (HEAD + "1e99999999999999999999" + TAIL, "$.programs[0].members[0].first_name: a number"),
        (HEAD + "[" * 100_000, "$.programs[0].members[0].first_name[0][0]"),
        # An object where the list should be is passed over, and not to any depth.
        ('{"programs": ' * 10_000, "$.programs: must be a list"),
    ],
)
def test_what_is_not_json_is_told_with_its_place(
    sqlite_database: Database, document: str | bytes, fault: str
) -> None:
    found = faults_of(sqlite_database, document)

    assert found[0].startswith(fault)


@pytest.mark.parametrize(
    "document, fault",
    [
        ('{"programs": [], "programs": []}', "$.programs: is given twice"),
        ('{"programs": [{"code": "A", "code": "A"}]}', "$.programs[0].code: is given twice"),
        (
            '{"programs": [{"code": "A", "members": [], "members": []}]}',
            "$.programs[0].members: is given twice",
        ),
        (
            '{"programs": [{"code": "A", "settings": {"allow_negative": true,'
            ' "allow_negative": false}}]}',
            "$.programs[0].settings.allow_negative: is given twice",
        ),
        (
            '{"programs": [{"code": "A", "members": [{"phone": "79216668899",'
            ' "phone": "79216668898"}]}]}',
            "$.programs[0].members[0].phone: is given twice",
        ),
    ],
)
def test_a_key_given_twice_is_a_fault(sqlite_database: Database, document: str, fault: str) -> None:
    assert faults_of(sqlite_database, document) == [fault]


def test_the_place_is_exact_far_into_a_long_file(sqlite_database: Database) -> None:
    people = [json.dumps({"phone": str(79210000000 + i)}) for i in range(8000)]
    people[7000] = '{"phone": 79210007000x}'
    text = '{"programs": [{"code": "A", "members": [\n' + ",\n".join(people) + "\n]}]}"

    (found,) = faults_of(sqlite_database, text)

    assert found == "$.programs[0].members[7000]: not JSON, at line 7002, column 22"


def test_characters_beyond_the_first_plane_pass_at_any_border_of_a_chunk(
    sqlite_database: Database,
) -> None:
    for shift in range(14):
        filling = "x" * (65536 - 60 + shift)
        text = f'{{"programs": [{{"name": "\\ud83d\\ude00\\\\ud800", "code": "{shift}A"}}]}}'
        load_document(sqlite_database, " " * len(filling) + text)


def test_nothing_personal_is_quoted(sqlite_database: Database) -> None:
    with pytest.raises(FileFaults) as caught:
        load_document(sqlite_database, HEAD + '"Анна Ивановна" "x"' + TAIL)

    assert "Анна" not in str(caught.value)


def test_an_empty_document_does_nothing(database: Database) -> None:
    before = rows(database)

    load_document(database, {})
    load_document(database, {"programs": []})

    assert rows(database) == before
