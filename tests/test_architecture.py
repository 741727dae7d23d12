"""The rule of dependency, read off the import statements: protocols → web → core → db."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "adapter"

# An area may import those before it. A credential names its program, so programs come first; and
# whatever happens may be told to others and be written down, so these two come before all.
AREAS = (
    "outbox",
    "trail",
    "ledger",
    "programs",
    "partners",
    "members",
    "cards",
    "transactions",
    "payments",
    "benefits",
    "sales",
    "codes",
    "events",
    "orders",
    "support",
    "staff",
    "approvals",
    "exchanges",
    "runs",
    "stats",
)
# What each part may import of ours, besides itself. `app` and `config` see everything; whatever
# else stands beside the protocols may see the floors below, and the list of protocols.
BELOW = ("adapter.web", "adapter.core", "adapter.db", "adapter.checks", "adapter.installation")
MAY_IMPORT = {
    "adapter.installation": (),
    "adapter.secret_key": (),
    "adapter.checks": (),
    "adapter.db": ("adapter.installation",),
    "adapter.core": ("adapter.db",),
    "adapter.web": ("adapter.core", "adapter.db"),
    "adapter.protocols": ("adapter.web", "adapter.core", "adapter.checks"),
    "adapter.jobs": ("adapter.core", "adapter.db"),
    "adapter.audit": ("adapter.core", "adapter.db"),
    "adapter.delivery": ("adapter.core", "adapter.db"),
    "adapter.crm": ("adapter.core", "adapter.db", "adapter.delivery"),
    "adapter.assets": (),
    "adapter.programfile": (*BELOW, "adapter.protocols"),
    "adapter.apidocs": (*BELOW, "adapter.protocols", "adapter.assets"),
    "adapter.files": (*BELOW, "adapter.protocols", "adapter.programfile"),
    "adapter.admin": (
        *BELOW,
        "adapter.protocols",
        "adapter.assets",
        "adapter.audit",
        "adapter.delivery",
        "adapter.files",
        "adapter.jobs",
        "adapter.programfile",
    ),
}
SEE_EVERYTHING = (
    "adapter",
    "adapter.__main__",
    "adapter.app",
    "adapter.config",
    "adapter.cli",
    "adapter.demo",
)
# Libraries that would carry one floor's business into another.
FOREIGN = {
    "adapter.db": {"flask", "werkzeug", "marshmallow", "requests", "click", "rich", "gunicorn"},
    "adapter.core": {"flask", "werkzeug", "marshmallow", "requests", "click", "rich", "alembic"},
    "adapter.web": {"alembic", "click", "requests", "rich"},
    "adapter.protocols": {"sqlalchemy", "alembic", "psycopg", "click"},
    "adapter.delivery": {"flask", "werkzeug", "sqlalchemy", "alembic", "click", "rich"},
    "adapter.checks": {"flask", "werkzeug", "marshmallow", "sqlalchemy", "click"},
}
VENDORS = ("koshelek", "fidelizacion", "swip", "walletcards", "openloyalty")
NEUTRAL = ("core", "db", "web")
UNTOLD_NAMES = {"utils", "helpers", "common", "manager"}


@dataclass(frozen=True)
class Module:
    """One file of ours, by the name under which it is imported."""

    path: Path

    @property
    def name(self) -> str:
        parts = list(self.path.relative_to(ROOT).with_suffix("").parts)
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def package(self) -> str:
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]

    @property
    def part(self) -> str:
        """The floor it belongs to: `adapter.core`, `adapter.app`."""
        return ".".join(self.name.split(".")[:2])

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"), str(self.path))

    def imports(self) -> Iterator[str]:
        """Every module it imports, and every name it imports from one, as full names."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    above = self.package.split(".")
                    kept = above[: len(above) - node.level + 1]
                    base = ".".join([*kept, base] if base else kept)
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names)

    def within(self, *names: str) -> bool:
        return _within(self.name, *names)


def _within(name: str, *parents: str) -> bool:
    return any(name == parent or name.startswith(f"{parent}.") for parent in parents)


MODULES = [Module(path) for path in sorted(PACKAGE.rglob("*.py"))]


def _in(*parts: str) -> list[Module]:
    found = [module for module in MODULES if module.within(*parts)]
    assert found, f"nothing was looked at in {parts}"
    return found


def test_all_of_the_application_is_looked_at() -> None:
    assert len(MODULES) > 60
    for part in ("adapter.core", "adapter.db", "adapter.web", "adapter.protocols"):
        assert len(_in(part)) >= 5
    assert sum(len(list(module.imports())) for module in MODULES) > 500


