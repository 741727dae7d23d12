"""Whatever the ledger can hold, the pages can show."""

from __future__ import annotations

import pytest

from adapter import jobs
from adapter.core.amounts import LARGEST_MINOR
from adapter.core.staff import Role
from tests import factories

LARGEST = LARGEST_MINOR // 100 - 1000  # beside what the shop gave before


@pytest.mark.parametrize(("language", "whole"), (("en", 10**8), ("ru", LARGEST)))
def test_every_page_shows_any_amount(console, shop, language, whole):
    with console.database.unit_of_work() as work:
        entry = factories.give_points(work, factories.purse_of(shop.program, shop.boris), whole)
        factories.make_rule(work, shop.program, code="much", points_per_unit=str(whole))
    jobs.run(console.database)
    browser = console.sign_in(Role.MANAGER, language=language)
    member = f"{shop.url}/members/{shop.boris.id}"
    pages = (member, f"{member}/timeline", f"{shop.url}/entries/{entry.id}")
    pages += (f"{shop.url}/rules", f"{shop.url}/rules/of/much")

    texts = {page: browser.get(page).text for page in pages}

    grouped = f"{whole:,}".replace(",", "," if language == "en" else "\xa0")
    assert [page for page, text in texts.items() if grouped not in text] == []
    assert browser.get(f"{shop.url}/home").status_code == 200
