"""What browsers are given besides pages: as it was published, kept for long, and nothing else."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from adapter import admin, assets
from adapter.admin.render import STATIC

TEMPLATES = Path(admin.__file__).parent / "templates"
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|<style|\sstyle\s*=|"
    r"\son[a-z]+\s*=|javascript:|\shx-on|hx-vals='js:|hx-vals=\"js:",
    re.IGNORECASE,
)
FOREIGN = re.compile(
    r"""(?:src|href|action|hx-get|hx-post)\s*=\s*["'](?:[a-z]+:)?//""", re.IGNORECASE
)


JINJA = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)


def templates():
    return sorted(TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("name", sorted(assets.names()))
def test_a_library_is_what_its_manifest_says(name):
    library = assets.library(name)

    present = {path.name for path in library.folder.iterdir() if path.is_file()}
    assert present == {*library.files, "manifest.json"}
    for file, digest in library.files.items():
        assert hashlib.sha256(library.path(file).read_bytes()).hexdigest() == digest
    assert any(file.startswith("LICENSE") for file in library.files)
    assert re.fullmatch(r"\d+\.\d+\.\d+", library.version)
    assert library.source_package.endswith(f"@{library.version}")
    assert library.name and library.licence


def test_the_libraries_of_the_console_are_there():
    assert {"bootstrap", "htmx", "chartjs"} <= set(assets.names())
    with pytest.raises(LookupError):
        assets.library("jquery")


def test_a_file_is_kept_for_a_year_at_an_address_that_changes_with_it(console):
    page = console.browser().get("/admin/sign-in").text
    addresses = re.findall(r'(?:src|href)="(/admin/(?:assets|static)/[^"]+)"', page)

    assert len(addresses) >= 5
    for address in addresses:
        answer = console.browser().get(address)
        assert answer.status_code == 200, address
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
        kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
        assert answer.mimetype == kinds[address.partition("?")[0].rpartition(".")[2]]


@pytest.mark.parametrize(
    "path",
    (
        "assets/bootstrap/manifest.json",
        "assets/bootstrap/..%2f__init__.py",
        "assets/../__init__.py",
        "assets/nothing/x.css",
        "static/../render.py",
        "static/..%2frender.py",
        "static/nothing.css",
        "static/%2fetc%2fpasswd",
    ),
)
def test_no_other_file_is_given(console, path):
    assert console.browser().get(f"/admin/{path}").status_code == 404


def test_no_template_has_a_script_a_style_or_a_handler_in_it():
    assert len(templates()) > 8
    wrong = [
        f"{path.relative_to(TEMPLATES)}: {found[0].strip()}"
        for path in templates()
        for found in INLINE.finditer(JINJA.sub("", path.read_text(encoding="utf-8")))
    ]

    assert wrong == []


def test_no_template_and_no_file_of_ours_names_another_host():
    ours = [*templates(), *STATIC.glob("*.css"), *STATIC.glob("*.js")]
    wrong = [
        f"{path.name}: {found[0]}"
        for path in ours
        for found in re.finditer(
            FOREIGN.pattern + r"|url\(\s*[\"']?(?:[a-z]+:)?//|@import",
            path.read_text(encoding="utf-8"),
            re.IGNORECASE,
        )
    ]

    assert wrong == []


def test_no_template_escapes_the_escaping():
    wrong = [
        path.name
        for path in templates()
        if re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text(encoding="utf-8"))
    ]

    assert wrong == []


def test_forms_that_change_something_carry_the_token():
    wrong = []
    for path in templates():
        text = path.read_text(encoding="utf-8")
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
            if not re.search(r"csrf|hidden_tag\(\)", form):
                wrong.append(path.name)

    assert wrong == []
