"""The shop that is measured: a program with one rule, a credential a protocol, and members."""

from __future__ import annotations

import base64
import multiprocessing
import uuid
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from adapter.core import cards, ledger, members, partners, programs
from adapter.core.cards import BarcodeType, CardFacts, CardState
from adapter.core.ledger import Opening, OpeningLot
from adapter.core.members import Newcomer, Profile
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from bench.options import WORKERS

KEY = "a secret key for measuring, of no use to anybody"
PROGRAM, PLACE = "BENCH", Place("bench")
OPENING_MINOR = 100_000
BATCH = 1000
# A member's number fills seven digits of their phone, and of their card.
PHONE, CARD = "7900{:07}", "88{:07}"

FIRST_NAMES = ("Анна", "Ольга", "Иван", "Пётр", "Мария", "Сергей", "John", "Emma", "Lukas", "Zoë")
LAST_NAMES = (
    *("Иванова", "Морозова", "Смирнов", "Кузнецов", "Попова", "Соколов"),
    *("Smith", "Meyer", "O'Neil", "Цой"),
)

API_KEY, LOGIN, MERCHANT, TOKEN = "measure", "wallet:measure", "ABCD", "measure"
TILL = {
    "Content-Type": "application/json",
    "x-api-key": API_KEY,
    "x-branch-id": "BR001",
    "x-pos-id": "POS001",
    "x-source-type": "POS",
    "x-source-name": "bench",
}
WALLET = {
    "Authorization": "Basic " + base64.b64encode(LOGIN.encode()).decode(),
    "Content-Type": "application/json",
}
ORDERS = {
    "Authorization": f"Bearer {TOKEN}",
    "X-Merchant-ID": MERCHANT,
    "X-Store-ID": "Store 7",
    "X-Cash-ID": "12",
    "Api-Version": "3",
}


def settings(url: str) -> dict[str, str]:
    """The environment in which the program serves this shop, with both of its logs off."""
    return {
        "ADAPTER_DATABASE_URL": url,
        "ADAPTER_SECRET_KEY": KEY,
        "ADAPTER_LOG_LEVEL": "WARNING",
        "ADAPTER_REQUEST_LOG": "off",
    }


def open_shop(url: str) -> None:
    """Set the program up, and let each protocol in."""
    database = Database(url)
    with database.unit_of_work() as work:
        program = programs.put(work, code=PROGRAM)
        terms = {"points_per_unit": "0.1"}
        programs.put_rule(work, program.id, code="base", kind="spending", terms=terms)
        for protocol, name, secret in (
            ("fidelizacion", "", API_KEY),
            ("koshelek", "wallet", LOGIN),
            ("swip", MERCHANT, TOKEN),
        ):
            digest = partners.digest(KEY.encode(), protocol, secret)
            partners.create_credential(
                work, program.id, protocol=protocol, name=name, digest=digest
            )
    database.dispose()


def terms_of(work: Work) -> ProgramTerms:
    """The program of the shop."""
    return next(one for one in programs.all_programs(work) if one.code == PROGRAM).terms()


def enrol_all(url: str, count: int, *, with_points: bool = True) -> list[list[uuid.UUID]]:
    """The ids of so many new members, in batches in the order of their numbers."""
    numbers = [range(first, min(first + BATCH, count)) for first in range(0, count, BATCH)]
    enrol = partial(_enrol, url, with_points)
    return list(in_processes(url).map(enrol, numbers))


def in_processes(url: str) -> ProcessPoolExecutor:
    """Processes that fill a database side by side, where more than one can write."""
    side_by_side = 1 if url.startswith("sqlite") else WORKERS
    return ProcessPoolExecutor(side_by_side, multiprocessing.get_context("spawn"))


def _enrol(url: str, with_points: bool, numbers: range) -> list[uuid.UUID]:
    database = Database(url)
    with database.unit_of_work() as work:
        program = terms_of(work)
        newcomers = [Newcomer(_person(number)) for number in numbers]
        ids = members.register_many(work, program.id, newcomers, place=PLACE)
        facts = [_card(*held) for held in zip(numbers, ids, strict=True)]
        cards.add_many(work, program.id, facts, PLACE)
        if with_points:
            lots = [OpeningLot(OPENING_MINOR)]
            openings = [Opening(program.purse_of(one), lots) for one in ids]
            ledger.open_many(work, openings, place=PLACE)
    database.dispose()
    return ids


def _person(number: int) -> Profile:
    """Somebody with one of some ten thousand names, as a town has them."""
    tail = "".join(chr(ord("а") + number // step % 32) for step in (100, 3200))
    return Profile(
        phone=PHONE.format(number),
        email=f"member{number}@example.com" if number % 3 == 0 else None,
        first_name=FIRST_NAMES[number % 10],
        last_name=f"{LAST_NAMES[number // 10 % 10]}-{tail}",
    )


def _card(number: int, member_id: uuid.UUID) -> CardFacts:
    text = CARD.format(number)
    return CardFacts(text, BarcodeType.CODE_128, text, CardState.ACTIVE, member_id)
