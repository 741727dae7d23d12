"""Koshelek: card issuance. Basic auth, every elementary value a string, errors 422."""

from adapter.protocols.koshelek import kept
from adapter.protocols.koshelek.errors import refuse
from adapter.protocols.koshelek.routes import blueprint
from adapter.protocols.koshelek.settings import NAME, CredentialSettings, ProcessSettings
from adapter.web.protocol import BASIC, Protocol

protocol = Protocol(
    name=NAME,
    title="Koshelek Loyalty Online API 1.0.0–1.3.0",
    blueprint=blueprint,
    roots=("/v1/card", "/v1/promo"),
    root_settings=("offers_path", "push_callback_path"),
    refuse=refuse,
    credential_settings=CredentialSettings,
    credential=BASIC,
    settings=ProcessSettings,
    check="adapter.protocols.koshelek.check",
    registries="adapter.protocols.koshelek.registries",
    described="adapter.protocols.koshelek.described",
    open_fields=kept.FIELDS,
    open_replies=kept.REPLIES,
)
