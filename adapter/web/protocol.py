"""What a folder under `protocols/` must offer, and how it reads its own settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar, cast

from flask import Blueprint, Flask, Response, current_app
from marshmallow import Schema

from adapter.web.described import Description
from adapter.web.registries import Registries

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class CredentialForm:
    """How a caller shows who it is: the words of the program file, and what is digested."""

    secret: str  # the key of the secret part: `password`, `api_key`, `token`
    name: str | None = None  # the key of the part everybody may see: `login`, `merchant`
    joined: bool = False  # whether the name is presented, and so digested, with the secret

    def presented(self, name: str | None, secret: str) -> str:
        """The text a caller will present for this name and secret."""
        return f"{name}:{secret}" if self.joined else secret


BASIC = CredentialForm("password", name="login", joined=True)
API_KEY = CredentialForm("api_key")
MERCHANT_TOKEN = CredentialForm("token", name="merchant")


@dataclass(frozen=True, slots=True)
class NoSettings:
    """Settings of a protocol that has none for the whole process."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """One vendor's protocol, whole: a folder and its name in `PROTOCOLS` make it served."""

    name: str  # its folder, its prefix, and the word `protocol` of a credential
    title: str  # for people
    blueprint: Blueprint  # its endpoints, at the paths the vendor documents
    roots: tuple[str, ...]  # the documented paths it answers at and below, wrong ones too
    refuse: Callable[[Exception], Response]  # any exception at all, said in the vendor's words
    credential_settings: type[Schema]  # the shape of a credential's `settings`
    credential: CredentialForm  # how its callers show who they are
    settings: type[Any] = NoSettings  # a frozen dataclass of `setting(...)`: what a process chooses
    root_settings: tuple[str, ...] = ()  # attributes of `settings` that hold further roots
    check: str = ""  # the module of its conformance client, if it brings one
    # Names whose values the request log may keep as they are: of fields, parameters and headers,
    # anywhere or (`items.name`, `.code` at the top) below one other; of replies these as well.
    open_fields: frozenset[str] = frozenset()
    open_replies: frozenset[str] = frozenset()
    # Such names of what a reply has afresh each time, an instant or an id: two differ in it for
    # nothing.
    fresh_replies: frozenset[str] = frozenset()
    secret_headers: tuple[str, ...] = ("authorization",)  # which carry the credential
    described: str = ""  # the module that tells of its calls, if it has one
    registries: str = ""  # the module that knows the files it exchanges, if it exchanges any

    def client(self) -> Any:
        """The conformance client, imported when it is asked for: who serves needs none."""
        return import_module(self.check)

    def files(self) -> Registries:
        """The files it exchanges, imported when they are asked for."""
        return cast(Registries, import_module(self.registries).REGISTRIES)

    def description(self, settings: object) -> Description:
        """What its calls take and answer under these settings, imported when it is asked for."""
        return cast(Description, import_module(self.described).describe(settings))


def settings_of(kind: type[S], app: Flask | None = None) -> S:
    """The process settings of the protocol whose settings class is `kind`."""
    return cast(S, (app or current_app).extensions["settings"][kind])
