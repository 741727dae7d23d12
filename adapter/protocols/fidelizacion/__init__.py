"""fidelizacion: tills, kiosks and web shops. An `x-api-key`, business refusals with status 200."""

from adapter.protocols.fidelizacion.errors import refuse
from adapter.protocols.fidelizacion.routes import blueprint
from adapter.protocols.fidelizacion.settings import CredentialSettings, ProcessSettings
from adapter.web.protocol import API_KEY, Protocol


def _check() -> object:
    from adapter.protocols.fidelizacion import check

    return check


protocol = Protocol(
    name="fidelizacion",
    title="fidelizacion.app Loyalty API v1",
    blueprint=blueprint,
    roots=("/v1/member", "/v1/payment", "/v1/transaction", "/v1/event"),
    refuse=refuse,
    settings=ProcessSettings,
    credential_settings=CredentialSettings,
    credential=API_KEY,
    check=_check,
)
