"""Who is asked for strangers, how often, and what becomes of the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

import structlog

from adapter.core.errors import LoyaltyError
from adapter.core.programs import ProgramTerms
from adapter.crm.answers import Person, WrongAnswer
from adapter.crm.asking import Asker, Name, NotAnswered
from adapter.crm.circuit import State
from adapter.crm.enrolling import enrol, is_known
from adapter.crm.lines import Lines
from adapter.crm.partner import Partner, Told
from adapter.crm.terms import CrmTerms
from adapter.db import Database, Work
from adapter.db.errors import is_unavailable
from adapter.delivery import signing

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tried:
    """What a CRM said of somebody: a person, nobody, or why it was no answer."""

    person: Person | None = None
    refusal: str = ""
    faults: Mapping[str, str] | None = None


class Enquiries:
    """Asks the CRMs of programs that have one, for all requests of this process."""

    def __init__(
        self,
        database: Database,
        key: bytes,
        *,
        public_only: bool = False,
        secrets: Mapping[str, str] | None = None,
        told: Told | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._key = database, key
        self._told = told or (lambda outcome, seconds: None)
        self._public_only, self._secrets, self._timer = public_only, secrets or {}, timer
        self._partners: dict[UUID, Partner] = {}
        self._lock = Lock()

    def may_ask(self, program: ProgramTerms, sought: Sequence[Name]) -> bool:
        """Whether the program has a CRM that is asked for people by one of these names."""
        terms = CrmTerms.of(program.settings.crm)
        return terms is not None and any(kind in terms.ask_by for kind, _ in sought)

    def enrol(self, program: ProgramTerms, sought: Sequence[Name]) -> bool:
        """Whether somebody of one of these names is a member now; whatever happens to the CRM or to
        its answer, it is as if nobody had been asked.
        """
        try:
            return self._enrolled(program, sought)
        except Exception as error:
            # A till waits, and an answer of somebody else's program must not be what it fails by.
            outcome = "no database" if is_unavailable(error) else "bug"
            log.error("crm", program=program.code, outcome=outcome, error=type(error).__qualname__)
            self._told(outcome, None)
            return False

    def try_out(self, program: ProgramTerms, name: Name) -> Tried:
        """What the CRM says now, asked once and without anything being remembered of it."""
        terms = CrmTerms.of(program.settings.crm)
        if terms is None:
            return Tried(refusal="the program has no CRM")
        partner = self._partner(program, terms)
        try:
            return Tried(partner.ask(program, name, terms.timeout_ms / 1000))
        except NotAnswered as error:
            return Tried(refusal=str(error))
        except WrongAnswer as error:
            return Tried(refusal="the answer is wrong", faults=error.faults)

    def state(self, program_id: UUID) -> State:
        """Whether the program's CRM is asked at all now, by this process."""
        partner = self._partners.get(program_id)
        return partner.circuit.state if partner is not None else State.CLOSED

    def close(self) -> None:
        """Ask nobody any more."""
        for partner in self._partners.values():
            partner.close()

    def _enrolled(self, program: ProgramTerms, sought: Sequence[Name]) -> bool:
        terms = CrmTerms.of(program.settings.crm)
        if terms is None:
            return False
        partner = self._partner(program, terms)
        until = self._timer() + terms.timeout_ms / 1000
        for name in sought:
            if name[0] not in terms.ask_by or (left := until - self._timer()) <= 0:
                continue
            found = partner.knows(program, name, left)
            if found is not None:
                return self._is_member(program, found, name, terms)
        return False

    def _is_member(self, program: ProgramTerms, found: Person, name: Name, terms: CrmTerms) -> bool:
        def unit(work: Work) -> None:
            # Whoever asked at the same time may have been quicker.
            if not is_known(work, program, *name):
                enrol(work, program, found, asked_by=name[0], issue_card=terms.issue_card)

        try:
            self._database.run(unit)
        except LoyaltyError as error:
            log.warning(
                "crm", program=program.code, outcome="not enrolled", error=type(error).__name__
            )
            self._told("not enrolled", None)
            with self._database.reading() as work:
                return is_known(work, program, *name)
        return True

    def _partner(self, program: ProgramTerms, terms: CrmTerms) -> Partner:
        with self._lock:
            partner = self._partners.get(program.id)
            if partner is None or partner.terms != terms:
                if partner is not None:
                    partner.close()
                asker = Asker(
                    Lines(public_only=self._public_only),
                    signing.secret_of(self._key, program.id),
                    self._secrets.get(program.code),
                    self._database.clock,
                )
                partner = self._partners[program.id] = Partner(
                    terms, asker, timer=self._timer, told=self._told
                )
            return partner
