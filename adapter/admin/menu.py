"""What can be gone to from everywhere; an entry is shown to those who may ask its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app, g, request, url_for

from adapter.admin.i18n import Lazy, _l
from adapter.core.staff import Permission


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of a program, by its endpoint without the blueprint's name."""

    endpoint: str
    title: Lazy
    permission: Permission


def entry(endpoint: str, title: Lazy, permission: Permission = Permission.VIEW) -> Entry:
    """An entry of the menu."""
    return Entry(f"admin.{endpoint}", title, permission)


APPROVALS = "admin.approvals"
MOST = 99  # that are worth counting

# In the order in which they are shown. The first that somebody may see is where they start.
ENTRIES: list[Entry] = [
    entry("home", _l("Home"), Permission.VIEW),
    entry("members", _l("Members"), Permission.VIEW),
    entry("approvals", _l("Approvals"), Permission.VIEW),
    entry("rules", _l("Earn rules"), Permission.VIEW),
    entry("program_settings", _l("Settings"), Permission.VIEW),
    entry("credentials", _l("Credentials"), Permission.PLATFORMS),
    entry("requests", _l("Requests"), Permission.REQUESTS),
    entry("webhooks", _l("Webhooks"), Permission.VIEW),
    entry("jobs", _l("Jobs"), Permission.VIEW),
    entry("trail_list", _l("Audit"), Permission.TRAIL),
]


def entries() -> Iterator[tuple[str, Lazy, bool, str]]:
    """The address and the title of each, whether it is where we are, and how many things wait there
    for who asks, if any; none without a program.
    """
    person, code = g.get("console_person"), g.get("console_code")
    if person is None or g.get("console_program") is None:
        return
    here = (request.endpoint or "").removesuffix(".csv")
    for one in ENTRIES:
        if one.endpoint in current_app.view_functions and person.may(one.permission):
            is_here = here == one.endpoint or here.startswith(f"{one.endpoint}_")
            waiting = g.get("console_waiting", 0) if one.endpoint == APPROVALS else 0
            address = url_for(one.endpoint, code=code, state="waiting" if waiting else None)
            yield address, one.title, is_here, _few(waiting)


def _few(count: int) -> str:
    return "" if not count else str(count) if count <= MOST else f"{MOST}+"
