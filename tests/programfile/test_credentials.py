"""Credentials in a program file: what opens the program afterwards, and what does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapter.core import partners, programs
from adapter.core.errors import Unauthenticated
from adapter.core.partners import Caller
from adapter.db import Database
from tests.programfile.documents import (
    PEPPER,
    exported,
    faults_of,
    load_document,
    program,
    rows,
)

WHERE = "$.programs[0].credentials[0]"
KOSHELEK = {"protocol": "koshelek", "login": "wallet"}
KEY = {"protocol": "fidelizacion"}
SWIP = {"protocol": "swip", "merchant": "ABCD"}


@pytest.mark.parametrize(
    "credential, presented",
    [
        (KOSHELEK | {"password": "open:sesame"}, "wallet:open:sesame"),
        (KOSHELEK | {"password": "пароль"}, "wallet:пароль"),
        (KOSHELEK | {"password": "x"}, "wallet:x"),
        (KEY | {"api_key": "k" * 3000}, "k" * 3000),
        (SWIP | {"token": "t-1"}, "t-1"),
        (SWIP | {"token": "open:sesame"}, "open:sesame"),
        ({"protocol": "walletcards", "api_key": "w"}, "w"),
        ({"protocol": "openloyalty", "login": "admin", "password": "open"}, "admin:open"),
        ({"protocol": "openloyalty", "api_key": "o"}, "o"),
    ],
)
def test_a_secret_of_the_file_opens_the_program(
    database: Database, credential: dict[str, Any], presented: str
) -> None:
    report = load_document(database, program(credentials=[credential]))

    caller = _caller(database, credential["protocol"], presented)
    assert caller.program.code == "MAIN"
    assert report.secrets == []


def test_a_secret_left_out_is_made_once(database: Database) -> None:
    document = program(credentials=[KOSHELEK, KEY, SWIP])

    first = load_document(database, document)
    before = rows(database)
    second = load_document(database, document)

    assert [(s.protocol, s.name, s.key) for s in first.secrets] == [
        ("koshelek", "wallet", "password"),
        ("fidelizacion", "", "api_key"),
        ("swip", "ABCD", "token"),
    ]
    _caller(database, "koshelek", f"wallet:{first.secrets[0].secret}")
    _caller(database, "fidelizacion", first.secrets[1].secret)
    _caller(database, "swip", first.secrets[2].secret)
    assert second.secrets == []
    assert rows(database) == before
    assert first.secrets[0].secret not in repr(first)


def test_a_dry_run_makes_no_secret(database: Database) -> None:
    assert load_document(database, program(credentials=[KEY]), dry_run=True).secrets == []


def test_settings_are_brought_in_line_and_kept_where_left_out(database: Database) -> None:
    with_secret = KOSHELEK | {"password": "x"}
    load_document(database, program(credentials=[with_secret | {"settings": {}}]))
    load_document(
        database, program(credentials=[with_secret | {"settings": {"api_version": "1.2.0"}}])
    )
    load_document(database, program(credentials=[KOSHELEK]))

    assert _caller(database, "koshelek", "wallet:x").settings == {"api_version": "1.2.0"}


def test_a_protocol_that_is_not_served_yet_keeps_its_settings_as_given(database: Database) -> None:
    settings = {"stores": ["BR001"], "nested": {"any": [1, None, "ключ"]}}
    key = {"protocol": "walletcards", "api_key": "k", "settings": settings}
    load_document(database, program(credentials=[key]))

    assert _caller(database, "walletcards", "k").settings == settings


def test_what_was_agreed_with_tills_is_kept(database: Database) -> None:
    settings = {"branches": ["BR001"], "strict_registration": True, "verify_payments": False}
    load_document(database, program(credentials=[KEY | {"api_key": "k", "settings": settings}]))

    assert _caller(database, "fidelizacion", "k").settings == settings
    (told,) = exported(database)["programs"][0]["credentials"]
    assert told == KEY | {"settings": settings}


@pytest.mark.parametrize(
    "settings",
    (
        {"stores": None, "orders": False, "order_minutes": 600},
        {"stores": ["Store 7", "Магазин на Садовой", "s" * 255], "orders": True},
        {"order_minutes": 1},
        {"stores": []},
    ),
)
def test_what_was_agreed_with_a_merchant_is_kept(
    database: Database, settings: dict[str, Any]
) -> None:
    document = program(credentials=[SWIP | {"token": "t", "settings": settings}])
    load_document(database, document)
    before = rows(database)

    load_document(database, document)

    assert rows(database) == before
    caller = _caller(database, "swip", "t")
    assert (caller.name, caller.settings) == ("ABCD", settings)
    assert exported(database)["programs"][0]["credentials"] == [SWIP | {"settings": settings}]


def test_another_token_takes_the_place_of_the_one_before(database: Database) -> None:
    load_document(database, program(credentials=[SWIP | {"token": "old"}]))

    load_document(database, program(credentials=[SWIP | {"token": "new"}]))

    assert _caller(database, "swip", "new").name == "ABCD"
    with pytest.raises(Unauthenticated):
        _caller(database, "swip", "old")


def test_a_merchant_code_may_stand_in_two_programs_and_the_token_decides(
    database: Database,
) -> None:
    def both(one: str, other: str) -> dict[str, Any]:
        tokens = {"A": one, "B": other}
        return {
            "programs": [
                {"code": code, "credentials": [SWIP | {"token": token}]}
                for code, token in tokens.items()
            ]
        }

    assert faults_of(database, both("t", "t")) == [
        "$.programs[1].credentials[0].token: is the secret of $.programs[0].credentials[0].token"
        " too"
    ]
    load_document(database, both("a", "b"))

    for token, code in (("a", "A"), ("b", "B")):
        caller = _caller(database, "swip", token)
        assert (caller.program.code, caller.name) == (code, "ABCD")


def test_a_program_may_have_several_merchants(database: Database) -> None:
    codes = ("ABCD", "abcd", "КОФЕ", "A code of many more letters")
    several = [SWIP | {"merchant": code, "token": f"t-{code}"} for code in codes]

    load_document(database, program(credentials=several))

    assert {_caller(database, "swip", f"t-{code}").name for code in codes} == set(codes)


def test_another_password_takes_the_place_of_the_one_before(database: Database) -> None:
    load_document(database, program(credentials=[KOSHELEK | {"password": "old"}]))

    load_document(database, program(credentials=[KOSHELEK | {"password": "new"}]))

    _caller(database, "koshelek", "wallet:new")
    with pytest.raises(Unauthenticated):
        _caller(database, "koshelek", "wallet:old")


def test_a_further_api_key_stands_beside_the_others(database: Database) -> None:
    load_document(database, program(credentials=[KEY | {"api_key": "one"}]))

    load_document(database, program(credentials=[KEY | {"api_key": "two"}]))

    _caller(database, "fidelizacion", "one")
    _caller(database, "fidelizacion", "two")


def test_a_revoked_credential_opens_nothing(database: Database) -> None:
    load_document(database, program(credentials=[KOSHELEK | {"password": "x"}]))

    load_document(database, program(credentials=[KOSHELEK | {"status": "revoked"}]))
    report = load_document(
        database,
        program(credentials=[KEY | {"api_key": "k", "status": "revoked"}]),
    )

    for protocol, presented in (("koshelek", "wallet:x"), ("fidelizacion", "k")):
        with pytest.raises(Unauthenticated):
            _caller(database, protocol, presented)
    assert report.secrets == []
    assert [c["status"] for c in exported(database)["programs"][0]["credentials"]] == [
        "revoked",
        "revoked",
    ]


def test_an_older_file_does_not_undo_a_revocation(database: Database) -> None:
    document = program(credentials=[KOSHELEK | {"password": "x"}])
    load_document(database, document)
    with database.unit_of_work() as work:
        (credential,) = partners.credentials(work)
        partners.revoke_credential(work, credential.id)
    before = rows(database)

    remarks = [
        load_document(database, document).remarks,
        load_document(database, program(credentials=[KOSHELEK])).remarks,
    ]

    assert rows(database) == before
    assert all("koshelek wallet was revoked and stays so" in found[0] for found in remarks)


def test_a_rotated_secret_survives_the_older_file(database: Database) -> None:
    document = program(credentials=[KOSHELEK | {"password": "old"}])
    load_document(database, document)
    digest = partners.digest(PEPPER, "koshelek", "wallet:new")
    with database.unit_of_work() as work:
        (credential,) = partners.credentials(work)
        partners.rotate_credential(work, credential.id, digest=digest, overlap=timedelta(hours=1))
    before = rows(database)

    load_document(database, document)

    assert rows(database) == before
    _caller(database, "koshelek", "wallet:new")
    # Only the new one lasts.
    assert exported(database)["programs"][0]["credentials"] == [KOSHELEK]


@pytest.mark.parametrize(
    "credential, fault",
    [
        ({}, f"{WHERE}.protocol: must be one of fidelizacion, koshelek, openloyalty, swip"),
        ({"protocol": ["koshelek"]}, f"{WHERE}.protocol: must be one of"),
        ({"protocol": "koshelek"}, f"{WHERE}.login: is missing"),
        (KOSHELEK | {"token": "x"}, f"{WHERE}.token: is not a known key of koshelek"),
        (KOSHELEK | {"password": ""}, f"{WHERE}.password: may not be empty"),
        (KOSHELEK | {"password": 5}, f"{WHERE}.password: must be a text"),
        (KOSHELEK | {"status": "x"}, f"{WHERE}.status: must be one of active, revoked"),
        ({"protocol": "koshelek", "login": "a:b"}, f"{WHERE}.login: may not hold a colon"),
        (KEY | {"api_key": " k"}, f"{WHERE}.api_key: may not have blanks around it"),
        (KEY | {"settings": []}, f"{WHERE}.settings: must be an object"),
        (KEY | {"settings": {"share": 0.5}}, f"{WHERE}.settings: a number with a fraction"),
        (
            KOSHELEK | {"settings": {"api_version": "9"}},
            f"{WHERE}.settings.api_version: Must be one of",
        ),
        (KOSHELEK | {"settings": {"special_users": "on"}}, f"{WHERE}.settings.special_users: Not"),
        (KOSHELEK | {"settings": {"colour": "red"}}, f"{WHERE}.settings.colour: Unknown field"),
        (KEY | {"settings": {"branches": "BR001"}}, f"{WHERE}.settings.branches: Not a valid list"),
        (KEY | {"settings": {"branches": [7]}}, f"{WHERE}.settings.branches[0]: Not a valid"),
        (KEY | {"settings": {"verify_payments": "on"}}, f"{WHERE}.settings.verify_payments: Not"),
        ({"protocol": "swip"}, f"{WHERE}.merchant: is missing"),
        (SWIP | {"merchant": " AB"}, f"{WHERE}.merchant: may not hold control characters, or"),
        (SWIP | {"merchant": ""}, f"{WHERE}.merchant: may not be empty"),
        (SWIP | {"token": "t "}, f"{WHERE}.token: may not have blanks around it"),
        (SWIP | {"login": "x"}, f"{WHERE}.login: is not a known key of swip"),
        (SWIP | {"settings": {"stores": "A"}}, f"{WHERE}.settings.stores: Not a valid list"),
        (SWIP | {"settings": {"stores": ["A", ""]}}, f"{WHERE}.settings.stores[1]: Length must be"),
        (
            SWIP | {"settings": {"stores": ["s" * 256]}},
            f"{WHERE}.settings.stores[0]: Length must be",
        ),
        (SWIP | {"settings": {"stores": [7]}}, f"{WHERE}.settings.stores[0]: Not a valid string"),
        (SWIP | {"settings": {"orders": 1}}, f"{WHERE}.settings.orders: Not a valid boolean"),
        (SWIP | {"settings": {"order_minutes": 0}}, f"{WHERE}.settings.order_minutes: Must be"),
        (SWIP | {"settings": {"order_minutes": "600"}}, f"{WHERE}.settings.order_minutes: Not"),
        (SWIP | {"settings": {"order_minutes": True}}, f"{WHERE}.settings.order_minutes: Not"),
    ],
)
def test_a_wrong_credential_is_told(
    sqlite_database: Database, credential: dict[str, Any], fault: str
) -> None:
    (found,) = faults_of(sqlite_database, program(credentials=[credential]))

    assert found.startswith(fault)


def test_one_secret_opens_one_program(database: Database) -> None:
    same = {"credentials": [KEY | {"api_key": "k"}]}
    both = {"programs": [{"code": "A"} | same, {"code": "B"} | same]}
    assert faults_of(database, both) == [
        "$.programs[1].credentials[0].api_key: is the secret of"
        " $.programs[0].credentials[0].api_key too"
    ]
    load_document(database, {"programs": [{"code": "A"} | same]})

    assert faults_of(database, {"programs": [{"code": "B"} | same]}) == [
        f"{WHERE}.api_key: is in use by another credential already"
    ]


def test_programs_keep_to_their_own_credentials(database: Database) -> None:
    load_document(
        database,
        {
            "programs": [
                {"code": "A", "credentials": [KOSHELEK | {"password": "a"}]},
                {"code": "B", "credentials": [KOSHELEK | {"password": "b"}]},
            ]
        },
    )

    load_document(database, {"programs": [{"code": "B", "credentials": [KOSHELEK]}]})

    assert _caller(database, "koshelek", "wallet:a").program.code == "A"
    assert _caller(database, "koshelek", "wallet:b").program.code == "B"
    with database.reading() as work:
        assert len(partners.credentials(work, programs.by_code(work, "B").id)) == 1


def _caller(database: Database, protocol: str, presented: str) -> Caller:
    digest = partners.digest(PEPPER, protocol, presented)
    with database.reading() as work:
        return partners.authenticate(work, protocol=protocol, digest=digest)
