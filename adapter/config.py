"""Settings of the process: the environment over a TOML file over defaults, faults all at once."""

from __future__ import annotations

import json
import os
import re
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from adapter.crm import Enquiries
from adapter.db import Database
from adapter.protocols import PROTOCOLS
from adapter.secret_key import SHORTEST, kept_key, key_file, new_key
from adapter.web.logs import LEVELS
from adapter.web.protocol import Protocol
from adapter.web.settings import Described, Reader, names, setting
from adapter.web.throttle import Throttle, forwarded

DEFAULT_FILE = "adapter.toml"
# Paths of ours, which no prefix may take.
OURS = ("/healthz", "/readyz", "/metrics", "/docs", "/admin")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{16,}")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


class ConfigError(Exception):
    """The settings cannot be used; `faults` names every reason, none of them a secret's value."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _database_url(text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("must be sqlite:///FILE or postgresql://USER@HOST/NAME") from None
    driver = _DRIVERS.get(url.drivername, url.drivername)
    if driver not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise ValueError("must be a sqlite or postgresql+psycopg database")
    if driver == url.drivername:
        return text
    return url.set(drivername=driver).render_as_string(hide_password=False)


def _without_password(url: str) -> str:
    shown = make_url(url).difference_update_query(["password", "sslpassword"])
    return shown.render_as_string(hide_password=True)


def _secret_key(text: str) -> str:
    if len(text.encode()) < SHORTEST:
        raise ValueError(f"must have at least {SHORTEST} bytes")
    return text


def _token(text: str) -> str:
    if text and not _TOKEN.fullmatch(text):
        raise ValueError("must be at least 16 letters, digits or any of -._~+/=")
    return text


def _crm_secrets(text: str) -> str:
    if not text:
        return text
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(
        isinstance(one, str) and one.isascii() and one.isprintable() for one in found.values()
    ):
        raise ValueError("must be a JSON object of texts by the codes of programs")
    return text


def _prefix(text: str) -> str:
    if not _PREFIX.fullmatch(text):
        raise ValueError('must be like "/name", or empty for none')
    return text


@dataclass(frozen=True, slots=True)
class Served:
    """A protocol, where it answers, and its own settings."""

    protocol: Protocol
    settings: Any
    enabled: bool = setting(True, "whether the protocol is served at all")
    root: bool = setting(True, "whether it answers at the paths its vendor documents")
    prefix: str = setting("", "a path below which it answers as well", check=_prefix)


@dataclass(frozen=True)
class Config:
    """What the process needs to know from outside, read once and never changed."""

    database_url: str = setting(
        "sqlite:///adapter.db",
        "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
        check=_database_url,
        shown=_without_password,
    )
    given_key: str = setting(
        "",
        "keys the digests of all credentials; at least 32 random bytes, the same on every machine",
        name="secret_key",
        check=_secret_key,
        secret=True,
    )
    log_level: str = setting("INFO", "least severity written to the log", choices=LEVELS)
    pool_size: int = setting(10, "connections to the database per process", between=(1, 1000))
    longest_wait_ms: int = setting(
        1000,
        "milliseconds a request may wait for its turn before it is refused, to be tried again",
        between=(10, 60_000),
    )
    sqlite_synchronous: str = setting(
        "FULL", "FULL survives a power cut, NORMAL is faster", choices=("FULL", "NORMAL", "EXTRA")
    )
    rate_limits: bool = setting(True, "whether those who guess at credentials are slowed down")
    wrong_per_address: int = setting(
        100,
        "wrong credentials a minute, in each process, after which one address's are not looked up",
        between=(1, 1_000_000),
    )
    wrong_per_name: int = setting(
        60,
        "the same for one login, whatever addresses they come from",
        between=(1, 1_000_000),
    )
    unknown_lookups: int = setting(
        0,
        "lookups of nobody a minute, in each process, after which a credential waits; 0: any",
        between=(0, 1_000_000),
    )
    trusted_proxies: int = setting(
        0, "proxies in front, each of which adds to X-Forwarded-For", between=(0, 10)
    )
    trusted_headers: tuple[str, ...] = setting(
        ("for", "proto"),
        "which X-Forwarded-… they set or remove: for, proto, host, prefix",
        check=forwarded,
    )
    requests_per_minute: int = setting(
        0,
        "requests a minute, in each process, after which a credential waits; 0: any",
        between=(0, 1_000_000),
    )
    metrics_token: str = setting(
        "",
        "what whoever reads /metrics presents as a bearer token; without one nobody reads it",
        check=_token,
        secret=True,
    )
    ready_needs_worker: bool = setting(
        False, "whether /readyz answers 503 while no worker is heard of"
    )
    private_webhooks: bool = setting(
        True, "whether messages may go to addresses of private networks and of this machine"
    )
    worker_jobs: bool = setting(
        True, "whether adapter worker also does the jobs that are due, as adapter jobs run would"
    )
    docs_pages: bool = setting(
        True, "whether the protocols' documents are shown at /docs, to whoever asks"
    )
    request_log: bool = setting(True, "whether exchanges with platforms are kept, masked")
    request_log_bodies: bool = setting(True, "whether their bodies are kept as well, masked")
    request_log_days: int = setting(30, "days for which an exchange is kept", between=(1, 3650))
    console: bool = setting(True, "whether the operators' console is served at /admin")
    secure_cookies: bool = setting(
        False, "whether the console's cookies are for https alone; set it behind a proxy with TLS"
    )
    crm_secrets: str = setting(
        "",
        'what the header of a program\'s `crm` carries: {"PROGRAM": "Bearer …"}',
        check=_crm_secrets,
        secret=True,
    )
    protocols: tuple[Served, ...] = ()
    file: Path | None = None
    key_file: Path | None = None
    described: tuple[Described, ...] = ()
    unknown: tuple[str, ...] = ()  # variables that begin as ours do and are none: typing mistakes

    @classmethod
    def from_environ(
        cls,
        environ: Mapping[str, str] = os.environ,
        *,
        file: Path | None = None,
        protocols: tuple[Protocol, ...] | None = None,
    ) -> Config:
        """The configuration of this process.

        Raises:
            ConfigError: Something is wrong; all that is wrong is named.
        """
        offered = PROTOCOLS if protocols is None else protocols
        path = file or _configured_file(environ)
        document, faults = _document(path)
        reader = Reader(environ, document, str(path or DEFAULT_FILE))
        values = reader.take(cls)
        served = tuple(_served(reader, protocol) for protocol in offered)
        faults += reader.faults
        faults += [f"{path}: {key} is no setting" for key in _strangers(document, offered)]
        faults += _overlaps(served)
        if faults:
            raise ConfigError(*faults)
        mine = {name for name in environ if name.startswith("ADAPTER_")}
        return cls(
            **values,
            protocols=served,
            file=path,
            key_file=key_file(make_url(values["database_url"]), environ),
            described=tuple(reader.described),
            unknown=tuple(sorted(mine - reader.variables - {"ADAPTER_CONFIG"})),
        )

    @cached_property
    def secret_key(self) -> bytes:
        """The key given, or else the one kept beside the database, made at its first use.

        Raises:
            ConfigError: It can be neither read nor made.
        """
        if self.given_key:
            return self.given_key.encode()
        if self.key_file is None:
            return new_key().encode()
        try:
            return kept_key(self.key_file).encode()
        except (OSError, ValueError) as fault:
            raise ConfigError(f"ADAPTER_SECRET_KEY is not set, and {fault}") from None

    def enquiries(
        self, database: Database, *, told: Callable[[str, float | None], None] | None = None
    ) -> Enquiries:
        """Who is asked for people that a program does not know; `told` hears how it ended."""
        return Enquiries(
            database,
            self.secret_key,
            public_only=not self.private_webhooks,
            secrets=json.loads(self.crm_secrets or "{}"),
            told=told,
        )

    def throttle(self, *, timer: Callable[[], float] = time.monotonic) -> Throttle | None:
        """What slows down those who guess; nothing where the limits are off."""
        if not self.rate_limits:
            return None
        return Throttle(
            per_address=self.wrong_per_address,
            per_name=self.wrong_per_name,
            lookups=self.unknown_lookups,
            timer=timer,
        )

    def describe(self) -> list[Described]:
        """Every setting with its value and its source; secrets are masked."""
        kept = str(self.key_file) if self.key_file else "of this process alone"
        return [
            replace(found, value=kept, source="generated")
            if found.name == "secret_key" and not self.given_key
            else found
            for found in self.described
        ]

    @classmethod
    def write_initial(
        cls,
        path: Path,
        *,
        database_url: str | None = None,
        protocols: tuple[Protocol, ...] | None = None,
    ) -> None:
        """Write a file that names every setting, with a fresh secret key, for this user alone.

        Raises:
            ConfigError: There is such a file already, or it cannot be written.
        """
        reader = Reader({}, {}, "")
        reader.take(cls)
        for protocol in PROTOCOLS if protocols is None else protocols:
            _served(reader, protocol)
        given = {"secret_key": new_key()}
        if database_url is not None:
            given["database_url"] = database_url
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise ConfigError(f"{path} exists already and was left as it is") from None
        except OSError as fault:
            raise ConfigError(f"{path} cannot be written: {fault.strerror}") from None
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(_initial_lines(reader.described, given)) + "\n")


def _configured_file(environ: Mapping[str, str]) -> Path | None:
    if environ.get("ADAPTER_CONFIG"):
        return Path(environ["ADAPTER_CONFIG"])
    return Path(DEFAULT_FILE) if Path(DEFAULT_FILE).exists() else None


def _document(path: Path | None) -> tuple[dict[str, Any], list[str]]:
    if path is None:
        return {}, []
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), []
    except OSError as fault:
        return {}, [f"{path}: {fault.strerror}"]
    except ValueError as fault:
        # A decoding error would show the bytes around it, which may be a secret's.
        words = str(fault) if isinstance(fault, tomllib.TOMLDecodeError) else "not UTF-8"
        return {}, [f"{path}: {words}"]


def _served(reader: Reader, protocol: Protocol) -> Served:
    section = ("protocols", protocol.name)
    where = reader.take(Served, section=section, defaults={"prefix": f"/{protocol.name}"})
    settings = protocol.settings(**reader.take(protocol.settings, section=section))
    return Served(protocol=protocol, settings=settings, **where)


def _strangers(document: Mapping[str, Any], offered: tuple[Protocol, ...]) -> Iterator[str]:
    known = names(Config)
    yield from (key for key in document if key not in known and key != "protocols")
    sections = document.get("protocols", {})
    if not isinstance(sections, Mapping):
        yield "protocols"
        return
    by_name = {protocol.name: protocol for protocol in offered}
    for name, table in sections.items():
        if name not in by_name or not isinstance(table, Mapping):
            yield f"protocols.{name}"
            continue
        known = names(Served) | names(by_name[name].settings)
        yield from (f"protocols.{name}.{key}" for key in table if key not in known)


def _overlaps(served: tuple[Served, ...]) -> Iterator[str]:
    live = [one for one in served if one.enabled]
    for one in live:
        name = one.protocol.name.upper()
        if not one.prefix and not one.root:
            yield f"ADAPTER_{name}_PREFIX: without a prefix and without its root it is nowhere"
        taken = [*OURS]
        for other in live:
            taken += other.protocol.roots if other.root else ()
            taken += [other.prefix] if other is not one and other.prefix else []
        chosen = {"prefix": one.prefix}
        if one.root:
            chosen |= {key: getattr(one.settings, key) for key in one.protocol.root_settings}
        for key, path in chosen.items():
            # A route may lie below its own protocol's roots; a prefix may not, it holds them all.
            mine = one.protocol.roots if key != "prefix" else ()
            for other_path in taken:
                if path and other_path not in mine and _overlap(path, other_path):
                    yield f"ADAPTER_{name}_{key.upper()}: {path} overlaps {other_path}"


def _overlap(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _initial_lines(described: list[Described], given: Mapping[str, str]) -> Iterator[str]:
    yield "# Settings of the adapter. A variable named ADAPTER_… overrides the line of that name."
    section = ""
    for found in described:
        head, _, name = found.name.rpartition(".")
        if head != section:
            section = head
            yield f"\n[protocols.{head}]"
        value = given.get(found.name, found.value)
        value = list(value) if isinstance(value, tuple) else value
        yield f"\n# {found.says}  ({found.variable})"
        mark = "" if found.name in given else "# "
        yield f"{mark}{name} = {json.dumps(value, ensure_ascii=False)}"
