"""The demo's own retailer with one customer: what the documents' examples name is there."""

from __future__ import annotations

import base64
import functools
import io
import json
from datetime import date
from typing import Any

from adapter.db import Database
from adapter.demo.retailer import POOL, retailer
from adapter.demo.rules import LOGIN, MERCHANT
from adapter.demo.till import BRANCH, POS
from adapter.programfile import load
from adapter.protocols import PROTOCOLS
from tests.protocols.house import SECRET_KEY

PASSWORD, API_KEY, TOKEN = "open-sesame", "till-key", "plugin-token"
SECRETS = {
    "koshelek": {"password": PASSWORD},
    "fidelizacion": {"api_key": API_KEY},
    "swip": {"token": TOKEN},
}
CARD, POOLED = "7710000000", POOL[0]
# What every call proves itself with; all else that it needs, the documents have examples of.
PROOFS = {
    "koshelek": {
        "Authorization": "Basic " + base64.b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode()
    },
    "fidelizacion": {"x-api-key": API_KEY},
    "swip": {"Authorization": f"Bearer {TOKEN}"},
}
HEADERS = {
    "koshelek": PROOFS["koshelek"],
    "fidelizacion": PROOFS["fidelizacion"]
    | {
        "x-branch-id": BRANCH,
        "x-pos-id": POS,
        "x-source-type": "POS",
        "x-source-name": "tests",
    },
    "swip": PROOFS["swip"]
    | {
        "X-Merchant-ID": MERCHANT,
        "X-Store-ID": BRANCH,
        "X-Cash-ID": POS,
    },
}


def open_shop(database: Database, *, secret_key: bytes = SECRET_KEY.encode()) -> None:
    """Put all of it into a database, whose credentials are digested with this key."""
    with database.reading() as work:
        given = io.BytesIO(_program_file(work.now.date()))
    load(database, given, pepper=secret_key, protocols=PROTOCOLS)


@functools.cache  # hundreds of people are made up, of whom one is needed
def _program_file(today: date) -> bytes:
    program: dict[str, Any] = retailer(today).document["programs"][0]
    credentials = [one | SECRETS[one["protocol"]] for one in program["credentials"]]
    customer = {"credentials": credentials, "members": program["members"][:1]}
    return json.dumps({"programs": [program | customer]}).encode()
