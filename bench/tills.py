"""Tills without HTTP: processes and threads that identify a member and submit a sale."""

from __future__ import annotations

import multiprocessing
import random
import statistics
import time
import uuid
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

from adapter.core import cards, sales
from adapter.core.members import IdentityKind
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.core.sales import Outcome
from adapter.core.transactions import Item, Sale, Tender
from adapter.db import Database, DatabaseUnavailable, Work
from bench import shop
from bench.options import CONNECTIONS, WORKERS, Options
from bench.rounds import Round

ITEMS = 5
PLACE = Place("fidelizacion", "BR001", "POS001", "bench")
# Sales of each till before any is counted: statements are compiled, connections made.
WARMING = 20


def round_of(url: str, options: Options) -> Round:
    """One round of all tills at once."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(WORKERS, context) as processes:
        together = manager.Barrier(WORKERS)
        tasks = [
            processes.submit(_process, url, options.members, options.seconds, together)
            for _ in range(WORKERS)
        ]
        found = [task.result() for task in tasks]
    taken = [seconds for of_process, _ in found for seconds in of_process]
    cpu_us = 1e6 * sum(cpu for _, cpu in found) / len(taken)
    cuts = statistics.quantiles(taken, n=100)
    return Round(len(taken) / options.seconds, cuts[49] * 1000, cuts[98] * 1000, cpu_us)


def submit_one(work: Work, program: ProgramTerms, number: int) -> Outcome:
    """The sale of one member, who is known by their phone."""
    named = [(IdentityKind.PHONE, shop.PHONE.format(number))]
    member = cards.recognise(work, program.id, named)
    return sales.submit(work, program, member, _sale(), place=PLACE)


def _process(
    url: str, members: int, seconds: int, together: multiprocessing.Barrier
) -> tuple[list[float], float]:
    """How long each sale took, and the processor time of all of them."""
    database = Database(url, serving=True)
    with database.reading() as work:
        program = shop.terms_of(work)
    threads = CONNECTIONS // WORKERS
    with ThreadPoolExecutor(threads) as pool:

        def all_at(until: float, least: int = 0) -> list[float]:
            found = pool.map(
                lambda _: _till(database, program, members, until, least), range(threads)
            )
            return [taken for till in found for taken in till]

        all_at(0, least=WARMING)
        together.wait()
        before = time.process_time()
        taken = all_at(time.perf_counter() + seconds)
        cpu = time.process_time() - before
    database.dispose()
    return taken, cpu


def _till(
    database: Database, program: ProgramTerms, members: int, until: float, least: int
) -> list[float]:
    taken: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() < until or len(taken) < least:
        number = random.randrange(members)
        # Refused because others are in front for too long: the till waits on, and tries again.
        with suppress(DatabaseUnavailable):
            database.run_lightly(lambda work, number=number: submit_one(work, program, number))
            taken.append(time.perf_counter() - began)
            began += taken[-1]
    return taken


def _sale() -> Sale:
    return Sale(
        reference=f"C-{uuid.uuid4()}",
        occurred_at=datetime.now(UTC),
        total_minor=2400 * ITEMS,
        items=[
            Item(
                reference=str(line),
                code="TEA01",
                name="Tea",
                department="HOT",
                quantity=Decimal(2),
                gross_minor=2400,
                net_minor=2160,
            )
            for line in range(ITEMS)
        ],
        tenders=[Tender("CASH", 2160 * ITEMS)],
    )
