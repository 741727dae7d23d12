"""What the page about Koshelek says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapter.protocols.koshelek.errors import FAULTS
from adapter.protocols.koshelek.settings import Agreement, ProcessSettings

DOCS = Path(__file__).parents[3] / "docs" / "protocols"
PAGE = (DOCS / "koshelek.md").read_text(encoding="utf-8")
DECISIONS = [f"G{number}" for number in range(1, 37)]
NOT_SERVED = {"G28", "G31"}


def test_the_catalogue_of_codes_is_the_one_that_is_sent():
    """G13: stable codes, documented."""
    said = re.findall(r"^\| (\d{3}) \| (\d{3}) \| (.+) \|$", PAGE, re.MULTILINE)

    sent = {(fault.code, str(fault.status), fault.description) for fault in FAULTS.values()}
    assert set(said) == sent
    assert len(said) == len(set(said))
    assert said == sorted(said, key=lambda row: row[0])


@pytest.mark.parametrize("decision", DECISIONS)
def test_every_decision_is_on_the_page_and_in_a_test(decision):
    (row,) = re.findall(rf"^\| {decision} \| (.+) \| .*\|$", PAGE, re.MULTILINE)
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))

    if decision in NOT_SERVED:
        assert "Nothing is served for it" in row or "not served" in row
    else:
        assert re.search(rf'""".*\b{decision}\b', tests), decision


def test_every_setting_is_on_the_page():
    process = {name.upper() for name in ProcessSettings.__slots__}

    assert set(re.findall(r"`ADAPTER_KOSHELEK_(\w+)` \|", PAGE)) == process
    for name in Agreement.__slots__:
        default = getattr(Agreement(), name)
        shown = str(default).lower() if isinstance(default, bool) else default
        assert f"| `{name}` | `{shown}` |" in PAGE
