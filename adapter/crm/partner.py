"""One program's CRM as this process knows it: whether it answers, and whom it did not know."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from contextlib import suppress
from threading import Lock

import structlog
from cachetools import TTLCache

from adapter.core.programs import ProgramTerms
from adapter.crm.answers import Person, WrongAnswer, person
from adapter.crm.asking import Asker, Name, NotAnswered
from adapter.crm.circuit import Circuit
from adapter.crm.terms import CrmTerms

NOBODIES_REMEMBERED = 10_000
Told = Callable[[str, float | None], None]

log = structlog.get_logger()


class Partner:
    """Asks a CRM no more often than it must be."""

    def __init__(
        self, terms: CrmTerms, asker: Asker, *, timer: Callable[[], float], told: Told
    ) -> None:
        self.terms, self._asker, self._timer, self._told = terms, asker, timer, told
        self.circuit = Circuit(failures=terms.failures, pause=terms.pause_seconds, timer=timer)
        self._nobodies: TTLCache[Name, bool] = TTLCache(
            NOBODIES_REMEMBERED, terms.nobody_seconds, timer=timer
        )
        self._under_way: dict[Name, Future[Person | None]] = {}
        self._lock = Lock()

    def close(self) -> None:
        """Ask no more."""
        self._asker.close()

    def knows(self, program: ProgramTerms, name: Name, within: float) -> Person | None:
        """The person of this name; whoever wants the same one at the same time waits for the same
        answer.
        """
        with self._lock:
            if name in self._nobodies:
                self._told("nobody, as before", None)
                return None
            others = self._under_way.get(name)
            mine = self._under_way.setdefault(name, Future())
        if others is not None:
            self._told("asked by another", None)
            with suppress(TooLate):
                return others.result(timeout=within)
            return None
        found: Person | None = None
        try:
            found = self._known(program, name, within)
        finally:
            with self._lock:
                del self._under_way[name]
            mine.set_result(found)
        return found

    def ask(self, program: ProgramTerms, name: Name, within: float) -> Person | None:
        """The person of this name, if the CRM knows one now.

        Raises:
            NotAnswered: It does not answer.
            WrongAnswer: What it answers cannot be.
        """
        document = self._asker.ask(self.terms, program.code, name, within=within)
        return None if document is None else person(document, self.terms, program, sought=name)

    def _known(self, program: ProgramTerms, name: Name, within: float) -> Person | None:
        if not self.circuit.admits():
            self._told("not asked", None)
            return None
        began = self._timer()
        found, outcome, why = None, "failed", "bug"
        try:
            found = self.ask(program, name, within)
            outcome, why = ("nobody" if found is None else "found"), ""
        except NotAnswered as error:
            why = str(error)
        except WrongAnswer as error:
            outcome, why = "wrong", ", ".join(error.faults)
        finally:
            if outcome != "failed":
                self.circuit.succeeded()
            elif self.circuit.failed():
                _say(program, "left alone", why)
        self._told(outcome, self._timer() - began)
        _say(program, outcome, why)
        if outcome in ("nobody", "wrong"):
            with self._lock:
                self._nobodies[name] = True
        return found


def _say(program: ProgramTerms, outcome: str, why: str) -> None:
    level = log.info if outcome in ("found", "nobody") else log.warning
    level("crm", program=program.code, outcome=outcome, why=why or None)
