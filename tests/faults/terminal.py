"""A till over real HTTP: it sells, takes points, undoes both, and says again what is lost."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import Random
from typing import Any
from urllib.parse import urlsplit

from tests.faults.journal import Ask, Done, Journal, Kind, undoing
from tests.faults.shop import Shop
from tests.protocols.fidelizacion.till import HEADERS, KEY

# Longer than the program may take over anything, and what a till's user would put up with.
ANSWER_SECONDS = 10.0
# How long one thing is said again before the till is given up as broken.
PATIENCE_SECONDS = 90.0
AGAIN_SECONDS = 0.1
PATHS = {
    Kind.SALE: "/v1/transaction",
    Kind.SALE_CANCELLED: "/v1/transaction",
    Kind.PAYMENT: "/v1/payment",
    Kind.PAYMENT_CANCELLED: "/v1/payment",
}
# Where the answers say how much it was.
AMOUNTS = {
    Kind.SALE: "earnedPoints",
    Kind.SALE_CANCELLED: "earnedPoints",
    Kind.PAYMENT: "amount",
    Kind.PAYMENT_CANCELLED: "amount",
}
TIMES = {"openTime": "2026-05-04T09:00:00Z", "dateTime": "2026-05-04T09:00:00Z"}
# What a program that cannot answer now says; each is asked again.
LATER = frozenset({429, 500, 502, 503, 504})


def body_of(ask: Ask) -> dict[str, Any]:
    """What is sent: the same for the same, whenever it is said (5.5, 5.6)."""
    member = {"phoneNumber": ask.phone}
    if ask.kind is Kind.SALE_CANCELLED:
        return {"action": "cancel", "confirmationCode": ask.code, "member": member}
    if ask.kind is Kind.PAYMENT_CANCELLED:
        return {"member": member, "payment": {"action": "cancel", "confirmationCode": ask.code}}
    if ask.kind is Kind.PAYMENT:
        payment = {"member": member, "payment": {"action": "pay", "amount": ask.minor}}
        # Without a sale it has no name, and each time it is said it is another payment.
        sale = {"transactionId": ask.reference, "totalAmount": ask.minor, **TIMES}
        return payment | ({"transaction": sale} if ask.reference else {})
    item = {
        "lineId": "1",
        "code": "TEA01",
        "name": "Tea",
        "quantity": 1,
        "netAmount": ask.minor,
        "grossAmount": ask.minor,
        "action": "sale",
    }
    sale = {
        "transactionId": ask.reference,
        **TIMES,
        "totalAmount": ask.minor,
        "items": [item],
        "meansOfPayment": [{"type": "CASH", "amount": ask.minor}],
    }
    return {"member": member, "transaction": sale}


class Line:
    """A till's connection to the server at `url`, opened again when it was lost."""

    def __init__(
        self, url: str, journal: Journal, *, key: str = KEY, seconds: float = ANSWER_SECONDS
    ) -> None:
        self._url = urlsplit(url)
        self._headers = HEADERS | {"x-api-key": key}
        self._journal = journal
        self._seconds = seconds
        self._connection: http.client.HTTPConnection | None = None

    def say(self, ask: Ask) -> Done | bool:
        """What it was acknowledged with; True if it was refused for good, False if nobody knows.

        All of it is in the journal.
        """
        self._journal.ask(ask)
        try:
            status, answer = self._post(PATHS[ask.kind], body_of(ask))
        except (OSError, http.client.HTTPException):
            self.close()
            self._journal.miss(ask)
            return False
        if status in LATER:
            self._journal.miss(ask)
            return False
        if answer["status"] != "success":
            self._journal.refuse(ask, answer["error"]["code"])
            return True
        data = answer["data"]
        # A sale that was cancelled earned so much less: the amount is told below zero.
        minor = data[AMOUNTS[ask.kind]] * (-1 if ask.kind.undoes else 1)
        return self._journal.hear(ask, minor=minor, code=data["confirmationCode"])

    def tell(
        self,
        ask: Ask,
        *,
        patience: float = PATIENCE_SECONDS,
        gives_up: bool = False,
    ) -> Done | None:
        """What it was acknowledged with, said again until then; nothing if it was refused, or if
        an answer was lost to somebody who gives up.

        Raises:
            AssertionError: No answer came within the till's patience.
        """
        give_up_at = time.monotonic() + patience
        while time.monotonic() < give_up_at:
            answer = self.say(ask)
            if isinstance(answer, Done):
                return answer
            if answer or gives_up:
                return None
            time.sleep(AGAIN_SECONDS)
        raise AssertionError(f"not answered for {patience} s: {ask}")

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if self._connection is None:
            host, port = self._url.hostname or "", self._url.port
            self._connection = http.client.HTTPConnection(host, port, timeout=self._seconds)
        self._connection.request("POST", path, json.dumps(body).encode(), self._headers)
        response = self._connection.getresponse()
        text = response.read()
        return response.status, None if response.status in LATER else json.loads(text)


