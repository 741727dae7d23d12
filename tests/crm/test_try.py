"""`adapter crm try`: what the CRM says now, and what would come of it; and what doctor says."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from adapter.core.members import Member
from tests import factories
from tests.crm.register import ANNA, PHONE, said


@pytest.fixture
def program(database, register):
    with database.unit_of_work() as work:
        return factories.make_program(work, crm={"url": register.url, "timeout_ms": 5000})


@pytest.fixture
def tried(run, program):
    def tried(*more):
        return run("crm", "try", "--program", program.code, "--phone", "8 900 555-01-42", *more)

    return tried


def test_it_shows_what_would_be_enrolled_and_changes_nothing(tried, database, register):
    register.knows(ANNA)

    shown = json.loads(tried("--json").stdout)

    assert register.asked[0].document["value"] == PHONE
    assert (shown["phone"], shown["first_name"]) == (PHONE, "Анна")
    assert shown["outcome"] == "would be a new member"
    with database.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(Member)) == 0


def test_it_says_why_a_crm_is_of_no_use(tried, register):
    register.answer = said(502)
    down = tried()
    register.knows(ANNA | {"birth_date": "31.01.1990"})
    wrong = tried()

    assert (down.exit_code, wrong.exit_code) == (1, 1)
    assert "status 502" in down.stderr
    assert "birth_date: is not a day written YYYY-MM-DD" in wrong.stderr


def test_it_says_that_nobody_is_known(tried, register):
    assert "knows nobody" in tried().stdout


def test_one_person_is_named(run, program):
    assert run("crm", "try", "--program", program.code).exit_code == 2


def test_doctor_names_a_secret_that_is_missing_and_a_question_in_the_clear(run, database):
    with database.unit_of_work() as work:
        crm = {"url": "http://crm.example.com/", "header": "Authorization"}
        program = factories.make_program(work, crm=crm)
    secrets = json.dumps({program.code: "Bearer of-the-crm"})

    without, kept = run("doctor"), run("doctor", CRM_SECRETS=secrets)

    assert "wants a secret in Authorization" in without.stdout
    assert "are asked for in the clear" in without.stdout
    assert "wants a secret" not in kept.stdout
    assert "of-the-crm" not in kept.stdout + run("config", "show", CRM_SECRETS=secrets).stdout
