"""Receivers that answer slowly, at length, twice, or with a detour change nothing but the time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from adapter import delivery
from adapter.delivery import Ending, calling, posting, runner
from adapter.delivery.hands import EACH
from adapter.web import logs
from tests.core.outbox.listening import events, heard
from tests.delivery.receiver import Receiver
from tests.delivery.sending import KEY, send_code
from tests.factories import give_points, make_member, purse_of

PATIENCE = 30


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
    monkeypatch.setattr(calling, "LOOKS", 0.02)
    slow = peer(dripping)
    told(database, slow.url)
    send_code(database, message_webhook=slow.url)

    assert worker.run_once() == {Ending.RETRIED: 2}
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


def tell_of(database, program, things):
    with database.unit_of_work() as work:
        for _ in range(things):
            give_points(work, purse_of(program, make_member(work, program)))


def send_codes(database, program, things):
    for _ in range(things):
        send_code(database, program=program)


@pytest.mark.parametrize("send", [tell_of, send_codes])
def test_receivers_that_do_not_answer_hold_up_nobody_else(
    database, peer, receiver, worker, monkeypatch, send
):
    """One program has many things for them, and others a few: some hands are always left."""
    monkeypatch.setattr(runner, "FEWEST", 1)
    monkeypatch.setattr(posting, "SECONDS", PATIENCE)
    monkeypatch.setattr(calling, "WHOLE_CALL", PATIENCE)
    waiting = threading.Semaphore(0)

    def stuck(line: socket.socket, over: threading.Event) -> None:
        waiting.release()
        over.wait(PATIENCE)

    silent = peer(stuck)
    with database.unit_of_work() as work:
        addresses = {"event_webhook": silent.url, "message_webhook": silent.url}
        busy, *others = (heard(work, event_types=["points"], **addresses) for _ in range(4))
    send(database, busy, 2 * EACH)
    for program in others:
        send(database, program, 1)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        # Those of them all that may wait at once do.
        stuck_by_then = [waiting.acquire(timeout=PATIENCE) for _ in range(EACH + len(others))]
        with database.unit_of_work() as work:
            addresses = {"event_webhook": receiver.url, "message_webhook": receiver.url}
            well = heard(work, event_types=["points"], **addresses)
        send(database, well, 1)
        arrived = receiver.arrived.acquire(timeout=PATIENCE)
    finally:
        worker.stop.set()
        silent.close()
        thread.join(PATIENCE)

    assert (set(stuck_by_then), arrived) == ({True}, True)
    assert silent.calls == EACH + len(others)


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
