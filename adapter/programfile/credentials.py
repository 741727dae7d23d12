"""Credentials of the file: the keys each protocol uses, and which row each of them means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from adapter.core import partners
from adapter.core.partners import Credential, CredentialStatus
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.programfile import fields as read
from adapter.programfile.faults import Faults, below
from adapter.programfile.given import GivenCredential
from adapter.programfile.report import NewSecret, Report
from adapter.web.protocol import API_KEY, BASIC, CredentialForm, Protocol

# A program may be set up for a platform before its protocol is served here; one that is served
# says itself how its callers identify themselves.
COMING: dict[str, tuple[CredentialForm, ...]] = {
    "walletcards": (API_KEY,),
    "openloyalty": (BASIC, API_KEY),
}
_ALWAYS = frozenset({"protocol", "status", "settings"})
_LONGEST_SECRET = 4096


class Forms:
    """How callers of each protocol identify themselves, and what may be agreed with them."""

    def __init__(self, protocols: Iterable[Protocol]) -> None:
        self._served = {protocol.name: protocol for protocol in protocols}

    def read(self, given: dict[str, Any], path: str, faults: Faults) -> GivenCredential | None:
        """The credential, or the faults that keep it from being one."""
        before = len(faults.found) + faults.left_out
        protocol = given.get("protocol")
        forms = self._forms(protocol) if isinstance(protocol, str) else ()
        if not forms or not isinstance(protocol, str):
            known = ", ".join(sorted(COMING.keys() | self._served.keys()))
            faults.add(f"{path}.protocol", f"must be one of {known}")
            return None
        form = _form_used(forms, given)
        name_key = form.name or self.name_key(protocol)
        for key in given:
            if key not in _ALWAYS and key not in (name_key, form.secret):
                faults.add(below(path, key), f"is not a known key of {protocol}")
        values: dict[str, Any] = {}
        for key, value_of in self._values(protocol, form, name_key, given):
            try:
                values[key] = value_of()
            except ValidationError as error:
                faults.add_messages(below(path, key), error.messages)
        if len(faults.found) + faults.left_out > before:
            return None
        name, secret = values[name_key], values[form.secret]
        return GivenCredential(
            path=path,
            protocol=protocol,
            name=name,
            secret=secret,
            form=form,
            is_active=values["status"] is CredentialStatus.ACTIVE,
            settings=values["settings"],
        )

    def name_key(self, protocol: str) -> str:
        """The key of a credential's name; where the protocol has none, a label of ours."""
        return next((form.name for form in self._forms(protocol) if form.name), "name")

    def _forms(self, protocol: str) -> tuple[CredentialForm, ...]:
        served = self._served.get(protocol)
        return (served.credential,) if served else COMING.get(protocol, ())

    def _values(
        self, protocol: str, form: CredentialForm, name_key: str, given: dict[str, Any]
    ) -> Iterator[tuple[str, Callable[[], Any]]]:
        status = given.get("status", CredentialStatus.ACTIVE)
        yield "status", lambda: read.one_of(CredentialStatus)(status)
        yield name_key, lambda: name_of(form, given.get(name_key))
        yield form.secret, lambda: secret_of(form, given.get(form.secret))
        yield "settings", lambda: self._settings(protocol, given.get("settings"))

    def _settings(self, protocol: str, given: Any) -> dict[str, Any] | None:
        if given is None:
            return None
        settings = read.plain_object(given)
        served = self._served.get(protocol)
        if served is not None:
            wrong = served.credential_settings().validate(settings)
            if wrong:
                raise ValidationError(wrong)
        return settings


def _form_used(forms: Sequence[CredentialForm], given: dict[str, Any]) -> CredentialForm:
    def keys_present(form: CredentialForm) -> int:
        return sum(key in given for key in (form.secret, form.name))

    return max(forms, key=keys_present)


def name_of(form: CredentialForm, given: Any) -> str:
    """The part everybody may see, as it is kept.

    Raises:
        ValidationError: It is missing, or nobody could call with it.
    """
    if given is None and form.name is None:
        return ""  # one key is told from another by a name only where somebody gave it
    if given is None:
        raise ValidationError("is missing")
    name = read.name()(given)
    if form.joined and ":" in name:
        raise ValidationError("may not hold a colon: it ends there in HTTP Basic")
    return name