class Terminal:
    """One till and the person at it, who goes on selling until told to stop.

    `gives_up` is for how many things of a hundred the person asks no more if the answer is lost:
    then nobody knows whether it was done. All else is said again until it is answered.
    """

    def __init__(
        self,
        url: str,
        shop: Shop,
        journal: Journal,
        *,
        name: str,
        seed: object = 0,
        gives_up: int = 5,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.journal = journal
        self._line = Line(url, journal, key=shop.key)
        self._shop = shop
        self._name = name
        self._chance = Random(f"{name} {seed}")
        self._gives_up = gives_up
        self._patience = patience
        self._numbers = itertools.count(1)
        self._stopping = threading.Event()
        self._broken: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"till {name}", daemon=True)

    def start(self) -> None:
        """Begin to sell."""
        self._thread.start()

    def stop(self) -> None:
        """Have it finish what it is at, which is said again until it is answered, and close.

        Raises:
            AssertionError: It was not answered for longer than its patience.
        """
        self._stopping.set()
        self._thread.join()
        self._line.close()
        if self._broken is not None:
            raise self._broken

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._serve_somebody()
        except BaseException as error:  # told by `stop`, in the thread of the test
            self._broken = error

    def _serve_somebody(self) -> None:
        phone = self._chance.choice(self._shop.phones)
        steps: list[Callable[[str], None]] = [self._sell, self._take_points]
        self._chance.shuffle(steps)
        for step in steps:
            if not self._stopping.is_set():
                step(phone)

    def _sell(self, phone: str) -> None:
        sale = self._tell(self._new(Kind.SALE, phone, 100, 90_000))
        if sale is not None:
            self._perhaps_undo(sale)

    def _take_points(self, phone: str) -> None:
        payment = self._tell(self._new(Kind.PAYMENT, phone, 1, 5_000))
        if payment is not None:
            self._perhaps_undo(payment)

    def _perhaps_undo(self, done: Done) -> None:
        # Some things are said again though they were answered: a till that lost its power says all.
        if self._chance.randrange(10) == 0:
            self._tell(done.ask)
        if self._chance.randrange(3) == 0:
            undone = self._tell(undoing(done))
            if undone is not None and self._chance.randrange(10) == 0:
                self._tell(undone.ask)

    def _tell(self, ask: Ask) -> Done | None:
        return self._line.tell(
            ask,
            patience=self._patience,
            gives_up=self._chance.randrange(100) < self._gives_up,
        )

    def _new(self, kind: Kind, phone: str, least: int, most: int) -> Ask:
        reference = f"{kind[0].upper()}-{self._name}-{next(self._numbers)}"
        return Ask(kind, phone, reference, self._chance.randint(least, most))


@contextmanager
def selling(
    url: str,
    shop: Shop,
    journal: Journal,
    *,
    tills: int = 4,
    seed: object = 0,
    name: str = "",
    patience: float = PATIENCE_SECONDS,
) -> Iterator[list[Terminal]]:
    """Tills that sell for as long as the block lasts, and finish what they are at when it ends.

    Another set of tills on the same journal needs a `name` of its own.
    """
    made = [
        Terminal(url, shop, journal, name=f"{name}{number}", seed=seed, patience=patience)
        for number in range(tills)
    ]
    for till in made:
        till.start()
    try:
        yield made
    except BaseException:
        for till in made:
            with suppress(BaseException):  # what went wrong in the block is what is told
                till.stop()
        raise
    for till in made:
        till.stop()
