"""One request at a time, with bounds, and the answer as bytes."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from adapter.checks import Client, Failed, Mask, NoAnswer, NotTested, wire
from adapter.checks.exchange import NOTHING, Answer, Number


class Echo(BaseHTTPRequestHandler):
    """Sends back the path and the headers as they came."""

    def do_GET(self):
        status = 302 if self.path.endswith("/moved") else 200
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(f"{self.path}\n{self.headers}".encode())

    def log_message(self, *args):
        """A test has no use for a line per request."""


@contextlib.contextmanager
def listening(handler=Echo):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/base"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def url():
    with listening() as address:
        yield address


def client(url: str, **changes) -> Client:
    known = {"headers": {"Authorization": "Basic c2VjcmV0"}, "allowed": frozenset({200})}
    return Client(url, **{**known, "mask": Mask(["c2VjcmV0"]), "timeout": 2.0, **changes})


def answer(body: bytes = b"", *, status: int = 200, content_type: str = "") -> Answer:
    return Answer("GET", "/x", {}, b"", status, {"Content-Type": content_type}, body, 0.0,
                  frozenset({200}))  # fmt: skip


def test_percent_encoding_goes_out_as_written(url):
    path = client(url).send("GET", "/%37%2F%D0%90", query={"a b": "ё&"}).text.split("\n")[0]

    assert path == "/base/%37%2F%D0%90?a+b=%D1%91%26"


def test_headers_may_be_replaced_and_left_out(url):
    assert "Basic c2VjcmV0" in client(url).send("GET", "/").text
    assert "Authorization" not in client(url).send("GET", "/", headers={"Authorization": None}).text


def test_credentials_of_the_machine_are_not_sent(url, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("default login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setattr("adapter.checks.exchange._is_loopback", lambda url: False)

    assert "Authorization" not in client(url, headers={}).send("GET", "/").text


def test_redirects_are_not_followed(url):
    assert client(url).send("GET", "/moved").status == 302


def test_transcripts_hide_the_credential(url):
    transcript = client(url).send("GET", "/x").transcript

    assert "> GET /base/x" in transcript and "> Authorization: Basic ***" in transcript
    assert "c2VjcmV0" not in transcript


def test_the_number_of_requests_is_bounded(url):
    bounded = client(url, limit=2)
    bounded.send("GET", "/")
    bounded.send("GET", "/")

    with pytest.raises(NotTested, match="bound of 2"):
        bounded.send("GET", "/")


def test_a_host_that_is_gone_is_left_alone_after_a_while():
    gone = client("http://127.0.0.1:1")
    for _ in range(3):
        with pytest.raises(NoAnswer):
            gone.send("GET", "/")

    with pytest.raises(NotTested, match="stopped answering"):
        gone.send("GET", "/")
    assert len(gone.unanswered) == 3


def test_a_host_that_says_nothing_is_not_waited_for_long():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        quick = client(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.1)

        with pytest.raises(NoAnswer, match="Timeout"):
            quick.send("GET", "/")


def test_a_host_that_drips_is_not_waited_for_either():
    class Drip(Echo):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(200):
                    self.wfile.write(b" ")
                    time.sleep(0.01)

    with listening(Drip) as url, pytest.raises(NoAnswer, match="took longer"):
        client(url, timeout=0.1).send("GET", "/")


def test_documents_keep_their_numbers_as_written():
    assert answer(b'{"a": 1.50, "b": "x"}').document == {"a": Number("1.50"), "b": "x"}


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"[" * 100_000, b"\xff"])
def test_what_is_no_document_is_nothing(body):
    assert answer(body).document is NOTHING


@pytest.mark.parametrize(
    "value",
    [
        "application/json; charset=utf-8",
        "application/json; charset=utf-8;",
        "Application/JSON;charset=UTF-8 ; ",
        'application/json; charset="utf-8"',
    ],
)
def test_content_types_that_are_the_same(value):
    assert wire.content_type_fault(answer(content_type=value)) is None


@pytest.mark.parametrize(
    "value",
    ["", "application/json", "text/html; charset=utf-8", "application/json; charset=cp1251"],
)
def test_content_types_that_are_not(value):
    assert wire.content_type_fault(answer(content_type=value))


def test_leaves_are_found_with_their_places():
    document = {"a": [{"b": "1"}, "2"], "c": {}}

    assert dict(wire.leaves(document)) == {"a[0].b": "1", "a[1]": "2"}


def test_a_judgement_names_the_first_fault_and_how_many():
    answers = [answer(), answer(status=500), answer(status=404)]

    with pytest.raises(Failed, match=r"GET /x → 500: .* \(2 of 3 answers\)"):
        wire.judge(answers, wire.status_fault)


def test_nothing_to_judge_is_not_tested():
    with pytest.raises(NotTested):
        wire.judge([], wire.status_fault)


def test_secrets_are_masked_in_each_spelling():
    mask = Mask(["пароль 1", "пароль", "a/b"])

    masked = mask("пароль 1, %D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C+1, \\u043f\\u0430\\u0440"
                  "\\u043e\\u043b\\u044c 1, a%2Fb, a/b, \x1b[31m")  # fmt: skip

    assert masked == "***, ***, ***, ***, ***, \\x1b[31m"
