"""Receivers that answer slowly, at length, twice, or with a detour change nothing but the time."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from adapter import delivery
from adapter.core import outbox
from adapter.core.outbox import EventType
from adapter.delivery import Ending, calling, runner
from adapter.web import logs
from tests.core.outbox.listening import events, heard
from tests.delivery.receiver import Receiver
from tests.delivery.sending import KEY
from tests.factories import give_points, make_member, purse_of

PATIENCE = 60


class Peer:
    """Somebody who answers each call with bytes of their own, as long as they are wanted."""

    def __init__(self, answer: Callable[[socket.socket, threading.Event], None]) -> None:
        self.calls = 0
        self.over = threading.Event()
        self._answer = answer
        self._door = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._door.getsockname()[1]}/"

    def close(self) -> None:
        if self.over.is_set():
            return
        self.over.set()
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._door.accept()
                self.calls += 1
                self._threads.append(threading.Thread(target=self._talk, args=(line,)))
                self._threads[-1].start()

    def _talk(self, line: socket.socket) -> None:
        with line, suppress(OSError):
            line.recv(65536)
            self._answer(line, self.over)


@pytest.fixture
def peer(monkeypatch) -> Iterator[Callable[..., Peer]]:
    """A function that makes one."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made: list[Peer] = []

    def make(answer: Callable[[socket.socket, threading.Event], None]) -> Peer:
        made.append(Peer(answer))
        return made[-1]

    yield make
    for one in made:
        one.close()


def dripping(line: socket.socket, over: threading.Event) -> None:
    """A byte now and then, so that no time-out of a single byte ever ends."""
    line.sendall(b"HTTP/1.1 200 OK\r\nX-Padding: ")
    while not over.wait(0.02):
        line.sendall(b"x")


def endless(line: socket.socket, over: threading.Event) -> None:
    """A good status, and then more than anybody wants."""
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    while not over.is_set():
        line.sendall(b"x" * 65536)


def twice(line: socket.socket, over: threading.Event) -> None:
    """One answer more than there were questions."""
    line.sendall(b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n")
    over.wait(PATIENCE)


def noise(line: socket.socket, over: threading.Event) -> None:
    """What is no HTTP at all."""
    line.sendall(b"\x16\x03\x01 hello\r\n\r\n")


def told(database, url, count=1):
    with database.unit_of_work() as work:
        program = heard(work, event_webhook=url, event_types=["points"])
        purse = purse_of(program, make_member(work, program))
        for number in range(count):
            give_points(work, purse, number + 1)
    return program


def test_who_answers_drop_by_drop_is_hung_up_on(database, peer, worker, monkeypatch):
    monkeypatch.setattr(calling, "WHOLE_CALL", 0.2)
    monkeypatch.setattr(runner, "LOOKS", 0.02)
    told(database, peer(dripping).url)

    assert worker.run_once() == {Ending.RETRIED: 1}
    assert events(database)[0].outcome is None


def test_who_answers_without_end_has_it_all_the_same(database, peer, worker):
    slow = peer(endless)
    told(database, slow.url, 2)

    assert worker.run_once() == {Ending.DELIVERED: 2}
    # The rest of such an answer is not waited for, and the next call takes a line of its own.
    assert slow.calls == 2


def test_a_second_answer_to_one_call_is_no_answer_to_the_next(database, peer, worker):
    chatty = peer(twice)
    told(database, chatty.url)

    assert worker.run_once() == {Ending.DELIVERED: 1}


def test_what_is_no_http_is_a_failure(database, peer, worker):
    told(database, peer(noise).url)

    assert worker.run_once() == {Ending.RETRIED: 1}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(database, receiver, worker, status):
    told(database, receiver.url)
    receiver.answers.append(status)

    assert worker.run_once() == {Ending.RETRIED: 1}
    assert [got.path for got in receiver.received] == ["/hooks?token=of-the-receiver"]


def test_a_line_is_kept_for_many_events(database, worker, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    receiver = Receiver(keeps_lines=True)
    try:
        told(database, receiver.url, 20)
        done = worker.run_once()
    finally:
        receiver.close()

    assert done == {Ending.DELIVERED: 20}
    assert receiver.lines == 1


def test_one_slow_program_does_not_hold_up_another(database, peer, receiver, worker):
    """All hands but one may wait for a receiver, if somebody else wants to be told."""
    stuck = peer(lambda line, over: over.wait(PATIENCE))
    program = told(database, stuck.url)
    with database.unit_of_work() as work:
        for _ in range(runner.MOST * runner.HANDS):
            outbox.tell(
                work, program.id, EventType.CARD_LAPSED, subject_id=uuid.uuid4(), member_id=None
            )
    told(database, receiver.url)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        arrived = receiver.arrived.acquire(timeout=PATIENCE)
    finally:
        worker.stop.set()
        stuck.close()
        thread.join(PATIENCE)

    assert arrived


def test_only_public_addresses_are_called_where_that_is_wished(database, receiver):
    told(database, receiver.url)

    done = delivery.Worker(database, KEY, pause=0.01, public_only=True).run_once()

    assert (done, receiver.received) == ({Ending.RETRIED: 1}, [])


def test_nothing_of_an_address_or_a_person_is_logged(database, receiver, worker, capsys):
    logs.configure("INFO")
    told(database, receiver.url)
    receiver.answers.append(500)

    worker.run_once()

    logged = capsys.readouterr().err
    assert "event retried" in logged
    assert "of-the-receiver" not in logged
    assert "7900" not in logged
