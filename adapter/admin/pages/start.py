"""Where somebody begins: at their only program, or at the list of theirs."""

from __future__ import annotations

from flask import current_app, redirect, url_for
from flask.typing import ResponseReturnValue

from adapter.admin import menu
from adapter.admin.access import needs, person, program
from adapter.admin.console import console
from adapter.admin.render import page
from adapter.core import programs
from adapter.core.programs import Program
from adapter.core.staff import Permission
from adapter.web.work import reading


@console.get("/")
@needs()
def start() -> ResponseReturnValue:
    """The programs somebody may see; where it is one only, its first page."""
    with reading() as work:
        mine = [one for one in programs.all_programs(work) if person().sees(one.code)]
    if len(mine) == 1 and has_pages(mine[0]) and not person().may(Permission.ACCESS):
        return redirect(url_for(_first_page(), code=mine[0].code), 303)
    return page("start.html", programs=mine, first=_first_page(), has_pages=has_pages)


@console.get("/p/<code>/")
@needs()
def program_start() -> ResponseReturnValue:
    """The first page of a program that somebody may see."""
    return redirect(url_for(_first_page(), code=program().code), 303)


def has_pages(program: Program) -> bool:
    """Whether an address can hold its code: one of long ago may have a code that none can."""
    return "/" not in program.code and program.code not in (".", "..")


def _first_page() -> str:
    return next(
        one.endpoint
        for one in menu.ENTRIES
        if one.endpoint in current_app.view_functions and person().may(one.permission)
    )
