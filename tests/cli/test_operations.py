"""What runs every few minutes, what platforms identify by, files in and out, the ledger's word."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from adapter import jobs
from adapter.core import cards, ledger, partners, support
from adapter.core.errors import Unauthenticated
from adapter.db.database import utc_now
from tests import factories
from tests.cli.conftest import SECRET_KEY
from tests.protocols.state import rows


def test_jobs_do_what_is_due_and_then_nothing(database, facts, clock, anna):
    with database.unit_of_work() as work:
        purse = factories.purse_of(anna.program, anna.member)
        soon = clock.now + timedelta(hours=1)
        factories.give_points(work, purse, 7, expires_at=soon)
        factories.reserve_points(work, purse, 5, deadline=soon)
        cards.reserve(work, anna.program, life=timedelta(hours=1), place=factories.PLACE)

    first, second = facts("jobs", "run"), facts("jobs", "run")

    # How often a row is read to bring figures up to date is theirs to say.
    assert first.pop("figures_rolled_up") > 0
    second.pop("figures_rolled_up")
    # The points set aside were of the lot that expired: given back, they expire with it.
    assert {name: count for name, count in first.items() if count} == {
        "reservations_released": 1,
        "lots_settled": 1,
        "card_numbers_lapsed": 1,
    }
    assert set(second.values()) == {0}
    assert facts("members", "show", anna.member.id)["balances"][0]["total"] == "120"


def test_jobs_bring_over_what_a_merged_member_was_given_since(database, facts, anna):
    with database.unit_of_work() as work:
        other = factories.make_member(work, anna.program)
        support.merge(
            work, anna.program, anna.member.id, other.id, reason="one", place=factories.PLACE
        )
        factories.give_points(work, factories.purse_of(anna.program, other), 12)

    first, second = facts("jobs", "run"), facts("jobs", "run")

    assert (first["merged_brought_over"], second["merged_brought_over"]) == (1, 0)
    assert facts("members", "show", anna.member.id)["balances"][0]["total"] == "132"


def test_one_job_that_fails_does_not_keep_the_others_waiting(database, clock, monkeypatch):
    with database.unit_of_work() as work:
        soon = clock.now + timedelta(hours=1)
        purses = [factories.make_purse(work) for _ in range(3)]
        for purse in purses:
            factories.give_points(work, purse, 7, expires_at=soon)
    clock.advance(timedelta(hours=2))
    settle = ledger.settle_due

    def fail_once(work, purse):
        if purse.member_id == purses[1].member_id:
            raise ValueError("a bug")
        return settle(work, purse)

    monkeypatch.setattr(jobs.ledger, "settle_due", fail_once)
    done = jobs.run(database)

    assert (done.lots_settled, done.failed) == (2, 1)


def test_many_reservations_are_released_page_by_page(database, clock, monkeypatch):
    monkeypatch.setattr(jobs, "PAGE", 2)
    with database.unit_of_work() as work:
        purse = factories.make_purse(work)
        factories.give_points(work, purse, 100)
        for _ in range(5):
            factories.reserve_points(work, purse, 5, deadline=clock.now + timedelta(hours=1))
    clock.advance(timedelta(hours=2))

    done = jobs.run(database)

    assert (done.reservations_released, done.failed) == (5, 0)


def test_the_ledger_is_sound_or_what_differs_is_named(run, facts, database, anna):
    sound = run("ledger", "verify")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE accounts SET balance_minor = 1 WHERE role = 'spendable'"))
    spoilt = run("ledger", "verify")
    told = facts("ledger", "verify")

    assert (sound.exit_code, spoilt.exit_code) == (0, 1)
    assert "balance of account" in spoilt.stdout
    assert told["sound"] is False
    assert {"program": anna.program.code, "unit": "points", "role": "issued", "amount": "-120"} in (
        told["figures"]
    )


def _caller(database, presented):
    digest = partners.digest(SECRET_KEY.encode(), "koshelek", presented)
    with database.reading() as work:
        return partners.authenticate(work, protocol="koshelek", digest=digest)


def _create(facts, anna, *more):
    into = ("--program", anna.program.code, "--name", "wallet")
    return facts("credentials", "create", "koshelek", *into, *more)


def test_a_credential_opens_and_its_secret_is_shown_once(run, facts, database, anna):
    made = _create(facts, anna, "--set", "api_version=1.2.0", "--set", "special_users=true")
    listed = run("credentials", "list", "--json")

    caller = _caller(database, f"wallet:{made['password']}")
    assert caller.program_id == anna.program.id
    assert caller.settings == {"api_version": "1.2.0", "special_users": True}
    assert made["password"] not in listed.stdout
    assert made["password"] not in str(rows(database))


def test_a_till_is_given_a_key_for_its_branches(facts, anna):
    made = facts(
        *("credentials", "create", "fidelizacion", "--program", anna.program.code),
        *("--set", 'branches=["BR001", "BR002"]', "--set", "verify_payments=true"),
    )

    (listed,) = facts("credentials", "list")
    assert listed["settings"] == {"branches": ["BR001", "BR002"], "verify_payments": True}
    assert made["api_key"]


def test_a_merchant_is_given_a_token_for_its_stores(run, facts, database, anna):
    made = facts(
        *("credentials", "create", "swip", "--program", anna.program.code, "--name", "ABCD"),
        *("--set", 'stores=["Store 7", "Магазин"]', "--set", "orders=true"),
        *("--set", "order_minutes=90"),
    )
    rotated = facts("credentials", "rotate", "ABCD", "--secret", "8c6b8b64")

    settings = {"stores": ["Store 7", "Магазин"], "orders": True, "order_minutes": 90}
    assert set(made) == {"id", "protocol", "merchant", "token"}
    assert (rotated["merchant"], rotated["token"]) == ("ABCD", "8c6b8b64")
    listed = facts("credentials", "list")
    assert [(one["name"], one["settings"]) for one in listed] == [("ABCD", settings)] * 2
    printed = run("credentials", "list").stdout
    assert "ABCD" in printed
    for token in (made["token"], rotated["token"]):
        assert token not in printed
        assert token not in str(rows(database))


@pytest.mark.parametrize(
    "more, said",
    (
        (("--set", 'stores=["A", ""]'), "stores[1]: Length must be between 1 and 255"),
        (("--set", "stores=A"), "stores: Not a valid list"),
        (("--set", "order_minutes=soon"), "order_minutes: Not a valid integer"),
        (("--set", "order_minutes=0"), "order_minutes: Must be greater than or equal to 1"),
        (("--set", "orders=1"), "orders: Not a valid boolean"),
        (("--name", ""), "is missing"),
        (("--name", " ABCD"), "blanks around it"),
        (("--secret", "token "), "blanks around it"),
    ),
)
def test_a_merchant_nobody_could_call_as_is_refused(run, anna, more, said):
    into = ("--program", anna.program.code, "--name", "ABCD")

    result = run("credentials", "create", "swip", *into, *more)

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_rotated_secret_opens_for_the_overlap(facts, run, database, clock, anna):
    old = _create(facts, anna)
    new = facts("credentials", "rotate", "wallet", "--overlap", "0.5")

    # The overlap is of the real clock.
    clock.now = utc_now()
    for secret in (old, new):
        assert _caller(database, f"wallet:{secret['password']}")
    clock.advance(timedelta(hours=1))
    assert _caller(database, f"wallet:{new['password']}")
    with pytest.raises(Unauthenticated):
        _caller(database, f"wallet:{old['password']}")


def test_a_revoked_credential_opens_nothing(facts, run, database, anna):
    made = _create(facts, anna)

    revoked = run("credentials", "revoke", "wallet", "--yes")
    again = run("credentials", "revoke", made["id"], "--yes")

    assert (revoked.exit_code, again.exit_code) == (0, 1)
    with pytest.raises(Unauthenticated):
        _caller(database, f"wallet:{made['password']}")


@pytest.mark.parametrize(
    "more",
    (
        ("--set", "api_version=9"),
        ("--set", "colour=red"),
        ("--set", "special_users"),
        ("--name", "a:b"),
        ("--name", ""),
    ),
)
def test_a_credential_nobody_could_use_is_refused(run, anna, more):
    result = run(
        "credentials", "create", "koshelek", "--program", anna.program.code, "--name", "w", *more
    )

    assert result.exit_code == 2


def test_another_secret_key_is_noticed_before_anything_is_made(run, facts, anna):
    _create(facts, anna)

    result = run(
        "credentials",
        "create",
        "koshelek",
        "--program",
        anna.program.code,
        "--name",
        "second",
        SECRET_KEY="k" * 40,
    )

    assert result.exit_code == 3
    assert "secret key" in result.stderr


FILE = {
    "programs": [
        {
            "code": "MAIN",
            "credentials": [{"protocol": "koshelek", "login": "wallet"}],
            "members": [
                {"phone": "79005550177", "first_name": "Пётр", "balances": {"points": "9"}}
            ],
        }
    ]
}


def test_a_file_is_loaded_and_its_new_secret_opens(run, facts, database):
    Path("main.json").write_text(json.dumps(FILE))

    done = facts("load", "main.json")
    again = facts("load", "main.json")

    (made,) = done["secrets"]
    assert _caller(database, f"wallet:{made['secret']}").program.code == "MAIN"
    assert (again["secrets"], again["members_added"]) == ([], 0)
    assert facts("members", "show", "79005550177")["balances"][0]["total"] == "9"


def test_a_file_comes_from_standard_input_into_an_empty_database(make_database_url, run):
    url = make_database_url(migrated=False)

    loaded = run("load", "-", stdin=json.dumps(FILE).encode(), DATABASE_URL=url)

    assert loaded.exit_code == 0
    assert "has its tables now" in loaded.stderr
    assert "koshelek" in loaded.stdout


def test_faults_of_a_file_are_named_with_their_place_and_nothing_is_loaded(run, database):
    wrong = json.loads(json.dumps(FILE))
    wrong["programs"][0]["members"][0] |= {"phon": "1", "birth_date": "31.12.1990"}
    Path("main.json").write_text(json.dumps(wrong))
    before = rows(database, without=("key_marks",))

    result = run("load", "main.json")

    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[-1] == "adapter: nothing was loaded"
    assert any("$.programs[0].members[0].phon:" in line for line in lines)
    assert any("$.programs[0].members[0].birth_date:" in line for line in lines)
    assert rows(database, without=("key_marks",)) == before


def test_a_dry_run_changes_nothing(run, database):
    Path("main.json").write_text(json.dumps(FILE))
    before = rows(database, without=("key_marks",))

    result = run("load", "main.json", "--dry-run")

    assert result.exit_code == 0
    assert "Nothing was changed" in result.stdout
    assert rows(database, without=("key_marks",)) == before


def test_an_export_loads_again_and_is_for_its_owner_alone(run, database):
    Path("main.json").write_text(json.dumps(FILE))
    run("load", "main.json")

    to_file = run("export", "--output", "out.json")
    printed = run("export", "--program", "MAIN")
    unknown = run("export", "--program", "NONE")

    assert (to_file.exit_code, printed.exit_code, unknown.exit_code) == (0, 0, 1)
    assert Path("out.json").read_text() == printed.stdout
    assert Path("out.json").stat().st_mode & 0o077 == 0
    assert "Пётр" in printed.stdout
    assert run("load", "out.json").exit_code == 0
