"""An SFTP server in this process, over a real socket, whose files lie in a folder."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from pathlib import Path

import paramiko

LOGIN, PASSWORD = "partner", "open:sesame"


class SftpServer:
    """Serves a folder to whoever has the password or the key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.own_key = paramiko.RSAKey.generate(2048)
        self.their_key = paramiko.RSAKey.generate(2048)
        self._line = socket.create_server(("127.0.0.1", 0))
        self.port = self._line.getsockname()[1]
        self._transports: list[paramiko.Transport] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def host(self) -> str:
        """How a file of known hosts names it."""
        return f"[127.0.0.1]:{self.port}"

    def url(self, folder: str = "") -> str:
        """A folder of it."""
        return f"sftp://{LOGIN}@127.0.0.1:{self.port}/{folder}"

    def known_to(self, path: Path, key: paramiko.PKey | None = None) -> Path:
        """A file of known hosts that has its key, or another one under its name."""
        shown = key or self.own_key
        path.write_text(f"{self.host} {shown.get_name()} {shown.get_base64()}\n")
        return path

    def close(self) -> None:
        """Be gone."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()
        self._thread.join()
        for transport in self._transports:
            transport.close()
            transport.join()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._line.accept()
            except OSError:
                return
            transport = paramiko.Transport(line)
            self._transports.append(transport)
            transport.add_server_key(self.own_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _files_of(self.folder))
            with suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Doorman(self.their_key))


class _Doorman(paramiko.ServerInterface):
    def __init__(self, key: paramiko.PKey) -> None:
        self._key = key

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == (LOGIN, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        good = username == LOGIN and key == self._key
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


def _files_of(folder: Path) -> type[paramiko.SFTPServerInterface]:
    class Files(paramiko.SFTPServerInterface):
        def _at(self, path: str) -> Path:
            return folder / path.lstrip("/")

        def list_folder(self, path):
            return [
                paramiko.SFTPAttributes.from_stat(one.stat(), one.name)
                for one in self._at(path).iterdir()
            ]

        def stat(self, path):
            return _done(lambda: paramiko.SFTPAttributes.from_stat(self._at(path).stat()))

        lstat = stat

        def open(self, path, flags, attr):
            def opened():
                mode = "r+b" if flags & os.O_WRONLY else "rb"
                number = os.open(self._at(path), flags, 0o600)
                stream = os.fdopen(number, mode.replace("r+b", "wb"))
                handle = paramiko.SFTPHandle(flags)
                handle.readfile = handle.writefile = stream
                return handle

            return _done(opened)

        def remove(self, path):
            return _done(lambda: self._at(path).unlink()) or paramiko.SFTP_OK

        def rename(self, old, new):
            if self._at(new).exists():
                return paramiko.SFTP_FAILURE
            return _done(lambda: self._at(old).rename(self._at(new))) and paramiko.SFTP_OK

        def posix_rename(self, old, new):
            return _done(lambda: self._at(old).replace(self._at(new))) and paramiko.SFTP_OK

        def mkdir(self, path, attr):
            return _done(lambda: self._at(path).mkdir()) or paramiko.SFTP_OK

    return Files


def _done(act):
    try:
        return act()
    except OSError as error:
        return paramiko.SFTPServer.convert_errno(error.errno)
