"""`adapter import` and `adapter export KIND`, as an operator runs them."""

from __future__ import annotations

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.files.conftest import table

PEOPLE = table("phone,first_name,gender", "79005550101,=1+1,f", "79005550102,Boris,x")


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(PEOPLE.encode())
    return path


@pytest.fixture
def code(anna):
    return anna.program.code


def test_faults_are_an_exit_status_and_an_error_file_for_oneself_alone(run, code, people, tmp_path):
    errors = tmp_path / "wrong.csv"

    done = run("import", "members", people, "--program", code, "--errors", errors, "--json")

    assert done.exit_code == 1
    assert json.loads(done.stdout) == {"rows": 2, "added": 1, "known": 0, "faulty": 1}
    assert "row 3, column gender, value 'x': must be f or m" in done.stderr
    assert "Boris" not in done.stderr
    assert "Boris" in errors.read_text(encoding="utf-8")
    assert stat.S_IMODE(errors.stat().st_mode) == 0o600


def test_an_error_file_in_which_nothing_is_wrong_is_not_left_behind(run, code, people, tmp_path):
    errors = tmp_path / "wrong.csv"
    errors.write_text("of yesterday")
    people.write_text("phone\r\n79005550101\r\n")

    done = run("import", "members", people, "--program", code, "--errors", errors)

    assert (done.exit_code, errors.exists()) == (0, False)


def test_every_row_is_counted_once_whatever_it_takes_to_tell_of_something(run, code, tmp_path):
    people, balances = tmp_path / "people.csv", tmp_path / "balances.csv"
    people.write_text("phone\r\n79005550101\r\n79005550102\r\n")
    # Anna's points have moved; of whom nobody knows nothing is done.
    phones = ["79005550101"] * 2 + ["79005550102"] * 3 + ["79005550142"] * 2 + ["79990000000"] * 2
    balances.write_text("phone,amount\r\n" + "".join(f"{phone},5\r\n" for phone in phones))
    run("import", "members", people, "--program", code)

    done = run("import", "balances", balances, "--program", code, "--json")

    assert json.loads(done.stdout) == {"rows": 9, "added": 5, "known": 2, "faulty": 2}
    assert "2 rows were left undone" in done.stderr


def test_a_dry_run_changes_nothing(run, code, people):
    tried = run("import", "members", people, "--program", code, "--dry-run")

    assert "Nothing was changed" in tried.stdout
    assert "79005550101" not in run("export", "members", "--program", code).stdout


def test_a_table_is_exported_to_a_file_and_back(run, code, people, tmp_path):
    run("import", "members", people, "--program", code)
    out = tmp_path / "out.csv"

    written = run("export", "members", "--program", code, "-o", out, "--delimiter", ";")
    again = run("import", "members", out, "--program", code, "--json")

    assert written.exit_code == again.exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "'=1+1" in out.read_text(encoding="utf-8")
    assert json.loads(again.stdout) == {"rows": 2, "added": 0, "known": 2, "faulty": 0}
    assert run("export", "members", "--program", code).stdout_bytes.count(b"\r\n") == 3


def test_on_a_terminal_a_bar_says_how_far_it_is_and_in_a_pipe_nothing_does(
    run, code, people, tmp_path, monkeypatch
):
    out = tmp_path / "out.csv"
    export = ("export", "members", "--program", code, "-o", out)
    quiet = [run("import", "members", people, "--program", code).stderr, run(*export).stderr]

    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = [run("import", "members", people, "--program", code).stderr, run(*export).stderr]

    assert ["━" in told for told in quiet] == [False, False]
    assert ["━" in told for told in shown] == [True, True]


def test_what_cannot_be_meant_is_wrong_usage(run, code, people):
    assert run("export", "members").exit_code == 2
    assert run("export", "--delimiter", ";").exit_code == 2
    assert run("import", "shoes", people, "--program", code).exit_code == 2
    assert run("import", "members", people, "--program", code, "--errors", people).exit_code == 2
    assert run("import", "members", people, "--program", "NONE").exit_code == 1
    assert people.read_bytes() == PEOPLE.encode()


def test_another_table_than_was_named_is_a_finding(run, code, people):
    done = run("import", "cards", people, "--program", code)

    assert done.exit_code == 1
    assert "nothing was imported" in done.stderr


def test_the_whole_program_is_exported_as_ever(run, code):
    assert json.loads(run("export", "--program", code).stdout)["programs"][0]["code"] == code


def test_a_table_comes_through_a_pipe(run, code, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(pipe.write_bytes, PEOPLE.encode())
        done = run("import", "members", pipe, "--program", code, "--json")
        written.result()

    assert json.loads(done.stdout) == {"rows": 2, "added": 1, "known": 0, "faulty": 1}
