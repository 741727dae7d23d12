"""The pages at /docs, and the same documents on the command line."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from adapter import apidocs, assets
from adapter.protocols import PROTOCOLS
from adapter.web.application import Application
from tests.cli.conftest import alone, run_alone
from tests.protocols.callers import OF_THE_SHAPE

__all__ = ["alone", "run_alone"]

NAMES = [protocol.name for protocol in PROTOCOLS]


@OF_THE_SHAPE
def test_the_list_leads_to_every_page_and_document(app: Application) -> None:
    client = app.test_client()
    listed = client.get("/docs")

    assert (listed.status_code, listed.mimetype) == (200, "text/html")
    for protocol in PROTOCOLS:
        assert f'href="/docs/{protocol.name}"' in listed.text
        assert protocol.title in listed.text
        page = client.get(f"/docs/{protocol.name}")
        assert (page.status_code, page.mimetype) == (200, "text/html")
        assert f'data-url="/docs/{protocol.name}/openapi.json"' in page.text
        document = client.get(f"/docs/{protocol.name}/openapi.json")
        assert (document.status_code, document.mimetype) == (200, "application/json")
        assert json.loads(document.data)["info"]["title"] == protocol.title


@OF_THE_SHAPE
def test_nothing_is_written_into_a_page_and_nothing_comes_from_elsewhere(app: Application) -> None:
    client = app.test_client()

    for path in ("/docs", *(f"/docs/{name}" for name in NAMES)):
        page = client.get(path)
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "http" not in policy
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert re.search(r"<style| style=|<script>| on[a-z]+=", page.text) is None
        assert "//" not in page.text.replace("<!doctype", "")


@OF_THE_SHAPE
def test_what_has_not_changed_is_not_sent_again(app: Application) -> None:
    client = app.test_client()
    paths = ["/docs", "/docs/koshelek", "/docs/koshelek/openapi.json", "/docs/static/docs.js"]
    paths += [f"/docs/assets/{file}" for file in assets.library("swagger-ui").files]

    for path in paths:
        first = client.get(path, buffered=True)
        known = {"If-None-Match": first.headers["ETag"]}
        again = client.get(path, headers=known, buffered=True)
        assert (first.status_code, again.status_code, again.data) == (200, 304, b""), path
        assert first.headers["Cache-Control"] == "no-cache"


@OF_THE_SHAPE
def test_other_paths_are_nobodys(app: Application) -> None:
    client = app.test_client()

    for path in (
        "/docs/nobody",
        "/docs/nobody/openapi.json",
        "/docs/assets/manifest.json",
        "/docs/assets/..%2f__init__.py",
        "/docs/static/..%2fpages.py",
        "/docs/koshelek/other",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.data) == (404, b'{"error": "not found"}'), path
    assert client.post("/docs").status_code == 405


@OF_THE_SHAPE
def test_a_protocol_that_is_off_has_no_document(make_app) -> None:
    client = make_app(SWIP_ENABLED="no").test_client()

    assert "swip" not in client.get("/docs").text
    assert client.get("/docs/swip").status_code == 404
    assert client.get("/docs/swip/openapi.json").status_code == 404
    assert client.get("/docs/koshelek/openapi.json").status_code == 200


@OF_THE_SHAPE
def test_the_pages_can_be_switched_off(make_app) -> None:
    client = make_app(DOCS_PAGES="no").test_client()

    for path in ("/docs", "/docs/koshelek", "/docs/koshelek/openapi.json"):
        assert client.get(path).status_code == 404


def test_swagger_ui_is_as_it_was_published() -> None:
    library = assets.library("swagger-ui")
    present = {path.name for path in library.folder.iterdir()} - {"manifest.json"}

    assert present == set(library.files)
    assert {"LICENSE", "NOTICE"} <= present
    for file, checksum in library.files.items():
        assert hashlib.sha256(library.path(file).read_bytes()).hexdigest() == checksum, file


@OF_THE_SHAPE
@pytest.mark.parametrize("name", NAMES)
def test_what_is_dumped_is_what_is_served(make_app, run_alone, tmp_path, name: str) -> None:
    served = make_app().test_client().get(f"/docs/{name}/openapi.json").text
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path}/none.db", "SECRET_KEY": "k" * 32}

    shown = run_alone("openapi", "dump", name, **settings)
    written = run_alone("openapi", "dump", name, "--output", "it.json", DOCS_PAGES="no", **settings)

    assert (shown.exit_code, shown.stdout) == (0, f"{served}\n")
    assert (written.exit_code, written.stdout) == (0, "")
    assert (tmp_path / "it.json").read_text(encoding="utf-8") == f"{served}\n"
    assert not (tmp_path / "none.db").exists()


def test_a_document_that_there_is_not_is_a_finding(run_alone) -> None:
    settings = {"SECRET_KEY": "k" * 32, "SWIP_ENABLED": "no"}

    result = run_alone("openapi", "dump", "swip", **settings)

    assert result.exit_code == 1
    assert "there is: koshelek, fidelizacion" in result.stderr


@OF_THE_SHAPE
def test_a_document_is_written_once(app: Application) -> None:
    first = apidocs.written(app, "koshelek")

    assert apidocs.written(app, "koshelek") is first
