"""What a report says on a terminal, in a pipe, to a build server and to a program."""

from __future__ import annotations

import io
import json
from xml.etree import ElementTree

import pytest
from rich.console import Console

from adapter.checks import (
    Clause,
    Failed,
    Level,
    Mask,
    NotTested,
    Outcome,
    Report,
    print_report,
    run_clauses,
    write_junit,
)


def _fails(play: object) -> str:
    raise Failed("GET /x → 500 [bold]\x1b[31m", "> GET /x\n> Authorization: пароль\n< 500\x00")


def _skips(play: object) -> str:
    raise NotTested("no way to see it")


CLAUSES = (
    Clause("2.3", "statuses", Level.MUST, lambda play: "3 answers", after_all=True),
    Clause("5.1", "search", Level.MUST, _fails),
    Clause("5.2", "card", Level.MUST, lambda play: None),
    Clause("G1", "advice", Level.ADVICE, _fails),
    Clause("11.8", "database down", Level.MUST, _skips),
    Clause("11.1", "sum of good", Level.MUST, sums=("2.3", "5.2", "11.8")),
    Clause("11.4", "sum of bad", Level.MUST, sums=("2.3", "5.1")),
    Clause("11.9", "sum of unseen", Level.MUST, sums=("11.8",)),
)


@pytest.fixture
def report() -> Report:
    mask = Mask(["пароль"])
    return run_clauses(CLAUSES, None, name="koshelek", target="http://host", mask=mask)


def printed(report: Report, *, strict: bool = False, terminal: bool = False) -> str:
    out = io.StringIO()
    colours = "standard" if terminal else None
    console = Console(file=out, force_terminal=terminal, width=40, color_system=colours)
    print_report(report, console, strict=strict)
    return out.getvalue()


def test_each_clause_has_one_result_in_the_order_of_the_table(report):
    assert [result.clause for result in report.results] == list(CLAUSES)


def test_clauses_over_all_answers_come_after_the_others_and_sums_last():
    told = []

    run_clauses(CLAUSES, None, name="x", target="y", mask=Mask(), on_result=told.append)

    ids = [result.clause.id for result in told]
    assert ids == ["5.1", "5.2", "G1", "11.8", "2.3", "11.1", "11.4", "11.9"]


def test_a_sum_fails_with_a_part_and_is_untested_without_any(report):
    found = {result.clause.id: result for result in report.results}

    assert found["11.1"].outcome is Outcome.PASSED
    assert found["11.1"].detail == "see 2.3, 5.2; not tested: 11.8"
    assert found["11.4"].outcome is Outcome.FAILED
    assert found["11.9"].outcome is Outcome.NOT_TESTED


def test_advice_counts_only_when_strict(report):
    assert [fault.clause.id for fault in report.faults()] == ["5.1", "11.4"]
    assert [fault.clause.id for fault in report.faults(strict=True)] == ["5.1", "G1", "11.4"]


def test_a_report_in_which_nothing_was_seen_has_not_passed():
    report = run_clauses(CLAUSES[4:5], None, name="x", target="y", mask=Mask())

    assert not report.passed()


def test_piped_output_is_plain_with_one_line_per_clause(report):
    text = printed(report)

    assert "\x1b" not in text and "пароль" not in text
    starts = [line.split(" ")[0] for line in text.splitlines() if not line.startswith(" ")]
    assert starts == [*(clause.id for clause in CLAUSES), "koshelek"]
    assert "5.1    FAILED     search: GET /x → 500 [bold]\\x1b[31m" in text
    assert "G1     advice     advice" in text
    assert "           > Authorization: ***" in text


def test_strict_output_calls_advice_failed(report):
    assert "G1     FAILED     advice" in printed(report, strict=True)


def test_a_terminal_gets_colours_and_nothing_of_what_the_host_wants_to_say_to_it(report):
    text = printed(report, terminal=True)

    assert "\x1b[1;31mFAILED" in text
    assert "500 [bold]\x1b[31m" not in text


def test_the_last_line_says_what_came_out(report):
    last = printed(report).splitlines()[-1]

    assert last.startswith("koshelek at http://host: FAILED · 3 passed, 2 failed, 1 against advice")


def test_junit_can_be_read_back(report, tmp_path):
    write_junit(report, tmp_path / "report.xml")

    suite = ElementTree.parse(tmp_path / "report.xml").getroot()
    counts = {name: suite.get(name) for name in ("tests", "failures", "skipped", "errors")}
    assert counts == {"tests": "8", "failures": "2", "skipped": "2", "errors": "0"}
    cases = {case.get("name"): case for case in suite}
    assert len(cases) == 8
    assert "< 500" in cases["5.1 search"].find("failure").text
    assert cases["11.8 database down"].find("skipped").get("message") == "no way to see it"
    assert "advice not followed" in cases["G1 advice"].find("system-out").text


def test_strict_junit_counts_advice(report, tmp_path):
    write_junit(report, tmp_path / "report.xml", strict=True)

    suite = ElementTree.parse(tmp_path / "report.xml").getroot()
    assert suite.get("failures") == str(len(suite.findall("testcase/failure"))) == "3"


def test_a_report_is_plain_data_for_programs(report):
    data = json.loads(json.dumps(report.as_dict()))

    assert data["passed"] is False
    assert data["counts"] == {"passed": 3, "failed": 3, "not tested": 2}
    assert data["clauses"][1]["clause"] == "5.1"
