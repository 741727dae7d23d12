"""fidelizacion: tills, kiosks and web shops. An `x-api-key`, business refusals with status 200."""

from adapter.protocols.fidelizacion import kept
from adapter.protocols.fidelizacion.errors import refuse
from adapter.protocols.fidelizacion.routes import blueprint
from adapter.protocols.fidelizacion.settings import NAME, CredentialSettings
from adapter.web.protocol import API_KEY, Protocol

protocol = Protocol(
    name=NAME,
    title="fidelizacion.app Loyalty API v1",
    blueprint=blueprint,
    roots=("/v1/member", "/v1/payment", "/v1/transaction", "/v1/event"),
    refuse=refuse,
    credential_settings=CredentialSettings,
    credential=API_KEY,
    check="adapter.protocols.fidelizacion.check",
    described="adapter.protocols.fidelizacion.described",
    open_fields=kept.FIELDS,
    open_replies=kept.REPLIES,
    fresh_replies=kept.FRESH,
    secret_headers=("x-api-key",),
)
