"""From nothing to a sound installation."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from adapter.cli import main
from adapter.core import partners
from tests import factories

NOWHERE = "postgresql+psycopg://u:hush@127.0.0.1:1/none"


def test_every_verb_explains_itself(run_alone):
    for name in main.commands:
        helped = run_alone(name, "--help")

        assert helped.exit_code == 0
        assert helped.stdout.startswith(f"Usage: main {name}")


def test_init_writes_settings_for_its_owner_alone_and_never_twice(run_alone):
    first = run_alone("init", "--database-url", "sqlite:///shop.db")
    text = Path("adapter.toml").read_text()
    second = run_alone("init")

    assert first.exit_code == 0
    assert stat.S_IMODE(os.stat("adapter.toml").st_mode) == 0o600
    assert 'database_url = "sqlite:///shop.db"' in text
    assert second.exit_code == 2
    assert "exists already" in second.stderr
    assert Path("adapter.toml").read_text() == text


def test_init_refuses_a_database_nobody_could_use(run_alone):
    result = run_alone("init", "--database-url", "mysql://somewhere/shop")

    assert result.exit_code == 2
    assert "ADAPTER_DATABASE_URL" in result.stderr
    assert not Path("adapter.toml").exists()


def test_config_show_tells_sources_and_masks_secrets(run_alone):
    run_alone("init")

    shown = json.loads(run_alone("config", "show", "--json", LOG_LEVEL="ERROR").stdout)

    sources = {one["name"]: (one["value"], one["source"]) for one in shown["settings"]}
    assert sources["log_level"] == ("ERROR", "environment")
    assert sources["secret_key"] == ("********", "file")
    assert sources["pool_size"] == (10, "default")


def test_all_faults_of_the_settings_are_named_at_once(run_alone):
    result = run_alone("ledger", "verify", POOL_SIZE="many", LOG_LEVEL="LOUD")

    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("adapter: ADAPTER_") for line in lines)


@pytest.mark.parametrize("verb", (["ledger", "verify"], ["db", "check"], ["db", "upgrade"]))
def test_without_a_database_it_ends_with_3_and_one_line_without_the_password(run_alone, verb):
    result = run_alone(*verb, DATABASE_URL=NOWHERE)

    assert result.exit_code == 3
    assert len(result.stderr.splitlines()) == 1
    assert "hush" not in result.stderr


def test_a_look_at_a_missing_file_does_not_make_one(run_alone):
    for verb in (["ledger", "verify"], ["db", "check"], ["doctor"], ["members", "show", "x"]):
        result = run_alone(*verb, DATABASE_URL="sqlite:///nothing.db")

        assert result.exit_code in (1, 3)
    assert not Path("nothing.db").exists()


def test_db_upgrade_makes_the_tables_and_db_check_says_so(make_database_url, run_alone):
    url = make_database_url(migrated=False)

    before = run_alone("db", "check", "--json", DATABASE_URL=url)
    upgraded = run_alone("db", "upgrade", DATABASE_URL=url)
    after = run_alone("db", "check", "--json", DATABASE_URL=url)

    assert (before.exit_code, json.loads(before.stdout)["state"]) == (1, "empty")
    assert upgraded.exit_code == 0
    assert (after.exit_code, json.loads(after.stdout)["state"]) == (0, "current")


def test_somebody_elses_database_is_left_alone(make_database_url, make_database, run_alone):
    url = make_database_url(migrated=False)
    with make_database(url).engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")

    result = run_alone("db", "upgrade", DATABASE_URL=url)

    assert result.exit_code == 3
    assert "not ours" in result.stderr


def _findings(facts, **settings):
    advice = facts("doctor", **settings)["advice"]
    return [one["what"] for one in advice if one["verdict"] == "finding"]


def test_the_doctor_finds_nothing_in_a_sound_installation(database, run, work, facts):
    program = factories.make_program(work)
    factories.make_credential(work, program)
    work.session.commit()

    result = run("doctor")

    # A PostgreSQL of the tests does not wait for the disk, and is told so.
    expected = [
        what
        for what in _findings(facts)
        if not what.startswith(("fsync", "full_page", "synchronous_commit"))
    ]
    assert expected == []
    assert result.exit_code == (1 if "finding" in result.stdout else 0)


def test_the_doctor_names_what_is_wrong(database, run, work, facts):
    factories.make_program(work)
    partners.check_key(work, partners.mark(b"another key of another installation"))
    work.session.commit()

    found = "\n".join(_findings(facts, POOOL_SIZE="3", SQLITE_SYNCHRONOUS="NORMAL"))

    assert "ADAPTER_POOOL_SIZE is set and is no setting" in found
    assert "the secret key is not the one" in found
    assert "has no active credential" in found
    assert ("sqlite_synchronous is NORMAL" in found) == (database.dialect == "sqlite")


def test_the_doctor_minds_that_card_numbers_come_to_an_end(database, facts):
    with database.unit_of_work() as work:
        few = factories.make_program(work, card_numbers={"prefix": "77", "length": 3})
        factories.make_program(work, card_numbers={"length": 6})
        for number in ("771", "773", "7712", "881"):
            factories.make_card(work, few, number=number)

    (found,) = [what for what in _findings(facts) if "card numbers" in what]

    assert found == f"of program {few.code}'s 10 card numbers 8 are left"


def test_the_doctor_minds_a_generated_key_and_a_readable_file(run_alone):
    Path("adapter.toml").write_text('log_level = "INFO"\n')
    Path("adapter.toml").chmod(0o644)

    result = run_alone("doctor", DATABASE_URL="sqlite:///shop.db")

    assert result.exit_code == 1
    assert "others may read it" in result.stdout
    assert "no secret key is configured" in result.stdout
    assert "chmod 600 adapter.toml" in result.stdout


def test_the_doctor_minds_a_clock_that_was_set_back(database, clock, facts):
    clock.now = clock.now.replace(year=2300)
    with database.unit_of_work() as later:
        factories.give_points(later, factories.make_purse(later))

    assert any("later than now" in what for what in _findings(facts))
