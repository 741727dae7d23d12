"""Passwords of people: argon2id, which is slow on purpose, so never inside a unit of work."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


def hash_of(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(password)


def is_right(kept: str | None, password: str) -> bool:
    """Whether this is the password; where there is none to compare with, no, after as long."""
    nobodys = _nobodys()  # in any case: the first of a process would take longer
    try:
        return _HASHER.verify(kept or nobodys, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_dated(kept: str) -> bool:
    """Whether it was hashed by other parameters than are used today."""
    return _HASHER.check_needs_rehash(kept)


def generate() -> str:
    """A password at random, in characters that can be typed anywhere."""
    return secrets.token_urlsafe(15)


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))
