"""What the page about SWiP says is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask

from adapter.core.programs import Settings
from adapter.protocols.swip import protocol
from adapter.protocols.swip.errors import FAULTS
from adapter.protocols.swip.routes.orders import ROUTES
from adapter.protocols.swip.settings import Agreement

DOCS = Path(__file__).parents[3] / "docs" / "protocols"
PAGE = (DOCS / "swip.md").read_text(encoding="utf-8")
DECISIONS = range(1, 31)


def served() -> dict[str, set[str]]:
    """The documented paths with their methods, as the application has them."""
    app = Flask("docs")
    app.register_blueprint(protocol.blueprint)
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("swip.")]
    return {rule.rule: (rule.methods or set()) - {"HEAD", "OPTIONS"} for rule in rules}


def test_the_table_of_codes_is_the_one_that_is_sent() -> None:
    said = re.findall(r"^\| (\d+) \| (\d{3}) \| (.+) \|$", PAGE, re.MULTILINE)

    sent = {(str(fault.code), str(fault.status), fault.description) for fault in FAULTS.values()}
    assert set(said) == sent
    assert len(said) == len(set(said))
    assert said == sorted(said, key=lambda row: int(row[0]))


@pytest.mark.parametrize("decision", DECISIONS)
def test_every_decision_is_on_the_page_once(decision: int) -> None:
    (row,) = re.findall(rf"^\| D{decision} \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)

    assert all(row)


def test_every_setting_is_on_the_page() -> None:
    for name in Agreement.__slots__:
        assert f"| `{name}` | `{json.dumps(getattr(Agreement(), name))}` |" in PAGE
    settings = Settings()
    for name in ("points_decimals", "point_value_minor"):
        assert f"`{name}` ({getattr(settings, name)})" in PAGE
    for name in ("points_expire_after_days", "welcome_points", "min_payment_minor"):
        assert hasattr(settings, name)
        assert f"`{name}`" in PAGE


def test_every_call_is_on_the_page_with_its_methods_and_versions() -> None:
    rows = re.findall(r"^\| `(/customer-\S+)` \| (.+?) \| ([0-9, ]+) \|", PAGE, re.MULTILINE)

    said = {
        path: {method.strip("` ") for method in methods.split(",")} for path, methods, _ in rows
    }
    found = {path: methods for path, methods in served().items() if path.startswith("/customer-")}
    assert said == found
    assert set(protocol.roots) == {*found, "/pos-orders"}


def test_every_call_of_orders_is_on_the_page_and_called_ours() -> None:
    said = re.findall(r"^\| `([A-Z]+) (/pos-orders\S*)` \|", PAGE, re.MULTILINE)

    table = [(verb, re.sub("<.+?>", "{id}", path)) for verb, path, _ in ROUTES]
    assert said == table
    assert not Agreement().orders
    assert "`/pos-orders` is not conformant with anything" in PAGE
