"""What each role may do, which passwords will do, and how long a session lasts."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from adapter.core.errors import Invalid

IDLE = timedelta(minutes=60)  # who does nothing for so long is signed out
LONGEST = timedelta(hours=12)  # and in any case after a working day
SEEN_EVERY = timedelta(minutes=1)  # how exactly it is kept when somebody was last seen
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256  # whoever sends a book is not signing in
LANGUAGES = ("en", "ru")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


class Role(StrEnum):
    """What somebody is here for."""

    SUPPORT = "support"
    MANAGER = "manager"
    ENGINEER = "engineer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One kind of thing that somebody may see or do."""

    VIEW = "view"
    REVEAL = "reveal"
    ADJUST = "adjust"
    REVERSE = "reverse"
    APPROVE = "approve"
    BLOCK = "block"
    CARDS = "cards"
    MERGE = "merge"
    EXPORT = "export"
    ERASE = "erase"
    FIGURES = "figures"
    DOWNLOAD = "download"
    SETTINGS = "settings"
    RULES = "rules"
    PLATFORMS = "platforms"
    CREDENTIALS = "credentials"
    REQUESTS = "requests"
    REPLAY = "replay"
    WEBHOOKS = "webhooks"
    JOBS = "jobs"
    TRAIL = "trail"
    PEOPLE = "people"
    ACCESS = "access"


_SUPPORT = frozenset(
    {
        Permission.VIEW,
        Permission.REVEAL,
        Permission.ADJUST,
        Permission.BLOCK,
        Permission.CARDS,
        Permission.EXPORT,
        Permission.REQUESTS,
    }
)
PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.SUPPORT: _SUPPORT,
        Role.MANAGER: _SUPPORT
        | {
            Permission.REVERSE,
            Permission.APPROVE,
            Permission.MERGE,
            Permission.ERASE,
            Permission.FIGURES,
            Permission.DOWNLOAD,
            Permission.SETTINGS,
            Permission.RULES,
            Permission.PLATFORMS,
            Permission.TRAIL,
        },
        Role.ENGINEER: frozenset(
            {
                Permission.VIEW,
                Permission.FIGURES,
                Permission.REQUESTS,
                Permission.REPLAY,
                Permission.WEBHOOKS,
                Permission.JOBS,
                Permission.PLATFORMS,
                Permission.CREDENTIALS,
                Permission.SETTINGS,
                Permission.TRAIL,
            }
        ),
        Role.AUDITOR: frozenset(
            {
                Permission.VIEW,
                Permission.FIGURES,
                Permission.DOWNLOAD,
                Permission.PLATFORMS,
                Permission.REQUESTS,
                Permission.TRAIL,
                Permission.PEOPLE,
            }
        ),
        # Decides who may sign in, and for that very reason nothing else: whoever could make a
        # second person as well could be the second person.
        Role.ADMINISTRATOR: frozenset(
            {Permission.PEOPLE, Permission.ACCESS, Permission.DOWNLOAD, Permission.TRAIL}
        ),
    }
)
# What is of no program, or of all of them, takes somebody who sees all.
OF_NO_PROGRAM = frozenset({Permission.PEOPLE, Permission.ACCESS, Permission.JOBS})


class InvalidLogin(Invalid):
    """Not a login: 2 to 64 small Latin letters, digits, and . _ - @ after the first."""


class WeakPassword(Invalid):
    """A password that will not do: too short, too long, or the login itself."""


def login_of(text: str) -> str:
    """The login as it is kept.

    Raises:
        InvalidLogin: It cannot be one.
    """
    login = text.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise InvalidLogin("a login has 2 to 64 small Latin letters, digits, and . _ - @")
    return login


def check_password(password: str, *, login: str) -> None:
    """Nothing, if the password will do for this login.

    Raises:
        WeakPassword: It will not; the text says why and does not repeat it.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise WeakPassword(f"a password has at least {SHORTEST_PASSWORD} characters")
    if len(password) > LONGEST_PASSWORD:
        raise WeakPassword(f"a password has at most {LONGEST_PASSWORD} characters")
    if login and login in password.lower() and len(password) - len(login) < SHORTEST_PASSWORD // 2:
        raise WeakPassword("a password is more than the login")
    if len(set(password)) < 4:
        raise WeakPassword("a password has more than a few different characters")


def new_token() -> str:
    """A fresh token of a session: 256 bits at random."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> bytes:
    """What is kept of a token; it is random enough to need no key."""
    return hashlib.sha256(token.encode()).digest()
