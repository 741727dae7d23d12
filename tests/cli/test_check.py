"""`adapter check`: its options are the protocol's own, its exit status is the verdict."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from werkzeug.serving import make_server

NOBODY = ("--url", "http://127.0.0.1:1", "--login", "w", "--password", "open:sesame")


@pytest.fixture
def wrong_host() -> Iterator[str]:
    """A host that answers everything with a page."""

    def page(_environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"<html>"]

    server = make_server("127.0.0.1", 0, page, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_options_are_those_of_the_protocols_check(run_alone):
    helped = run_alone("check", "koshelek", "--help").stdout

    for option in ("--url", "--blocked-phone", "--reservation-form", "--junit", "--strict"):
        assert option in helped
    assert "CHECK_PASSWORD" in helped


def test_a_host_that_is_not_there_is_3(run_alone):
    result = run_alone("check", "koshelek", *NOBODY)

    assert result.exit_code == 3
    assert "cannot be reached" in result.stderr
    assert "sesame" not in result.output


def test_a_wrong_host_is_1_with_a_report(run_alone, wrong_host, tmp_path):
    report = tmp_path / "report.xml"

    result = run_alone(
        "check", "koshelek", "--url", wrong_host, *NOBODY[2:], "--junit", str(report)
    )

    assert result.exit_code == 1
    assert "FAILED" in result.stdout
    assert int(ElementTree.parse(report).getroot().attrib["failures"]) > 10


@pytest.mark.parametrize(
    "wrong",
    (("--url", "ftp://x"), ("--api-version", "9"), ("--login", "a:b"), ("--without", "nothing")),
)
def test_options_that_cannot_be_are_2(run_alone, wrong):
    assert run_alone("check", "koshelek", *NOBODY, *wrong).exit_code == 2
    assert run_alone("check", "unheard-of").exit_code == 2
