"""Disks on which there is no room left, until somebody makes room."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from pathlib import Path

BALLAST = "ballast"


class Mounted:
    """A file system of a few MiB in memory, of our own: what a disk says when it is full."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave no room, whatever was freed since."""
        with (self.folder / BALLAST).open("ab", buffering=0) as ballast:
            for size in (2**16, 2**9, 1):
                with suppress(OSError):
                    while True:
                        ballast.write(b"\0" * size)
        assert shutil.disk_usage(self.folder).free == 0

    def make_room(self) -> None:
        """Take away what filled it."""
        (self.folder / BALLAST).unlink()


class Limited:
    """A folder whose files may grow no more, for this process: without any right of root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        """Let no file become longer than the longest of them is."""
        longest = max(file.stat().st_size for file in self.folder.iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (longest, self._before[1]))

    def make_room(self) -> None:
        """Let them grow."""
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


Disk = Mounted | Limited


@contextmanager
def mounted(folder: Path, mebibytes: int) -> Iterator[Mounted]:
    """A small disk in this folder, gone in the end with all that is on it."""
    folder.mkdir()
    options = f"size={mebibytes}m,mode=1777"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "adapter", folder], check=True)
    try:
        yield Mounted(folder)
    finally:
        # Whoever still has a file open there keeps it for as long.
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def limited(folder: Path, _mebibytes: int) -> Iterator[Limited]:
    """A folder whose files can be kept from growing."""
    folder.mkdir()
    disk = Limited(folder)
    try:
        yield disk
    finally:
        disk.make_room()


@cache
def may_mount() -> bool:
    """Whether this machine lets us have file systems of our own."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        command = ["mount", "-t", "tmpfs", "-o", "size=1m", "adapter", folder]
        is_allowed = subprocess.run(command, capture_output=True, check=False).returncode == 0
        if is_allowed:
            subprocess.run(["umount", folder], check=True)
    return is_allowed


# How a disk gets full here: in earnest where that is allowed, and in either case by a limit.
MakeDisk = Callable[[Path, int], AbstractContextManager[Disk]]
FULL_BY: dict[str, MakeDisk] = {"mounted": mounted} if may_mount() else {}
FULL_BY["limited"] = limited
