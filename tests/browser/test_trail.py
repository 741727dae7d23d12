"""The audit in a real browser: filtered by htmx and without it, and taken as a file."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from adapter.core import trail
from adapter.core.staff import Role


def record(site, shop, times=1, **about):
    told = {
        "actor": "user:boris",
        "action": "points.adjust",
        "subject_kind": "member",
        "subject_id": shop.anna.id,
        "program_id": shop.program.id,
        "reason": "<b>A complaint</b> about a visit",
        "before": {"state": "active"},
        "after": {"state": "blocked"},
    }
    with site.database.unit_of_work() as work:
        for _ in range(times):
            trail.record(work, **told | about)


def test_it_is_filtered_paged_and_taken_as_a_file(site, open_as, seen, shop, tmp_path):
    record(site, shop, 60)
    record(site, shop, action="card.block", subject_kind="card", reason="Lost")
    page = open_as(Role.AUDITOR)

    page.goto(f"{shop.url}/trail")
    expect(page.locator("tbody tr")).to_have_count(50)
    expect(page.get_by_text("<b>A complaint</b>").first).to_be_visible()
    seen(page, "trail")
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("link", name="First page")).to_be_visible()
    seen(page, "trail-next")
    page.get_by_label("Action").fill("card.block")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "action=card.block" in page.url
    seen(page, "trail-filtered")
    with page.expect_download() as told:
        page.get_by_role("link", name="All of it as CSV").click()
    file = Path(tmp_path / "trail.csv")
    told.value.save_as(file)
    assert file.read_text(encoding="utf-8-sig").count("card.block") == 1

    page.go_back()
    expect(page.get_by_role("link", name="First page")).to_be_visible()


def test_nothing_needs_javascript(site, open_as, shop):
    record(site, shop)
    record(site, shop, action="card.block")
    page = open_as(Role.AUDITOR, options={"java_script_enabled": False})

    page.goto(f"{shop.url}/trail")
    page.get_by_label("Action").fill("card.block")
    page.get_by_role("button", name="Show", exact=True).click()

    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Sign in · adapter")
