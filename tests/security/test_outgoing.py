"""Where messages may go: the operator says, and a setting keeps them out of private networks.

That redirects are not followed, and that an answer's body is not read: tests/delivery, and below.
"""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime

import pytest
from marshmallow import ValidationError

from adapter.config import Config
from adapter.delivery import reach
from adapter.delivery.calling import Caller
from adapter.delivery.letters import Letter
from adapter.delivery.posting import NotDelivered
from adapter.programfile.schemas import Settings
from tests.delivery.receiver import Receiver

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
PRIVATE = (
    "127.0.0.1",
    "::1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # where clouds tell a machine its own secrets
    "100.64.0.1",
    "0.0.0.0",
    "fe80::1",
    "fd00::1",
    "::ffff:10.0.0.1",
    "224.0.0.1",
)


@pytest.fixture
def receiver(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    receiver = Receiver()
    yield receiver
    receiver.close()


def letter_to(address):
    return Letter(id="msg-1", address=address, body=b"{}", line="")


def call(address, *, public_only=False):
    caller = Caller(public_only=public_only)
    try:
        caller.tell(letter_to(address), secret=b"s", at=NOW)
    finally:
        caller.close()


def told(receiver):
    return [one.path for one in receiver.received]


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1:11211/_stats",
        "ftp://example.com/x",
        "unix:///run/docker.sock",
        "//example.com/x",
        "http://",
        "http://user:password@example.com/",
        "http://example.com/#there",
        "http://example.com:0/",
        "http://exa mple.com/",
        "http://example.com/a\r\nX-More: 1",
        "https://exa\u2100mple.com/",
        "javascript:alert(1)",
    ],
)
def test_an_address_is_http_and_holds_neither_a_password_nor_a_line(address):
    with pytest.raises(ValidationError):
        Settings().load({"message_webhook": address})


def test_messages_keep_out_of_private_networks_where_that_is_set(receiver):
    """Whom the connection leads to decides, not the name: names can change their minds."""
    port = receiver.url.split(":")[2].partition("/")[0]
    for name in ("127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433"):
        with pytest.raises(NotDelivered) as caught:
            call(f"http://{name}:{port}/x", public_only=True)
        assert name not in str(caught.value)

    call(receiver.url)
    assert told(receiver) == ["/hooks?token=of-the-receiver"]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_spoken_to(address):
    class Line:
        closed = False

        def getpeername(self):
            return (address, 443)

        def close(self):
            self.closed = True

    line = Line()

    with pytest.raises(reach.NotPublic):
        reach._checked(line)
    assert line.closed


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_a_public_address_is_spoken_to(address):
    class Line:
        def getpeername(self):
            return (address, 443)

    line = Line()

    assert reach._checked(line) is line


def test_a_redirect_is_not_followed(receiver):
    receiver.answers.extend([302, 307, 308])

    for _ in range(3):
        with pytest.raises(NotDelivered):
            call(receiver.url)
    assert set(told(receiver)) == {"/hooks?token=of-the-receiver"}


def test_an_answer_without_end_is_not_read(receiver):
    """Its head is enough: what follows may be as long as it likes."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        listening.settimeout(10)

        def answer():
            line, _ = listening.accept()
            with line:
                line.recv(65536)
                head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
                line.sendall(head + b"x" * 1000)

        thread = threading.Thread(target=answer)
        thread.start()
        call(address)
        thread.join()


def test_messages_may_go_to_private_networks_unless_it_is_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert Config.from_environ({}).private_webhooks
    assert not Config.from_environ({"ADAPTER_PRIVATE_WEBHOOKS": "no"}).private_webhooks
