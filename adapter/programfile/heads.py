"""Programs without their long lists, read in the light of what the database knows of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO, Any

from marshmallow import EXCLUDE, ValidationError

from adapter.core import partners, programs
from adapter.core.programs import Program, ProgramTerms
from adapter.db import Work
from adapter.db.base import new_id
from adapter.programfile import reader, schemas
from adapter.programfile.credentials import Forms, digest_of
from adapter.programfile.faults import Faults, below
from adapter.programfile.fields import Setting, reading_in
from adapter.programfile.fixed import faults_of_change
from adapter.programfile.given import GivenCredential

# A program's pages have its code in their address: what parts an address is no part of one.
_CODE = re.compile(r"(?!\.{1,2}$)[^/\\?#%]*")
# The lists of a program, and what names an entry of each.
_LISTS = {
    "outlets": "code",
    "tiers": "code",
    "earn_rules": "code",
    "deals": "code",
    "offers": "code",
    "special_users": "phone",
}


@dataclass(slots=True)
class Head:
    """A program of the file: what is given, and the terms by which its members are read."""

    path: str
    code: str
    terms: ProgramTerms
    is_known: bool
    tiers: frozenset[str]
    given: dict[str, Any] = field(default_factory=dict)
    credentials: list[GivenCredential] = field(default_factory=list)


def read_heads(
    work: Work, stream: IO[bytes], *, forms: Forms, pepper: bytes, faults: Faults
) -> dict[int, Head]:
    """The programs of the file by their place in it.

    Raises:
        FileFaults: The document is not JSON.
    """
    known = {program.code: program for program in programs.all_programs(work)}
    heads: dict[int, Head] = {}
    for part in reader.heads(stream, faults):
        code = part.value.get("code")
        existing = known.get(code) if isinstance(code, str) else None
        head = _head(work, part.path, part.value, existing, faults)
        head.credentials = _credentials(head, part.value, forms, faults)
        if head.code in {other.code for other in heads.values()}:
            faults.add(f"{part.path}.code", "is the code of two programs")
        heads[part.program] = head
    _check_secrets(work, heads.values(), pepper, faults)
    return heads


def _head(
    work: Work, path: str, raw: dict[str, Any], existing: Program | None, faults: Faults
) -> Head:
    terms = terms_of(work, raw, existing)
    code = raw.get("code")
    tiers = _tiers(work, raw, existing)
    head = Head(path, code if isinstance(code, str) else "", terms, existing is not None, tiers)
    with reading_in(Setting(terms, work.now, tiers)):
        try:
            head.given = schemas.Program().load(raw)
        except ValidationError as error:
            faults.add_messages(path, error.messages)
    for key, name in _LISTS.items():
        _check_unique(raw.get(key), below(path, key), name, faults)
    if existing is not None:
        faults.add_messages(path, faults_of_change(work, existing.terms(), terms))
    elif not _CODE.fullmatch(head.code):
        faults.add(f"{path}.code", "may hold none of / \\ ? # %, and be neither . nor ..")
    return head


def terms_of(work: Work, raw: dict[str, Any], existing: Program | None) -> ProgramTerms:
    """The terms the program will have, with the usual ones in the place of wrong ones."""
    basics = dict(programs.DEFAULTS)
    if existing is not None:
        basics = {key: getattr(existing, key) for key in basics}
    now = Program(id=existing.id if existing else new_id(), code="", **basics)
    with reading_in(Setting(now.terms(), work.now)):
        try:
            given = schemas.Basics(unknown=EXCLUDE).load(raw)
        except ValidationError as error:
            given = _right(error)
    return Program(id=now.id, code=raw.get("code"), **basics | given).terms()


def _tiers(work: Work, raw: dict[str, Any], existing: Program | None) -> frozenset[str]:
    """The codes of the tiers the program will have."""
    given = raw.get("tiers")
    entries = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    codes = {code for entry in entries if isinstance(code := entry.get("code"), str)}
    if existing is not None:
        codes |= {tier.code for tier in programs.tiers(work, existing.id)}
    return frozenset(codes)


def _right(error: ValidationError) -> dict[str, Any]:
    """What was right of it; of settings those that were, of anything else only the whole."""
    right = error.valid_data if isinstance(error.valid_data, dict) else {}
    wrong = error.messages if isinstance(error.messages, dict) else {}
    return {
        key: value
        for key, value in right.items()
        if key not in wrong or (key == "settings" and isinstance(value, dict))
    }


def _credentials(
    head: Head, raw: dict[str, Any], forms: Forms, faults: Faults
) -> list[GivenCredential]:
    given = raw.get("credentials")
    found = []
    for index, entry in enumerate(given if isinstance(given, list) else ()):
        if isinstance(entry, dict):
            credential = forms.read(entry, f"{head.path}.credentials[{index}]", faults)
            if credential is not None:
                found.append(credential)
    return found


def _check_unique(entries: Any, path: str, key: str, faults: Faults) -> None:
    seen: dict[str, int] = {}
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        name = entry.get(key) if isinstance(entry, dict) else None
        if not isinstance(name, str):
            continue
        first = seen.setdefault(name, index)
        if first != index:
            faults.add(f"{path}[{index}].{key}", f"is given before, at {path}[{first}]")


def _check_secrets(work: Work, heads: Iterable[Head], pepper: bytes, faults: Faults) -> None:
    """A secret names one credential, among all programs of the file and of the database."""
    wanted: dict[bytes, tuple[str, Head, GivenCredential]] = {}
    for head in heads:
        for given in head.credentials:
            digest = digest_of(given, pepper)
            if digest is None:
                continue
            path = f"{given.path}.{given.form.secret}"
            if digest in wanted:
                faults.add(path, f"is the secret of {wanted[digest][0]} too")
            else:
                wanted[digest] = (path, head, given)
    for digest, row in partners.with_digests(work, wanted).items():
        path, head, given = wanted[digest]
        theirs = (row.program_id, row.name)
        if theirs != (head.terms.id, given.name):
            faults.add(path, "is in use by another credential already")
