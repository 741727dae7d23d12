"""The operators' console: pages for people, over the same core operations the platforms use."""

from __future__ import annotations

from flask import Flask

from adapter.admin import csrf, pages
from adapter.admin.console import console
from adapter.admin.refusals import refuse
from adapter.admin.sessions import ConsoleSessions
from adapter.admin.settings import ConsoleSettings
from adapter.web.mount import Ours, mount_ours

__all__ = ["PATH", "ConsoleSettings", "install", "pages"]

PATH = "/admin"
OWNER = Ours("admin", refuse)


def install(app: Flask, settings: ConsoleSettings) -> None:
    """Serve the console below `/admin`."""
    app.extensions["console"] = settings
    app.session_interface = ConsoleSessions(PATH, settings)
    csrf.install(app)
    mount_ours(app, OWNER, console, path=PATH)
