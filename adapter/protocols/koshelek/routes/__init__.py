"""One function per method of the vendor's list (section 3): cards and their holders, promotions."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

from adapter.core.origins import Place
from adapter.protocols.koshelek.auth import require_partner
from adapter.protocols.koshelek.settings import NAME
from adapter.protocols.koshelek.wire import finish

PLACE = Place(channel=NAME)


class CardNumber(BaseConverter):
    """A card number in a path: anything but the words that stand in its place (section 3)."""

    regex = r"(?!(?:anonymous|getAllUsers|getAllUsersExtended)\Z)[^/]+"
    part_isolating = True  # which a regex with a slash in it would otherwise deny


def _know_card_numbers(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["card"] = CardNumber


blueprint = Blueprint(NAME, __name__)
blueprint.record(_know_card_numbers)
blueprint.before_request(require_partner)
blueprint.after_request(finish)

from adapter.protocols.koshelek.routes import cards, promotions  # noqa: E402, F401
