"""A shop that has a little of everything, so that calls made up by a machine find something."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

from adapter.db import Database
from adapter.programfile import load
from adapter.protocols import PROTOCOLS
from tests.protocols.house import SECRET_KEY

LOGIN, PASSWORD = "wallet", "open-sesame"
API_KEY = "till-key"
MERCHANT, TOKEN = "KOFE", "plugin-token"
CARD, POOLED, PHONE, EMAIL = "7700000041", "7700009001", "79995550142", "anna@example.com"
PASS, MEMBERSHIP_KEY = "GW-5f1c09", "d9a3a0a8-5f0e-4b8e-9a44-0a2c6c1f7b51"
PROGRAM: dict[str, Any] = {
    "code": "MAIN",
    "name": "Coffee & Co",
    "currency": "RUB",
    "country": "RU",
    "timezone": "Europe/Moscow",
    "outlets": [{"code": "BR001", "name": "Garden street", "terminals": ["POS001"]}],
    "credentials": [
        {
            "protocol": "koshelek",
            "login": LOGIN,
            "password": PASSWORD,
            "settings": {"special_users": True, "receipt_promo": True},
        },
        {"protocol": "fidelizacion", "api_key": API_KEY},
        {"protocol": "swip", "merchant": MERCHANT, "token": TOKEN, "settings": {"orders": True}},
    ],
    "earn_rules": [{"code": "base", "kind": "spending", "points_per_unit": "0.1"}],
    "card_numbers": {"prefix": "77", "length": 10, "barcode_type": "CODE_128"},
    "card_pool": [{"number": POOLED}],
    "promo_codes": [{"code": "SPRING25", "points": "50", "expires_on": "2030-01-01"}],
    "deals": [{"code": "D7", "name": "Morning 10%", "percent": "10", "departments": ["HOT"]}],
    "special_users": [{"phone": "79000123456", "params": {"tabNumber": "0815"}}],
    "offers": [{"code": "O-1", "title": "Coffee", "text": "Two for one"}],
    "members": [
        {
            "phone": PHONE,
            "email": EMAIL,
            "first_name": "Анна",
            "last_name": "Ёлкина",
            "birth_date": "1988-11-02",
            "membership_key": MEMBERSHIP_KEY,
            "external_id": "BARCODE-1",
            "passes": [PASS],
            "cards": [{"number": CARD, "barcode": {"type": "EAN_13", "number": "2900000070011"}}],
            "lots": [
                {"unit": "points", "amount": "420.5", "reason": "Подарок"},
                {"unit": "points", "amount": "120", "expires_on": "2030-02-14"},
            ],
            "benefits": [{"key": "as_91", "name": "Free tea", "kind": "gift"}],
            "transactions": [
                {
                    "reference": "R-1",
                    "occurred_at": "2025-02-14T10:00:00Z",
                    "outlet": "BR001",
                    "items": [{"name": "Coffee", "quantity": "1", "net_minor": 129900}],
                }
            ],
        }
    ],
}
HEADERS = {
    "koshelek": {
        "Authorization": "Basic " + base64.b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode()
    },
    "fidelizacion": {
        "x-api-key": API_KEY,
        "x-branch-id": "BR001",
        "x-pos-id": "POS001",
        "x-source-type": "POS",
        "x-source-name": "tests",
    },
    "swip": {
        "Authorization": f"Bearer {TOKEN}",
        "X-Merchant-ID": MERCHANT,
        "X-Store-ID": "BR001",
        "X-Cash-ID": "POS001",
    },
}


def open_shop(database: Database, *, secret_key: bytes = SECRET_KEY.encode()) -> None:
    """Put all of it into a database, whose credentials are digested with this key."""
    given = io.BytesIO(json.dumps({"programs": [PROGRAM]}).encode())
    load(database, given, pepper=secret_key, protocols=PROTOCOLS)
