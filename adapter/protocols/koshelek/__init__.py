"""Koshelek: card issuance. Basic auth, every elementary value a string, errors 422."""

from adapter.protocols.koshelek.errors import refuse
from adapter.protocols.koshelek.routes import blueprint
from adapter.protocols.koshelek.settings import CredentialSettings, ProcessSettings
from adapter.web.protocol import BASIC, Protocol


def _check() -> object:
    from adapter.protocols.koshelek import check

    return check


protocol = Protocol(
    name="koshelek",
    title="Koshelek Loyalty Online API 1.0.0–1.3.0",
    blueprint=blueprint,
    roots=("/v1/card", "/v1/promo"),
    root_settings=("offers_path", "push_callback_path"),
    refuse=refuse,
    settings=ProcessSettings,
    credential_settings=CredentialSettings,
    credential=BASIC,
    check=_check,
)
