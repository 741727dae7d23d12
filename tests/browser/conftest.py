"""The console in headless Chromium, over a real server and an SQLite file."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

from adapter.app import create_app
from adapter.config import Config
from adapter.core import staff
from adapter.core.staff import Role, StaffUser
from adapter.db import Database
from adapter.web.application import Application
from tests.admin.conftest import COOKIE, PASSWORD, SECRET_KEY, Shop, hashed_quickly, shop  # noqa: F401

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
AXE = Path(__file__).with_name("axe.min.js")
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
# What nobody sees of a browser without a window: two pages below its address bar, which took half a
# second of every new context. The last such switch counts, so Playwright's own stand here again.
UNSEEN = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
)
# The widths at which nothing may stick out; at both it is looked at as a whole page.
SIZES = {"desk": DESK, "phone": PHONE}


def chromium() -> str | None:
    """The browser's program: as ADAPTER_CHROMIUM says, or the first one in PATH."""
    told = os.environ.get("ADAPTER_CHROMIUM")
    return told or next((path for name in CHROMIUMS if (path := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser there is nothing to test; only where all must run that is a failure."""
    if chromium() or os.environ.get("CI"):
        return
    names = ", ".join(CHROMIUMS)
    skipped = pytest.mark.skip(
        reason=f"no Chromium: set ADAPTER_CHROMIUM, or install one ({names})"
    )
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(skipped)


@pytest.fixture
def engine_name() -> str:
    """SQLite alone: what differs between engines shows below the console's tests."""
    return "sqlite"


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, for as long as the worker runs."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chrome(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all tests of the worker; each has contexts of its own."""
    program = chromium()
    assert program, "no Chromium: set ADAPTER_CHROMIUM, or install one"
    started = playwright.chromium.launch(
        executable_path=program,
        args=["--no-sandbox", "--disable-dev-shm-usage", f"--disable-features={','.join(UNSEEN)}"],
    )
    yield started
    started.close()


@dataclass
class Site:
    """A server on this machine with its console."""

    url: str
    app: Application
    database: Database
    made: int = 0
    # What pages asked of other hosts, and what they complained of.
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hire(
        self,
        role: Role | str = Role.MANAGER,
        *,
        login: str | None = None,
        programs: list[str] | None = None,
        language: str = "en",
        password_hash: str = "none",
    ) -> StaffUser:
        """Somebody new."""
        self.made += 1
        with self.database.unit_of_work() as work:
            return staff.create(
                work,
                login=login or f"{role}{self.made}",
                password_hash=password_hash,
                role=Role(role),
                program_codes=programs,
                language=language,
                by="cli:tests",
            )

    def hire_with_password(self, **about: Any) -> StaffUser:
        """Somebody new who knows the tests' password."""
        return self.hire(password_hash=staff.passwords.hash_of(PASSWORD), **about)

    def token_of(self, user: StaffUser) -> str:
        """A session of somebody."""
        with self.database.unit_of_work() as work:
            return staff.open_session(work, user)


@pytest.fixture
def site(database: Database) -> Iterator[Site]:
    """A server on a port of its own."""
    environ = {
        "ADAPTER_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "ADAPTER_SECRET_KEY": SECRET_KEY,
        "ADAPTER_LOG_LEVEL": "WARNING",
    }
    app = create_app(Config.from_environ(environ), database=database)
    server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", app, database)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def new_context(chrome: Browser, site: Site) -> Iterator[Callable[..., BrowserContext]]:
    """A function that opens a browser without any past, whose requests and words are noted."""
    opened: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = chrome.new_context(
            base_url=site.url, **{"viewport": DESK, "locale": "en-GB"} | options
        )
        context.set_default_timeout(PATIENCE_MS)
        # What a policy forbids is asked of nobody: such a request ends without an answer.
        context.on("response", lambda response: _note_request(site, response.url))
        context.on("requestfailed", lambda request: _note_failure(site, request))
        context.on("console", lambda message: _note_words(site, message))
        context.on("weberror", lambda error: site.complaints.append(str(error.error)))
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    assert site.foreign == [], "a page asked another host"


@pytest.fixture
def open_as(site: Site, new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """A function that gives a page of somebody new with a role, signed in; nobody with None."""

    def make(role: Role | str | None = Role.MANAGER, *, options: Any = None, **about: Any) -> Page:
        context = new_context(**options or {})
        if role is not None:
            token = site.token_of(site.hire(role, **about))
            context.add_cookies(
                [{"name": COOKIE, "value": token, "url": f"{site.url}/admin", "httpOnly": True}]
            )
        return context.new_page()

    return make


@pytest.fixture
def seen(site: Site) -> Callable[[Page, str], None]:
    """A function that looks at a page as it stands, by several widths, and keeps its picture."""

    def look(page: Page, name: str) -> None:
        before = page.viewport_size
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)
            faults = _axe(page)
            assert faults == [], f"{name} at {size}: {faults}"
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{name} sticks out by {wide} pixels at {size}"
            suffix = "" if size == "desk" else f"-{size}"
            keep_picture(page, f"{name}{suffix}", full_page=True)
        if before:
            page.set_viewport_size(before)
        assert site.foreign == [], f"{name} asked another host"
        assert site.complaints == [], f"{name}: the browser complains"

    return look


def keep_picture(page: Page, name: str, *, full_page: bool = False) -> None:
    """Leave a picture of a page for somebody to look at."""
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=full_page)


def _axe(page: Page) -> list[str]:
    # By the debugger's own door, which no policy of the page's stands before.
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text(encoding="utf-8") + "\n; undefined")
    # Neither where a node is to be found, nor style sheets for rules about sound, is used here.
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], selectors: false, preload: false})"
        ".then(result => result.violations)"
    )
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical") or one["id"] == "landmark-unique"
        for node in one["nodes"]
    ]


def _note_request(site: Site, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "ws", "wss") and not url.startswith(f"{site.url}/"):
        site.foreign.append(url)


def _note_failure(site: Site, request: Any) -> None:
    if request.failure != "csp":
        _note_request(site, request.url)


def _note_words(site: Site, message: Any) -> None:
    # That an answer says no is what some tests are about; what it says is looked at there.
    if message.type == "error" and "Failed to load resource" not in message.text:
        where = message.location
        site.complaints.append(f"{message.text} ({where['url']}:{where['lineNumber']})")
