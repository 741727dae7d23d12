"""The whole application at work for all three platforms, in this process, over real HTTP."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from adapter.app import create_app
from adapter.config import Config
from adapter.core import programs
from adapter.core.members import Identity
from adapter.db import Database
from tests.factories import make_card, make_member
from tests.faults.journal import Ask, Journal, Kind
from tests.faults.reckoning import assert_agree
from tests.faults.shop import Shop, open_shop
from tests.faults.terminal import PATHS, Terminal, body_of, selling
from tests.protocols.fidelizacion.till import HEADERS as TILL
from tests.protocols.house import SECRET_KEY
from tests.protocols.koshelek.wallet import LOGIN, PASSWORD, add_login
from tests.protocols.swip.plugin import HEADERS as PLUGIN
from tests.protocols.swip.plugin import add_token

# Longer than any platform waits: whoever is not answered by then is not answered.
ANSWER_SECONDS = 10
PHONE, CARD = "79995550142", "7700000041"
# The status, and the code of a refusal.
Answer = tuple[int, object]
SERVED: Answer = (200, None)
KOSHELEK = "koshelek"
FIDELIZACION = "fidelizacion"
SWIP = "swip"
# What each of them is told when the database cannot serve, in its own words.
LATER = {
    KOSHELEK: (422, "090"),
    FIDELIZACION: (500, "500"),
    SWIP: (500, 1000),
}
# So often somebody may still be served: from what room is left, or until word has got about.
TRIES = 1000
_numbers = itertools.count(1)


@dataclass
class House:
    """An address, a shop behind it, and what its tills wrote down."""

    url: str
    database: Database
    serving: Database
    shop: Shop
    journal: Journal = field(default_factory=Journal)
    members: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)

    @contextmanager
    def selling(self, **options: Any) -> Iterator[list[Terminal]]:
        """Tills that sell meanwhile."""
        with selling(self.url, self.shop, self.journal, **options) as tills:
            yield tills

    def writes(self) -> dict[str, Answer]:
        """The status, and the code if it was refused, of a call of each platform that writes."""
        strangers = {name: f"7926{next(_numbers):07}" for name in (KOSHELEK, SWIP)}
        issued, enrolled = ({"phone": strangers[name]} for name in (KOSHELEK, SWIP))
        payment = Ask(Kind.PAYMENT, self.shop.phones[0], f"P-{next(_numbers)}", 7)
        found = _at_once(
            {
                KOSHELEK: lambda: self._koshelek("POST", "anonymous", json=issued),
                FIDELIZACION: lambda: self._pays(payment),
                SWIP: lambda: self._swip("POST", "/customer-signups", json=enrolled),
            }
        )
        for name, stranger in strangers.items():
            (self.members if found[name] == SERVED else self.strangers).add(stranger)
        return found

    def reads(self) -> dict[str, Answer]:
        """The same of a call of each platform that only looks."""
        member = {"phoneNumber": self.shop.phones[0]}
        stats = f"/customer-loyalty-stats?phone={PHONE}"
        return _at_once(
            {
                KOSHELEK: lambda: self._koshelek("GET", CARD),
                FIDELIZACION: lambda: self._fidelizacion("/v1/member/details", {"member": member}),
                SWIP: lambda: self._swip("GET", stats),
            }
        )

    def is_refused(self) -> None:
        """Wait until whatever writes is refused, each in its own words.

        Raises:
            AssertionError: It is not, or somebody is told something else.
        """
        refused: set[str] = set()
        for _ in range(TRIES):
            answers = self.writes()
            wrong = {n: answer for n, answer in answers.items() if answer not in (SERVED, LATER[n])}
            assert not wrong, f"told otherwise: {wrong}"
            refused |= {name for name, answer in answers.items() if answer != SERVED}
            if refused == set(LATER):
                return
        raise AssertionError(f"only {refused} of them are ever refused")

    def assert_serves(self) -> None:
        """Fail unless everybody is served."""
        assert self.reads() == self.writes() == dict.fromkeys(LATER, SERVED)

    def assert_agrees(self, *, in_doubt: bool = False) -> None:
        """Fail unless the ledger holds what the tills know, and nothing of what was refused, unless
        a commit may have been on its way when that was said.
        """
        self.database.dispose()  # what it had open may have died with the rest
        assert_agree(self.database, self.shop, self.journal)
        with self.database.reading() as work:
            known = set(work.session.scalars(select(Identity.value)))
        assert known >= self.members
        assert in_doubt or not self.strangers & known

    def _pays(self, payment: Ask) -> Answer:
        self.journal.ask(payment)
        answer = self._post(PATHS[payment.kind], body_of(payment))
        told = answer.json()
        if told["status"] == "success":
            code = told["data"]["confirmationCode"]
            self.journal.hear(payment, minor=told["data"]["amount"], code=code)
        else:
            self.journal.miss(payment)
        return _of_fidelizacion(answer)

    def _koshelek(self, method: str, card: str, **options: Any) -> Answer:
        answer = requests.request(
            method,
            f"{self.url}/v1/card/{card}",
            auth=(LOGIN.encode(), PASSWORD.encode()),
            timeout=ANSWER_SECONDS,
            **options,
        )
        return answer.status_code, None if answer.ok else answer.json()["code"]

    def _fidelizacion(self, path: str, body: object) -> Answer:
        return _of_fidelizacion(self._post(path, body))

    def _post(self, path: str, body: object) -> requests.Response:
        return requests.post(self.url + path, json=body, headers=TILL, timeout=ANSWER_SECONDS)

    def _swip(self, method: str, path: str, **options: Any) -> Answer:
        answer = requests.request(
            method, self.url + path, headers=PLUGIN, timeout=ANSWER_SECONDS, **options
        )
        return answer.status_code, None if answer.ok else answer.json()["code"]


def _of_fidelizacion(answer: requests.Response) -> Answer:
    told = answer.json()
    return answer.status_code, None if told["status"] == "success" else told["error"]["code"]


def _at_once(calls: dict[str, Callable[[], Answer]]) -> dict[str, Answer]:
    """What each call is answered, none waiting for another."""
    with ThreadPoolExecutor(len(calls)) as pool:
        asked = {name: pool.submit(call) for name, call in calls.items()}
        return {name: answer.result() for name, answer in asked.items()}


class _Quiet(WSGIRequestHandler):
    # As gunicorn does: a till keeps its connection.
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: the application writes a line itself."""


@contextmanager
def served(database: Database) -> Iterator[str]:
    """The address at which the application answers, its database being this one."""
    handlers = list(logging.getLogger().handlers)
    # Of the log, what ought not to be there.
    settings = {"ADAPTER_SECRET_KEY": SECRET_KEY, "ADAPTER_LOG_LEVEL": "ERROR"}
    app = create_app(Config.from_environ(settings), database=database)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        logging.getLogger().handlers[:] = handlers


@contextmanager
def house_of(database: Database, serving: Database) -> Iterator[House]:
    """A house in an empty database; `serving` is the same as the application reaches it."""
    shop = open_shop(database)
    with database.unit_of_work() as work:
        # A program of their own: the journal reckons with everybody in the shop's.
        side = programs.put(work, code="SIDE").terms()
        add_login(work, side)
        add_token(work, side)
        make_card(work, side, make_member(work, side, phone=PHONE), number=CARD)
    with served(serving) as url:
        yield House(url, database, serving, shop)
