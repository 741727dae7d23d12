"""Signatures, against the example of the Standard Webhooks specification."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from datetime import UTC, datetime

from adapter.delivery import signing

KEY = b"k" * 32
PROGRAM = uuid.UUID("01890a5d-ac96-774b-bcce-b302099a8057")


def test_the_specifications_own_example_is_signed_as_it_says():
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    headers = signing.headers(
        secret,
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=datetime.fromtimestamp(1614265330.9, UTC),
        body=b'{"test": 2432232314}',
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_programs_secret_is_derived_and_its_own():
    secret = signing.secret_of(KEY, PROGRAM)

    assert secret == hmac.new(KEY, b"webhook\0" + PROGRAM.bytes, hashlib.sha256).digest()
    assert secret != signing.secret_of(KEY, uuid.uuid4())
    assert secret != signing.secret_of(b"l" * 32, PROGRAM)


def test_a_secret_is_shown_as_libraries_read_it():
    secret = signing.secret_of(KEY, PROGRAM)

    shown = signing.shown(secret)

    assert shown.startswith("whsec_")
    assert base64.b64decode(shown.removeprefix("whsec_")) == secret
    assert 24 <= len(secret) <= 64  # what the specification asks for
