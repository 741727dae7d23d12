"""What is installed without the checkout serves and migrates like the checkout itself."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
import requests

from adapter.db import migrations
from adapter.installation import beside

ROOT = Path(__file__).parents[1]
SHIPPED = ("gunicorn.conf.py", "wsgi.py", "migrations/env.py", "migrations/script.py.mako")
SOURCES = ("adapter", "migrations", "setup.cfg", "pyproject.toml", "LICENSE", *SHIPPED[:2])
# Beside what is installed there must be the libraries that it needs: those of the tests.
LIBRARIES = "import sysconfig; print(sysconfig.get_path('purelib'))"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment into which the package was installed, not linked."""
    source, wheels, environment = map(tmp_path_factory.mktemp, ("source", "wheels", "environment"))
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    (source / "README.md").touch()
    pip = (sys.executable, "-m", "pip", "-qq")
    _run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(source))
    (wheel,) = wheels.glob("adapter-*.whl")
    _run(sys.executable, "-m", "venv", "--without-pip", str(environment))
    python = environment / "bin" / "python"
    _run(*pip, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    libraries = Path(_run(str(python), "-c", LIBRARIES).strip())
    # A line of a .pth file comes after the folder itself, so the installed package is found first.
    mine = _run(sys.executable, "-c", LIBRARIES).strip()
    (libraries / "libraries.pth").write_text(mine + "\n")
    return python


def test_it_is_the_installed_package_that_is_imported(python: Path, tmp_path: Path) -> None:
    found = _run(str(python), "-c", "import adapter; print(adapter.__file__)", cwd=tmp_path)

    assert found.startswith(str(python.parents[1]))


@pytest.mark.parametrize("name", SHIPPED)
def test_what_stands_beside_the_package_is_found(python: Path, tmp_path: Path, name: str) -> None:
    command = f"from adapter.installation import beside; print(beside({name!r}))"

    found = Path(_run(str(python), "-c", command, cwd=tmp_path).strip())

    assert found == python.parents[1].resolve() / "share" / "adapter" / name
    assert found.read_bytes() == beside(name).read_bytes()


def test_an_installed_package_migrates_from_any_folder(python: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/installed.db"
    command = f"from adapter.db import migrations; migrations.upgrade({url!r})"

    _run(str(python), "-c", command, cwd=tmp_path)

    assert migrations.is_current(url)


def test_every_file_that_is_no_python_is_installed_with_the_package(
    python: Path, tmp_path: Path
) -> None:
    command = "import adapter; print(adapter.__file__)"
    installed = Path(_run(str(python), "-c", command, cwd=tmp_path).strip()).parent

    def others(folder: Path) -> set[str]:
        return {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and path.suffix not in (".py", ".pyc")
        }

    assert len(others(ROOT / "adapter")) > 20
    assert others(ROOT / "adapter") - others(installed) == set()


def test_every_migration_is_shipped(python: Path) -> None:
    shipped = python.parents[1] / "share" / "adapter" / "migrations" / "versions"

    assert {path.name for path in shipped.glob("*.py")} == {
        path.name for path in (ROOT / "migrations" / "versions").glob("*.py")
    }


def test_an_installed_server_answers_stops_in_order_and_opens_no_control_socket(
    python: Path, tmp_path: Path
) -> None:
    settings = python.parents[1] / "share" / "adapter" / "gunicorn.conf.py"
    variables = {
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
        "ADAPTER_BIND": "127.0.0.1:0",
        "ADAPTER_DATABASE_URL": f"sqlite:///{tmp_path}/served.db",
        "WEB_CONCURRENCY": "1",
    }
    server = subprocess.Popen(
        [str(python), "-P", "-m", "gunicorn", "-c", str(settings)],
        cwd=tmp_path,
        env=os.environ | variables,
        stderr=subprocess.PIPE,
        text=True,
    )

    with server:
        try:
            said = ""
            while "Listening at" not in said:
                said = server.stderr.readline()
                assert said, "the server ended before it listened"
            address = re.search(r"http://[\d.:]+", said)[0]
            answer = requests.get(f"{address}/healthz", timeout=20)
            sockets = list(tmp_path.rglob("*.ctl"))
        finally:
            server.terminate()
            server.stderr.read()

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert server.returncode == 0
    assert sockets == []


def test_what_is_nowhere_is_said_to_be_nowhere() -> None:
    with pytest.raises(FileNotFoundError, match="no-such-file"):
        beside("no-such-file")


def test_the_build_backend_is_named_in_two_lines() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()

    assert [line.partition(" = ")[0] for line in lines] == [
        "build-system.requires",
        "build-system.build-backend",
    ]


def test_every_requirement_has_a_lower_bound_and_is_pinned() -> None:
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg")
    wanted = settings["options"]["install_requires"].split()
    for extra in settings["options.extras_require"].values():
        wanted += extra.split()
    pins = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if line and not line.startswith("#")
    }

    names = {line.partition(">=")[0].partition("[")[0].lower() for line in wanted}

    assert len(names) > 20
    assert all(">=" in line for line in wanted)
    assert names | {"setuptools"} <= pins


def test_the_constraints_are_exact_and_name_no_place() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]

    assert len(pins) > 40
    assert all(line.count("==") == 1 and "/" not in line and " " not in line for line in pins)


def test_wsgi_does_nothing_but_make_the_application() -> None:
    body = ast.parse((ROOT / "wsgi.py").read_text()).body

    assert [type(node).__name__ for node in body] == ["Expr", "ImportFrom", "ImportFrom", "Assign"]


def _run(*command: str, cwd: Path | None = None) -> str:
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