def test_every_part_has_its_place_in_the_rule() -> None:
    parts = {module.part for module in MODULES}

    assert parts <= {*MAY_IMPORT, *SEE_EVERYTHING}


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_a_part_imports_only_what_lies_below_it(part: str) -> None:
    allowed = (part, *MAY_IMPORT[part])
    wrong = [
        f"{module.name} imports {name}"
        for module in MODULES
        if module.within(part)
        for name in module.imports()
        if _within(name, "adapter") and name != "adapter" and not _within(name, *allowed)
    ]

    assert wrong == []


@pytest.mark.parametrize("part", FOREIGN)
def test_a_part_keeps_to_its_own_libraries(part: str) -> None:
    wrong = [
        f"{module.name} imports {name}"
        for module in _in(part)
        for name in module.imports()
        if name.partition(".")[0] in FOREIGN[part]
    ]

    assert wrong == []


def test_no_protocol_imports_another() -> None:
    folders = [path.name for path in (PACKAGE / "protocols").iterdir() if path.is_dir()]
    wrong = [
        f"{module.name} imports {name}"
        for folder in folders
        if not folder.startswith("__")
        for module in _in(f"adapter.protocols.{folder}")
        for name in module.imports()
        if _within(name, "adapter.protocols") and not _within(name, f"adapter.protocols.{folder}")
    ]

    assert wrong == []


def test_only_the_list_of_protocols_and_the_demo_name_one() -> None:
    wrong = [
        f"{module.name} imports {name}"
        for module in MODULES
        if not module.within("adapter.protocols", "adapter.demo")
        for name in module.imports()
        if re.match(rf"adapter\.protocols\.({'|'.join(VENDORS)})\b", name)
    ]

    assert wrong == []


def test_an_area_imports_only_areas_before_it() -> None:
    wrong = []
    for module in _in(*(f"adapter.core.{area}" for area in AREAS)):
        area = module.name.split(".")[2]
        later = AREAS[AREAS.index(area) + 1 :]
        wrong += [
            f"{module.name} imports {name}"
            for name in module.imports()
            if _within(name, *(f"adapter.core.{other}" for other in later))
        ]

    assert wrong == []


def test_every_area_of_the_core_has_its_place_in_the_order() -> None:
    found = {path.parent.name for path in (PACKAGE / "core").glob("*/__init__.py")}

    assert len(found) >= 8
    assert found <= set(AREAS)


def test_an_area_is_imported_through_its_table_of_contents() -> None:
    inner = re.compile(rf"adapter\.core\.({'|'.join(AREAS)})\.\w+")
    files = {module.name for module in MODULES}
    wrong = [
        f"{module.name} imports {name}"
        for module in MODULES
        for name in module.imports()
        if (found := inner.match(name))
        and found[0] in files
        and not module.within(f"adapter.core.{found[1]}")
        # What the table of contents lists may itself be a module: `from …cards import barcodes`.
        and found[0] not in _listed(found[1])
    ]

    assert wrong == []


def _listed(area: str) -> set[str]:
    (contents,) = [module for module in MODULES if module.name == f"adapter.core.{area}"]
    return {
        f"adapter.core.{area}.{alias.name}"
        for node in contents.tree.body
        if isinstance(node, ast.ImportFrom) and node.module == f"adapter.core.{area}"
        for alias in node.names
    }


@pytest.mark.parametrize("part", NEUTRAL)
def test_no_word_of_a_vendor_stands_below_the_protocols(part: str) -> None:
    # "swipe" is anybody's word.
    vendor = re.compile(rf"(?!swipe)({'|'.join(VENDORS)})", re.IGNORECASE)
    wrong = [
        f"{module.path.relative_to(ROOT)}:{number}: {line.strip()}"
        for module in _in(f"adapter.{part}")
        for number, line in enumerate(module.path.read_text(encoding="utf-8").splitlines(), 1)
        if vendor.search(line)
    ]

    assert wrong == []


def test_nobody_outside_the_protocols_asks_which_protocol_it_is() -> None:
    outside = [module for module in MODULES if not module.within("adapter.protocols")]
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in outside
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Compare | ast.MatchValue)
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and part.value in VENDORS
    ]

    assert len(outside) > 40
    assert wrong == []


def test_every_folder_is_a_package() -> None:
    folders = {module.path.parent for module in MODULES}

    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_no_module_has_a_name_that_tells_nothing() -> None:
    assert [module.name for module in MODULES if module.path.stem in UNTOLD_NAMES] == []
