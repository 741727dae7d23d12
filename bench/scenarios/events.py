"""Events delivered by the worker, beside a bare loop of `requests` that posts as many."""

from __future__ import annotations

import json
import multiprocessing
import os
import statistics
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import pairwise

import requests

from adapter.core import outbox, programs
from adapter.core.outbox import Choice
from adapter.db import Database
from adapter.delivery import Ending, Worker
from adapter.web import logs
from bench import shop
from bench.databases import Engine
from bench.options import Options
from bench.receiver import Receiver, receiving
from bench.results import Fact, Result, Target
from bench.rounds import BadRound, Round, in_turn

WHAT = "deliver an event"
WORKER, BARE = "worker", "a bare loop of requests"
EACH = 3  # events of a member who is new: enrolled, a card, an opening balance
PER_SECOND = 600


def run(engine: Engine, options: Options) -> Result:
    """As many events as take the worker some seconds, in lines of three."""
    os.environ["NO_PROXY"] = "127.0.0.1"
    members = PER_SECOND * options.seconds // EACH
    with receiving() as receiver:
        url = _listened_to(engine, receiver, members)
        contestants: dict[str, Callable[[], Round]] = {
            WORKER: partial(_worked_off, url, receiver, members * EACH),
            BARE: partial(_posted, receiver, members * EACH),
        }
        seen = in_turn(WHAT, contestants, rounds=options.rounds, base=BARE)
    rate = seen.median(WORKER).per_second
    targets = [Target("events delivered, in posts of a bare loop", 0.5, seen.ratio(WORKER))]
    facts = [Fact("events in all, each round", members * EACH, "")]
    if rate:
        targets.append(Target("events a second", 500, rate))
    return Result("events", engine.name, [seen], facts=facts, targets=targets)


def _listened_to(engine: Engine, receiver: Receiver, members: int) -> str:
    """A shop whose events are wanted, and that has told some already."""
    url = engine.make("events")
    shop.open_shop(url)
    database = Database(url)
    with database.unit_of_work() as work:
        programs.put(work, code=shop.PROGRAM, settings={"event_webhook": receiver.url})
    shop.enrol_all(url, members)
    database.dispose()
    engine.settle(url)
    return url


def _worked_off(url: str, receiver: Receiver, count: int) -> Round:
    _tell_again(url)
    receiver.arrivals()
    delivered, cpu = _apart(_work_off, url)
    if delivered != count:
        raise BadRound(f"{delivered} of {count} events were delivered")
    return _round(receiver, count, cpu)


def _work_off(url: str) -> tuple[int, float]:
    logs.configure("WARNING")
    database = Database(url, serving=True)
    worker = Worker(database, shop.KEY.encode())
    before = time.process_time()
    told = worker.run_once()
    cpu = time.process_time() - before
    database.dispose()
    return told[Ending.DELIVERED], cpu


def _tell_again(url: str) -> None:
    """Have all that was delivered be told once more."""
    database = Database(url)
    with database.reading() as work:
        choice = Choice(shop.terms_of(work).id)
    after: uuid.UUID | None = None
    while True:
        _, after = database.run(partial(outbox.replay, choice=choice, after=after))
        if after is None:
            break
    database.dispose()


def _posted(receiver: Receiver, count: int) -> Round:
    receiver.arrivals()
    _, cpu = _apart(_post, receiver.url, count)
    return _round(receiver, count, cpu)


def _post(url: str, count: int) -> tuple[int, float]:
    data = {"program": shop.PROGRAM, "sequence": 1, "member": {"id": str(uuid.uuid4())}}
    body = json.dumps({"type": "points.changed", "data": data | {"padding": "x" * 500}})
    headers = {"Content-Type": "application/json", "webhook-id": str(uuid.uuid4())}
    before = time.process_time()
    with requests.Session() as session:
        for _ in range(count):
            with session.post(url, data=body, headers=headers, timeout=5) as answer:
                answer.raise_for_status()
    return count, time.process_time() - before


def _apart(act: Callable[..., tuple[int, float]], *given: object) -> tuple[int, float]:
    """What comes of it in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(act, *given).result()


def _round(receiver: Receiver, count: int, cpu: float) -> Round:
    """By when the requests arrived; the figures of time are those between two of them."""
    arrivals = receiver.arrivals()
    if len(arrivals) < count:
        raise BadRound(f"{len(arrivals)} of {count} events arrived")
    between = [later - earlier for earlier, later in pairwise(arrivals)]
    cuts = statistics.quantiles(between, n=100)
    took = arrivals[-1] - arrivals[0]
    return Round(len(arrivals) / took, cuts[49] * 1000, cuts[98] * 1000, 1e6 * cpu / count)
