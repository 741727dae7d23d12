"""Who guesses at passwords waits: by address, and by login wherever the guesses come from."""

from __future__ import annotations

from math import ceil

from flask import request

from adapter.admin.i18n import ngettext
from adapter.admin.settings import settings
from adapter.web.throttle import address_of


def wait(login: str) -> int:
    """For how many seconds nobody is listened to who tries this login, or from this address.

    Whose address has done nothing wrong is heard, so that nobody can keep others out by guessing
    at their login from elsewhere.
    """
    by_address, by_login = settings().wrong_by_address, settings().wrong_by_login
    if by_address is None or by_login is None:
        return 0
    address = address_of(request)
    seconds = by_address.wait(address) if address else 0.0
    if not seconds and not (address and by_address.is_empty(address)):
        seconds = by_login.wait(_key(login))
    return ceil(seconds)


def count(login: str) -> None:
    """Note a wrong password."""
    by_address, by_login = settings().wrong_by_address, settings().wrong_by_login
    if by_address is None or by_login is None:
        return
    if address := address_of(request):
        by_address.add(address)
    by_login.add(_key(login))


def words(seconds: int) -> str:
    """What somebody is told who has to wait."""
    return ngettext(
        "Too many wrong passwords. Try again in %(number)s second.",
        "Too many wrong passwords. Try again in %(number)s seconds.",
        seconds,
    )


def _key(login: str) -> int:
    # A login may have kilobytes.
    return hash(login)