def secret_of(form: CredentialForm, given: Any) -> str | None:
    """The secret part; nothing where one is to be made.

    Raises:
        ValidationError: Nobody could call with it.
    """
    if given is None:
        return None
    secret = read.text(_LONGEST_SECRET, shortest=1)(given)
    if not form.joined and secret != secret.strip():
        raise ValidationError("may not have blanks around it: a header loses them")
    return secret


@dataclass(slots=True)
class _Rows:
    """The rows of one protocol and name that no entry of the file has been matched with yet."""

    rows: list[Credential]

    def take(self, *, active: bool) -> Credential | None:
        """The oldest of this status; those on their way out are nobody's any more."""
        for row in self.rows:
            is_active = row.status == CredentialStatus.ACTIVE
            if is_active == active and row.expires_at is None:
                self.rows.remove(row)
                return row
        return None


def digest_of(given: GivenCredential, pepper: bytes) -> bytes | None:
    """The digest of what a caller with this secret presents; nothing without a secret."""
    if given.secret is None:
        return None
    return partners.digest(pepper, given.protocol, given.form.presented(given.name, given.secret))


def put_all(
    work: Work,
    program: ProgramTerms,
    wanted: Sequence[GivenCredential],
    *,
    pepper: bytes,
    report: Report,
) -> None:
    """Have the program's credentials agree with the file's."""
    rows = list(partners.credentials(work, program.id))
    groups: dict[tuple[str, str], list[GivenCredential]] = {}
    for given in wanted:
        groups.setdefault((given.protocol, given.name), []).append(given)
    for (protocol, name), entries in groups.items():
        mine = _Rows([row for row in rows if (row.protocol, row.name) == (protocol, name)])
        _put_group(work, program, entries, mine, pepper=pepper, report=report)


def _put_group(
    work: Work,
    program: ProgramTerms,
    entries: list[GivenCredential],
    mine: _Rows,
    *,
    pepper: bytes,
    report: Report,
) -> None:
    """Match entries with rows: by secret, then by status, then by what is left; make the rest."""
    found: dict[int, Credential] = {}
    by_digest = {row.digest: row for row in mine.rows}
    for place, given in enumerate(entries):
        row = by_digest.get(digest_of(given, pepper) or b"")
        if row is not None:
            mine.rows.remove(row)
            found[place] = row
    for same in (True, False):
        for place, given in enumerate(entries):
            if place not in found and given.secret is None:
                row = mine.take(active=given.is_active is same)
                if row is not None:
                    found[place] = row
    for place, given in enumerate(entries):
        if place in found:
            _align(work, program, found[place], given, report)
        else:
            _create(work, program, given, mine, pepper=pepper, report=report)


def _align(
    work: Work, program: ProgramTerms, row: Credential, given: GivenCredential, report: Report
) -> None:
    if given.settings is not None and row.settings != given.settings:
        row.settings = given.settings
    if row.status == CredentialStatus.ACTIVE and not given.is_active:
        partners.revoke_credential(work, row.id)
    elif row.status != CredentialStatus.ACTIVE and given.is_active:
        # Whoever revoked it had a reason; an older file must not undo that.
        label = f"{given.protocol} {given.name}".strip()
        report.remarks.append(
            f"{program.code}: the credential {label} was revoked and stays so;"
            " give it a new secret, or make one with `adapter credentials create`"
        )


def _create(
    work: Work,
    program: ProgramTerms,
    given: GivenCredential,
    mine: _Rows,
    *,
    pepper: bytes,
    report: Report,
) -> None:
    secret = given.secret or partners.generate()
    if given.secret is not None and given.is_active and given.form.name is not None:
        # A login has one password: the file's takes the place of the one before.
        while (old := mine.take(active=True)) is not None:
            partners.revoke_credential(work, old.id)
    row = partners.create_credential(
        work,
        program.id,
        protocol=given.protocol,
        name=given.name,
        digest=partners.digest(pepper, given.protocol, given.form.presented(given.name, secret)),
        settings=given.settings,
    )
    if not given.is_active:
        partners.revoke_credential(work, row.id)
    elif given.secret is None:
        report.secrets.append(
            NewSecret(program.code, given.protocol, given.name, given.form.secret, secret)
        )
