"""What every vendor's check must do, whoever the vendor is; each gives a `Case`."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import pytest
import requests
from click.testing import CliRunner

from adapter.checks import Outcome, Report, Unreachable
from adapter.cli.check import check as command
from tests.checks.hosts import Reply, Request, in_process, serving, untested

# Answers of no vendor; each check adds those that look a little like what it expects.
ODD = (b"", b"[]", b"{}", b"null", b"1", b'"x"', b"[" * 5000, b"\xff", b"1" * 9000)


@dataclass(frozen=True)
class Case:
    """One vendor's check, a good host, and what the host was told of."""

    client: Any  # the check's module: CLAUSES, Options, run
    host: Callable[[], Any]
    needed: dict[str, Any]  # the options it cannot do without
    known: dict[str, Any]  # whatever else there is to tell
    unseen: set[str]  # clauses that stay untested whatever is known
    odd: Sequence[bytes] = ()
    impossible: Sequence[dict[str, Any]] = ()
    secrets: Sequence[str] = ()
    environ: dict[str, str] = field(default_factory=dict)
    arguments: Sequence[str] = ()

    def options(self, url: str = "http://127.0.0.1:1", **changes: Any) -> Any:
        return self.client.Options(**{"url": url, **self.needed, **changes})

    @cached_property
    def good(self) -> Report:
        """The report on a good host, which is told everything."""
        return self.play(self.host(), **self.known)

    def play(self, host: Any, **changes: Any) -> Report:
        """The report on a host in process."""
        with in_process(host.answer):
            return self.client.run(self.options(**changes))


class CheckContract:
    """Subclass it, and give the case."""

    case: ClassVar[Case]

    def test_a_conforming_host_has_no_fault(self):
        found = self.case.good.faults(strict=True)

        assert [(fault.clause.id, fault.detail) for fault in found] == []
        assert self.case.good.passed(strict=True)

    def test_only_what_cannot_be_seen_stays_untested(self):
        assert untested(self.case.good) == self.case.unseen

    def test_every_clause_is_reported_once_in_the_order_of_the_table(self):
        clauses = self.case.client.CLAUSES

        assert [result.clause for result in self.case.good.results] == list(clauses)
        assert len({clause.id for clause in clauses}) == len(clauses)
        assert {part for clause in clauses for part in clause.sums} <= {c.id for c in clauses}
        assert max(len(clause.id) for clause in clauses) < 7

    def test_over_http_results_are_told_as_they_become_known(self):
        told: list[Any] = []
        with serving(self.case.host().answer) as url:
            options = self.case.options(url, **self.case.known)
            report = self.case.client.run(options, on_result=told.append)

        assert report.passed(strict=True)
        assert sorted(told, key=report.results.index) == list(report.results)

    def test_the_command_line_offers_the_options(self, tmp_path):
        report = tmp_path / "report.xml"
        arguments = ["--url", "http://127.0.0.1:1", *self.case.arguments, "--junit", str(report)]
        with in_process(self.case.host().answer):
            told = CliRunner().invoke(command, [self._name(), *arguments], env=self.case.environ)

        assert told.exit_code == 0, told.output
        assert f"{self._name()} at http://127.0.0.1:1: passed" in told.output
        assert not [secret for secret in self.case.environ.values() if secret in told.output]
        assert report.read_text(encoding="utf-8").count("<testcase") == len(
            self.case.client.CLAUSES
        )

    @pytest.mark.parametrize("status", [200, 422])
    def test_whatever_is_answered_the_check_comes_to_its_end(self, status):
        """The same to each request, and then all of them in turn."""
        turn = itertools.cycle(bodies := (*ODD, *self.case.odd))

        class Stubborn:
            body: bytes | None = None

            def answer(self, request: Request) -> Reply:
                return Reply(status, next(turn) if self.body is None else self.body)

        for body in (*bodies, None):
            stubborn = Stubborn()
            stubborn.body = body
            report = self.case.play(stubborn, **self.case.known)

            assert [result.clause for result in report.results] == list(self.case.client.CLAUSES)
            assert not report.passed(), body

    def test_a_host_that_is_not_there_is_unreachable(self):
        with pytest.raises(Unreachable):
            self.case.client.run(self.case.options(timeout=1.0))

    def test_a_host_that_goes_away_fails(self):
        left = iter(range(60))
        host = self.case.host()

        class Dying:
            def answer(self, request: Request) -> Reply:
                if next(left, None) is None:
                    raise requests.ConnectionError("gone")
                return host.answer(request)

        report = self.case.play(Dying())

        assert report.faults()
        assert "the host stopped answering" in {result.detail for result in report.results}

    def test_no_secret_is_shown(self):
        """Not even of a host that tells them all, beside everything that it was asked."""
        said = json.dumps({"status": "error", "code": " ".join(self.case.secrets)}).encode()

        class Talkative:
            def answer(self, request: Request) -> Reply:
                return Reply(200, said, {"X-Echo": str(dict(request.headers))})

        report = self.case.play(Talkative(), **self.case.known)

        shown = json.dumps(report.as_dict(), ensure_ascii=False)
        assert "***" in shown
        assert [secret for secret in self.case.secrets if secret in shown] == []

    def test_options_that_cannot_be_are_named(self):
        addresses = ("ftp://example.com", "example.com", "https://a:b@x.com", "https://x.com/?x=1")
        for wrong in (*({"url": url} for url in addresses), *self.case.impossible):
            with pytest.raises(ValueError):
                self.case.options(**wrong)

    def test_options_do_not_show_their_secrets(self):
        shown = repr(self.case.options(**self.case.known))

        assert not [secret for secret in self.case.environ.values() if secret in shown]

    def _name(self) -> str:
        return str(self.case.client.__name__.split(".")[-2])


def seen(report: Report) -> dict[str, Outcome]:
    """What came out of each clause."""
    return {result.clause.id: result.outcome for result in report.results}
