"""The secret key nobody configured: made once at random, kept where only this user can read."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL

SHORTEST = 32


def new_key() -> str:
    """A fresh random key."""
    return secrets.token_hex(SHORTEST)


def key_file(url: URL, environ: Mapping[str, str]) -> Path | None:
    """Where the key of a database is kept; None for a database that dies with its process."""
    if url.get_backend_name() == "sqlite":
        name = (url.database or "").removeprefix("file:").partition("?")[0]
        if not name or name == ":memory:" or url.query.get("mode") == "memory":
            return None
        path = Path(name).resolve()
        return path.with_name(path.name + ".secret")
    home = environ.get("XDG_STATE_HOME") or str(Path(environ.get("HOME") or "~") / ".local/state")
    place = f"{url.host or ''}:{url.port or ''}/{url.database or ''}"
    name = hashlib.sha256(place.encode()).hexdigest()[:24]
    return Path(home).expanduser() / "adapter" / f"{name}.secret"


def kept_key(path: Path) -> str:
    """The key in the file, made now if there is none; all processes get the same.

    Raises:
        OSError, ValueError: The file cannot be made, read or trusted; the text says why.
    """
    if not path.exists():
        if path.parent.name == "adapter":
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(path, new_key())
    key = path.read_text().strip()
    if len(key.encode()) < SHORTEST:
        raise ValueError(f"{path} holds fewer than {SHORTEST} bytes")
    return key


def _create(path: Path, key: str) -> None:
    # Written whole under another name, then linked: of two processes one link is refused, and
    # nobody ever reads half a key. mkstemp opens with O_EXCL and mode 0600.
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name, text=True)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its key is the key
    finally:
        os.unlink(draft)
