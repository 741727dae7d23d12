"""A test client that looks at every reply as the platform does that it goes to."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter.web.mount import owner_of
from tests.apidocs.witness import assert_told
from tests.protocols.fidelizacion import rules as fidelizacion
from tests.protocols.koshelek import rules as koshelek
from tests.protocols.swip import rules as swip

RULES = {
    "koshelek": koshelek.assert_obeys,
    "fidelizacion": fidelizacion.assert_obeys,
    "swip": swip.assert_obeys,
}


class WatchfulClient(FlaskClient):
    """A client that fails on any reply that breaks one of its vendor's rules for all replies."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """The reply, if it is one that the platform can read."""
        response = super().open(*args, **options)
        request = response.request
        with self.application.app_context():
            owner = owner_of(request.path)
        if owner is not None and owner.name in RULES:
            RULES[owner.name](
                request.method, request.path, response.status_code, response.headers, response.data
            )
            assert_told(
                self.application,
                owner.name,
                method=request.method,
                path=request.path,
                status=response.status_code,
                headers=response.headers,
                body=response.data,
            )
        return response
