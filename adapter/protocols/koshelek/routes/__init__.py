"""One function per method of the vendor's list (section 3): cards and their holders, promotions."""

from flask import Blueprint

from adapter.core.origins import Place
from adapter.protocols.koshelek.auth import require_partner
from adapter.protocols.koshelek.settings import NAME
from adapter.protocols.koshelek.wire import finish

PLACE = Place(channel=NAME)

blueprint = Blueprint(NAME, __name__)
blueprint.before_request(require_partner)
blueprint.after_request(finish)

from adapter.protocols.koshelek.routes import cards, promotions  # noqa: E402, F401
