"""The application with bugs in it, each of which has what was sent in its words."""

from __future__ import annotations

from flask import request
from sqlalchemy import text

from adapter.app import create_app
from adapter.config import Config
from adapter.web.work import unit_of_work

HEADER = "X-Break"
WAYS = ("view", "rows", "answer")
app = create_app(Config.from_environ())


@app.before_request
def break_before():
    """Break where a view would, or with values in a statement."""
    what = f"{request.get_data()!r} {request.full_path} {dict(request.headers)}"
    if request.headers.get(HEADER) == "view":
        raise KeyError(what)
    if request.headers.get(HEADER) == "rows":
        with unit_of_work() as work:
            work.session.execute(text("INSERT INTO nowhere VALUES (:what)"), {"what": what})


@app.after_request
def break_after(response):
    """Break where nothing is left but to say so."""
    if request.headers.get(HEADER) == "answer":
        raise RuntimeError(f"{request.get_data()!r} {request.full_path} {dict(request.headers)}")
    return response
