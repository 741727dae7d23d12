"""What Schemathesis found wrong in the protocols themselves, and is mended."""

from __future__ import annotations

import pytest

from adapter.web.application import Application
from tests.apidocs.shop import CARD, HEADERS
from tests.protocols.callers import OF_THE_SHAPE

KOSHELEK = HEADERS["koshelek"]


@OF_THE_SHAPE
@pytest.mark.parametrize("word", ["getAllUsers", "getAllUsersExtended"])
def test_a_word_in_the_place_of_a_card_number_has_its_own_verbs_alone(
    app: Application, word: str
) -> None:
    """Section 3: what may be done with a card number is no verb of theirs."""
    client = app.test_client()

    for method in ("OPTIONS", "POST", "PUT", "DELETE"):
        answer = client.open(f"/v1/card/{word}", method=method, headers=KOSHELEK)

        assert answer.status_code == (200 if method == "OPTIONS" else 405), method
        assert set(answer.allow) == {"GET", "HEAD", "OPTIONS"}, method


@OF_THE_SHAPE
def test_a_whole_number_is_as_good_as_its_digits_however_it_is_written(app: Application) -> None:
    """2.5: requests are read tolerantly, number or string."""
    client = app.test_client()

    for body in (b'{"surname": 7.0}', b'{"surname": 7e0}', b'{"surname": 7}'):
        answer = client.post(f"/v1/card/{CARD}", data=body, headers=KOSHELEK)
        assert (answer.status_code, answer.data) == (200, b""), body
    refused = client.post(f"/v1/card/{CARD}", data=b'{"surname": 7.5}', headers=KOSHELEK)
    assert refused.json["code"] == "005"
