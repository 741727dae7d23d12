"""`adapter requests`: what platforms asked, found, shown, and tried once more."""

from __future__ import annotations

import json
import shlex
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from adapter.app import create_app
from adapter.config import Config
from adapter.core import partners, trail
from adapter.core.exchanges import Exchange
from adapter.core.trail import Sought
from adapter.web import exchanges as log
from tests.cli.conftest import SECRET_KEY
from tests.protocols.exchanges.overheard import Overheard, dump

KEY = "key-of-the-till"
PHONE = "79005550142"
SHOWN = "+7 (900) 555-01-42"
HEADERS = {
    "x-api-key": KEY,
    "x-branch-id": "BR001",
    "x-pos-id": "POS001",
    "x-source-type": "POS",
    "x-source-name": "Simphony",
}
NOWHERE = "/v1/payment/none"
MOST = 2  # requests that the other server takes before it hangs up
BASIC = {"Authorization": "Basic d2FsbGV0OnNlY3JldA=="}  # wallet:secret


@pytest.fixture
def pay(database, anna) -> Callable[..., Exchange]:
    """A function that has Anna pay at a till, and gives what was kept of it."""
    url = database.url.render_as_string(hide_password=False)
    environ = {"ADAPTER_DATABASE_URL": url, "ADAPTER_SECRET_KEY": SECRET_KEY}
    app = create_app(Config.from_environ(environ), database=database)
    with database.unit_of_work() as work:
        for protocol, name, secret in (
            ("fidelizacion", "", KEY),
            ("koshelek", "wallet", "wallet:secret"),
        ):
            digest = partners.digest(SECRET_KEY.encode(), protocol, secret)
            partners.create_credential(
                work, anna.program.id, protocol=protocol, name=name, digest=digest
            )

    def paid(amount: int = 1000, path: str = "/v1/payment") -> Exchange:
        client = app.test_client()
        if path == NOWHERE:
            client.post(path, headers=HEADERS)
        elif path != "/v1/payment":
            client.get(path, headers=BASIC)
        else:
            member = {"phoneNumber": SHOWN}
            document = {"member": member, "payment": {"action": "pay", "amount": amount}}
            client.post(path, json=document, headers=HEADERS)
        assert log.flush(app)
        return Overheard(app, database).last()

    return paid


