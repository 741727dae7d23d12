"""Asking elsewhere for somebody nobody knows here, before the platform is told so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, cast

from flask import Flask, current_app, g

from adapter.core.errors import NotFound
from adapter.core.programs import ProgramTerms
from adapter.web import rehearsal
from adapter.web.credentials import caller

R = TypeVar("R")
Sought = Sequence[tuple[str, str]]  # kinds of names and their values, the strongest first


class Enquiry(Protocol):
    """Whoever may know people that are no members yet."""

    def may_ask(self, program: ProgramTerms, sought: Sought) -> bool:
        """Whether anybody is asked for people of this program by such names."""

    def enrol(self, program: ProgramTerms, sought: Sought) -> bool:
        """Whether somebody known by one of these names is a member now; it never fails."""


class _AskFirst(NotFound):
    """A view that would answer "nobody" without refusing anything."""


def install(app: Flask, enquiry: Enquiry) -> None:
    """Let this application ask."""
    app.extensions["enquiry"] = enquiry


def asked(view: Callable[[], R]) -> R:
    """What the view returns; where it knows nobody and others do, what it returns once more.

    Whoever is asked is asked when the view's unit of work is over, and once in a request.
    """
    try:
        return view()
    except NotFound as nobody:
        if not _may_ask(nobody.sought):
            raise
        g.enquired = True
        found = _enquiry().enrol(caller().program, nobody.sought)
        if not found and not isinstance(nobody, _AskFirst):
            raise
    return view()


def ask_first(sought: Sought) -> None:
    """Nothing, if nobody else is to be asked for this person, or was asked; else the view ends
    here and is run once more.
    """
    if _may_ask(sought):
        raise _AskFirst("somebody else may know", sought=sought)


def _may_ask(sought: Sought) -> bool:
    if not sought or "enquired" in g or "caller" not in g or rehearsal.is_rehearsed():
        return False
    return _enquiry().may_ask(caller().program, sought)


def _enquiry() -> Enquiry:
    return cast(Enquiry, current_app.extensions.get("enquiry", _NOBODY))


class _Nobody:
    def may_ask(self, program: ProgramTerms, sought: Sought) -> bool:
        return False

    def enrol(self, program: ProgramTerms, sought: Sought) -> bool:
        return False


_NOBODY = _Nobody()
