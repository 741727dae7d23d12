"""SWiP: the till plugin. A merchant's token and four headers; refusals are `ApiError` objects."""

from adapter.protocols.swip import kept
from adapter.protocols.swip.errors import refuse
from adapter.protocols.swip.routes import blueprint
from adapter.protocols.swip.settings import NAME, CredentialSettings
from adapter.web.protocol import MERCHANT_TOKEN, Protocol

protocol = Protocol(
    name=NAME,
    title="SWiP till API v2–3",
    blueprint=blueprint,
    roots=("/customer-loyalty-stats", "/customer-profile", "/customer-signups", "/pos-orders"),
    refuse=refuse,
    credential_settings=CredentialSettings,
    credential=MERCHANT_TOKEN,
    check="adapter.protocols.swip.check",
    described="adapter.protocols.swip.described",
    open_fields=kept.FIELDS,
    open_replies=kept.REPLIES,
    fresh_replies=kept.FRESH,
)