class Receiver(BaseHTTPRequestHandler):
    """A server that takes anything and remembers it."""

    taken: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        """Take it, unless it is one too many."""
        if len(self.taken) == MOST:
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): text for name, text in self.headers.items()}
        self.taken.append((self.path, headers, body))
        self.send_response(202)
        self.end_headers()
        self.wfile.write(b'{"taken": true}')

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[str, dict[str, str], bytes]]]]:
    """Another server: where it is, and what it was sent."""
    taken: list[tuple[str, dict[str, str], bytes]] = []
    server = HTTPServer(("127.0.0.1", 0), type("Here", (Receiver,), {"taken": taken}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", taken
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_last_exchanges_are_listed_and_filtered(run, facts, pay) -> None:
    paid, refused = pay(1000), pay(10_000_000)

    shown = run("requests", "tail").stdout
    lines = run("requests", "tail", "--outcome", "refused", "--json").stdout.splitlines()

    assert str(paid.id) in shown and str(refused.id) in shown
    assert shown.index(str(paid.id)) < shown.index(str(refused.id))
    assert [json.loads(line)["id"] for line in lines] == [str(refused.id)]
    assert json.loads(lines[0])["refusal"] == "InsufficientPoints"


@pytest.mark.parametrize(
    ("option", "value", "finds"),
    [
        ("--protocol", "Fidelizacion", True),
        ("--protocol", "swip", False),
        ("--status", "2", True),
        ("--outlet", "BR001", True),
        ("--terminal", "POS002", False),
        ("--since", "2999-01-01", False),
        ("--until", "2999-01-01", True),
    ],
)
def test_options_say_which(run, pay, option: str, value: str, finds: bool) -> None:
    paid = pay()

    assert (str(paid.id) in run("requests", "tail", option, value).stdout) == finds


def test_one_is_shown_by_its_id_or_by_that_of_its_reply_and_nobody_is_named(
    run, facts, pay
) -> None:
    paid = pay()

    shown = run("requests", "show", paid.request_id).stdout
    told = facts("requests", "show", paid.id)

    assert "redemption -10 points spendable" in shown
    assert told["request"]["payment"] == {"action": "pay", "amount": 1000}
    assert told["request"]["member"]["phoneNumber"]["is"] == "phone"
    assert told["entries"] and told["member_id"] == str(paid.member_id)
    for secret in (PHONE, SHOWN, KEY, "Анна"):
        assert secret not in shown and secret not in json.dumps(told, ensure_ascii=False)


def test_what_is_not_there_is_a_finding(run, anna) -> None:
    result = run("requests", "show", "01a20000000000000000000000000000")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "no exchange has this id" in result.stderr


def test_the_command_line_has_what_was_sent_and_variables_for_secrets(run, pay, receiver) -> None:
    url, taken = receiver
    paid = pay()

    line = run("requests", "curl", paid.id, "--url", url).stdout.strip()

    assert KEY not in line and '"x-api-key: $API_KEY"' in line
    done = subprocess.run(
        ["sh", "-c", line],
        env={"PATH": "/usr/bin:/bin", "API_KEY": "of another"},
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    ((path, headers, body),) = taken
    assert path == "/v1/payment" and json.loads(body)["member"]["phoneNumber"] == SHOWN
    assert (headers["x-api-key"], headers["x-branch-id"]) == ("of another", "BR001")
    assert headers["content-type"] == "application/json"


def test_a_login_is_shown_and_its_password_a_variable(run, pay, anna) -> None:
    looked = pay(path=f"/v1/card/{anna.card.number}")

    words = shlex.split(run("requests", "curl", looked.id).stdout)

    assert words[words.index("-u") + 1] == "wallet:$PASSWORD"
    assert words[-1].endswith(f"/v1/card/{anna.card.number}") or any(
        word.endswith(f"/v1/card/{anna.card.number}") for word in words
    )


def test_a_replay_shows_what_would_differ_and_changes_nothing(run, database, pay) -> None:
    paid = pay()
    before = dump(database)

    result = run("requests", "replay", paid.id)
    told = json.loads(run("requests", "replay", paid.id, "--json").stdout)

    assert result.exit_code == 1
    assert "data.newBalance.points" in result.stdout
    assert "it would do: redemption -10 points" in result.stdout
    (again,) = told
    assert again["missing"] == [] and again["would_do"][0]["legs"][0]["amount"] == "-10"
    assert dump(database) == before


def test_several_are_replayed_by_what_they_have_in_common(run, pay, anna) -> None:
    for _ in range(2):
        pay(path=f"/v1/card/{anna.card.number}")

    result = run("requests", "replay", "--protocol", "koshelek")

    assert result.exit_code == 0, result.output
    assert result.stdout.count("the answer is the same") == 2


@pytest.mark.parametrize(
    ("path", "settings", "why"),
    [
        (NOWHERE, {}, "its address is no endpoint's, and addresses are not kept"),
        (
            "/v1/payment",
            {"FIDELIZACION_ENABLED": "off"},
            "fidelizacion is not served at this address",
        ),
    ],
)
def test_what_cannot_be_replayed_is_named_and_the_rest_is_done(
    run, pay, anna, receiver, path: str, settings: dict[str, str], why: str
) -> None:
    url, taken = receiver
    lost, looked = pay(path=path), pay(path=f"/v1/card/{anna.card.number}")
    both = ("requests", "replay", lost.id, looked.id)

    shown = run(*both, **settings)
    read = run(*both, "--json", **settings)
    sent = run("requests", "replay", lost.id, "--to", url, "--yes", "--json", **settings)
    line = run("requests", "curl", lost.id, **settings)

    assert [one.exit_code for one in (shown, read, sent, line)] == [1] * 4
    assert f"{lost.id}: not replayable: {why}" in shown.stdout
    assert "the answer is the same" in shown.stdout
    assert shown.stderr.endswith("\nadapter: 1 of 2 could not be replayed\n")
    first, second = json.loads(read.stdout)
    assert first == {"id": str(lost.id), "not_replayable": why} and second["is_same"]
    assert json.loads(sent.stdout) == [first] and taken == []
    assert (line.stdout, line.stderr) == ("", f"adapter: {lost.id}: not replayable: {why}\n")


def test_a_replay_of_everything_has_to_be_said(run, anna) -> None:
    assert run("requests", "replay").exit_code == 2
    assert run("requests", "replay", "--protocol", "swip", "-H", "a: b").exit_code == 2
    assert run("requests", "replay", "--to", "http://127.0.0.1:1", "x", "-H", "a").exit_code in (
        1,
        2,
    )


@pytest.mark.parametrize("header", ["x-cashier: Анна", "x-cashier: a\nb", "x-cashier", ": a"])
def test_what_is_no_header_is_wrong_usage_and_nothing_is_sent(run, pay, receiver, header) -> None:
    url, taken = receiver

    result = run("requests", "replay", pay().id, "--to", url, "-H", header, "--yes")

    assert (result.exit_code, taken) == (2, [])
    assert "a header is" in result.stderr


def test_for_real_it_is_sent_with_the_credential_that_is_given(
    run, database, pay, receiver
) -> None:
    url, taken = receiver
    paid = pay()
    before = dump(database)

    result = run("requests", "replay", paid.id, "--to", url, "-H", "X-Api-Key: theirs", "--yes")

    assert result.exit_code == 0, result.output
    ((path, headers, body),) = taken
    assert (path, headers["x-api-key"]) == ("/v1/payment", "theirs")
    assert json.loads(body)["member"]["phoneNumber"] == SHOWN
    assert "200 then, 202 now" in result.stdout
    assert dump(database) | {"changes": []} == before


def test_it_is_asked_before_anything_is_sent(run, pay, receiver) -> None:
    url, taken = receiver

    result = run("requests", "replay", pay().id, "--to", url, stdin="n\n")

    assert result.exit_code == 1 and taken == []


def test_a_server_that_is_not_there_is_said_in_a_line(run, pay) -> None:
    result = run("requests", "replay", pay().id, "--to", "http://127.0.0.1:1", "--yes")

    assert result.exit_code == 3
    assert "does not answer" in result.stderr


def test_what_was_sent_before_a_server_hung_up_is_told(run, pay, receiver) -> None:
    url, taken = receiver
    paid = [pay().id for _ in range(MOST + 2)]

    result = run("requests", "replay", *paid, "--to", url, "--yes", "--json")

    assert (result.exit_code, len(taken)) == (3, MOST)
    assert [one["id"] for one in json.loads(result.stdout)] == [str(one) for one in paid[:MOST]]
    assert f"{paid[MOST]}: whether it was done there is not known" in result.stderr


def test_whoever_takes_out_what_is_a_members_is_in_the_audit(run, database, pay, receiver) -> None:
    url, _ = receiver
    paid, lost = pay(), pay(path=NOWHERE)
    who = {"members": [str(paid.member_id)]}

    run("requests", "curl", paid.id)
    run("requests", "replay", paid.id, lost.id, "--to", url, "--yes")
    run("requests", "curl", lost.id)
    run("requests", "replay", paid.id)

    with database.reading() as work:
        sent, shown = trail.changes(work, Sought())
    assert {(one.subject_kind, one.subject_id, one.program_id) for one in (sent, shown)} == {
        ("request", paid.id, paid.program_id)
    }
    assert (shown.action, shown.after) == ("request.reveal", who)
    assert (sent.action, sent.after) == ("request.send", who | {"host": "127.0.0.1"})
    assert shown.actor.startswith("cli:")
