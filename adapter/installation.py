"""Where the files are that stand beside the package: migrations, wsgi.py, gunicorn.conf.py."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


def beside(name: str) -> Path:
    """The file `name` of the checkout's root, or of share/adapter once the package is installed.

    Raises:
        FileNotFoundError: It is in neither place.
    """
    root = Path(__file__).resolve().parents[1]
    # A folder of installed packages may hold anything, but no setup.cfg.
    if (root / "setup.cfg").is_file() and (root / name).is_file():
        return root / name
    try:
        files = distribution("adapter").files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        if file.as_posix().endswith(f"share/adapter/{name}"):
            return Path(str(file.locate())).resolve()
    raise FileNotFoundError(f"{name} is neither beside the package nor in share/adapter")
