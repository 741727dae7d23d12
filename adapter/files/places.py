"""Where files are exchanged: a folder of this machine, or one of an SFTP server."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    import paramiko

SECONDS = 15  # to be connected, and again to be known
PART = ".part"


class NoPlace(Exception):
    """The place cannot be reached, or is none; the text says why, without a password."""


class Place(Protocol):
    """A folder that files are written to and taken from."""

    def names(self) -> list[str]:
        """The names of the files that lie there, in order; not those of folders."""

    def put(self, name: str) -> Any:
        """A context with a stream: what is written to it is a file of this name when it ends, and
        nothing before.
        """

    def get(self, name: str, copy: IO[bytes]) -> None:
        """Write a file's bytes to a stream."""

    def done(self, name: str, folder: str) -> None:
        """Move a file into a folder beside it."""


@contextmanager
def opened(
    text: str, *, known_hosts: Path | None = None, key: Path | None = None, password: str = ""
) -> Iterator[Place]:
    """The place of this name: `sftp://LOGIN@HOST[:PORT]/FOLDER`, or a folder.

    Raises:
        NoPlace: It cannot be reached, or the host is not the one that was known.
    """
    if "://" not in text:
        path = Path(text)
        if not path.is_dir():
            raise NoPlace(f"{text} is no folder")
        yield Folder(path)
        return
    with ExitStack() as stack:
        yield stack.enter_context(_sftp(text, known_hosts, key, password))


class Folder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        """The names of its files."""
        return sorted(one.name for one in self._path.iterdir() if one.is_file())

    @contextmanager
    def put(self, name: str) -> Iterator[IO[bytes]]:
        """A stream that is a file of this name when all of it is on the disk."""
        draft = self._path / f".{name}{PART}"
        try:
            with os.fdopen(
                os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
            ) as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            draft.replace(self._path / name)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def get(self, name: str, copy: IO[bytes]) -> None:
        """Write a file's bytes to a stream."""
        with (self._path / name).open("rb") as stream:
            shutil.copyfileobj(stream, copy)

    def done(self, name: str, folder: str) -> None:
        """Move a file into a folder beside it."""
        beside = self._path / folder
        beside.mkdir(mode=0o700, exist_ok=True)
        (self._path / name).replace(beside / name)


class Sftp:
    """A folder of an SFTP server."""

    def __init__(self, client: paramiko.SFTPClient, path: str) -> None:
        self._client, self._path = client, PurePosixPath(path)

    def names(self) -> list[str]:
        """The names of its files."""
        found = self._client.listdir_attr(str(self._path))
        return sorted(one.filename for one in found if stat.S_ISREG(one.st_mode or 0))

    @contextmanager
    def put(self, name: str) -> Iterator[IO[bytes]]:
        """A stream that is a file of this name when the server has all of it."""
        draft, whole = self._at(f".{name}{PART}"), self._at(name)
        try:
            with self._client.open(draft, "wb") as out:
                out.set_pipelined(True)
                yield cast(IO[bytes], out)
            self._rename(draft, whole)
        except BaseException:
            with suppress(OSError):
                self._client.remove(draft)
            raise

    def get(self, name: str, copy: IO[bytes]) -> None:
        """Write a file's bytes to a stream."""
        with self._client.open(self._at(name), "rb") as stream:
            shutil.copyfileobj(cast(IO[bytes], stream), copy)

    def done(self, name: str, folder: str) -> None:
        """Move a file into a folder beside it."""
        with suppress(OSError):  # it is there already; if not, the move tells
            self._client.mkdir(self._at(folder))
        self._rename(self._at(name), self._at(f"{folder}/{name}"))

    def _at(self, name: str) -> str:
        return str(self._path / name)

    def _rename(self, old: str, new: str) -> None:
        try:
            self._client.posix_rename(old, new)
        except OSError:
            # A server that does not know this extension does not replace a file either.
            with suppress(OSError):
                self._client.remove(new)
            self._client.rename(old, new)


@contextmanager
def _sftp(text: str, known_hosts: Path | None, key: Path | None, password: str) -> Iterator[Sftp]:
    try:
        import paramiko
    except ImportError:
        raise NoPlace("SFTP needs the extra: pip install 'adapter[sftp]'") from None
    try:
        parts = urlsplit(text)
        port = parts.port or 22
    except ValueError:
        raise NoPlace("this is no address") from None
    if parts.scheme != "sftp" or not parts.hostname or parts.password or parts.query:
        raise NoPlace("an address is like sftp://LOGIN@HOST:PORT/FOLDER, without a password")
    with paramiko.SSHClient() as client:
        # Whoever is not among the known is refused: there is no trust at first sight.
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        try:
            if known_hosts is not None:
                client.load_host_keys(str(known_hosts))
            else:
                client.load_system_host_keys()
            client.connect(
                parts.hostname,
                port,
                username=unquote(parts.username) if parts.username else None,
                password=password or None,
                key_filename=str(key) if key else None,
                allow_agent=not password and key is None,
                look_for_keys=not password and key is None,
                timeout=SECONDS,
                banner_timeout=SECONDS,
                auth_timeout=SECONDS,
            )
            sftp = client.open_sftp()
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise NoPlace(f"{parts.hostname} is not spoken to: {error}") from None
        cast(Any, sftp.get_channel()).settimeout(SECONDS)
        with sftp:
            yield Sftp(sftp, unquote(parts.path) or "/")
