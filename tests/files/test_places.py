"""Folders and SFTP servers: files are there whole or not at all, and strangers not spoken to."""

from __future__ import annotations

import io

import paramiko
import pytest

from adapter.files import places
from adapter.files.places import NoPlace
from tests.files.sftp import PASSWORD, SftpServer


@pytest.fixture(scope="module")
def keys():
    """Keys take long to make."""
    return paramiko.RSAKey.generate(2048)


@pytest.fixture
def server(tmp_path, monkeypatch):
    folder = tmp_path / "server"
    (folder / "in").mkdir(parents=True)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    server = SftpServer(folder)
    yield server
    server.close()


@pytest.fixture(params=["folder", "sftp"])
def place(request, tmp_path):
    """Each kind of place in turn, and the folder where its files lie."""
    if request.param == "folder":
        (tmp_path / "here").mkdir()
        with places.opened(str(tmp_path / "here")) as place:
            yield place, tmp_path / "here"
        return
    server = request.getfixturevalue("server")
    known = server.known_to(tmp_path / "known_hosts")
    with places.opened(server.url("in"), known_hosts=known, password=PASSWORD) as place:
        yield place, server.folder / "in"


def test_a_file_is_written_whole_under_its_name(place):
    there, folder = place

    with there.put("a.csv.zip") as out:
        out.write(b"first ")
        out.write(b"second")
        assert there.names() in ([], [".a.csv.zip.part"])

    assert (folder / "a.csv.zip").read_bytes() == b"first second"
    assert there.names() == ["a.csv.zip"]


def test_what_breaks_halfway_leaves_what_was_there(place):
    there, folder = place
    (folder / "a.csv.zip").write_bytes(b"yesterday")

    with pytest.raises(RuntimeError), there.put("a.csv.zip") as out:
        out.write(b"half")
        raise RuntimeError

    assert [one.name for one in folder.iterdir()] == ["a.csv.zip"]
    assert (folder / "a.csv.zip").read_bytes() == b"yesterday"


def test_a_file_that_is_there_is_replaced(place):
    there, folder = place
    for text in (b"yesterday", b"today"):
        with there.put("a.csv.zip") as out:
            out.write(text)

    assert (folder / "a.csv.zip").read_bytes() == b"today"


def test_a_file_is_read_and_moved_away_and_again(place):
    there, folder = place
    for text in (b"one", b"two"):
        (folder / "a.csv.zip").write_bytes(text)
        copy = io.BytesIO()
        there.get("a.csv.zip", copy)
        there.done("a.csv.zip", "done")

        assert copy.getvalue() == text
        assert there.names() == []
        assert (folder / "done" / "a.csv.zip").read_bytes() == text


def test_a_key_opens_as_well(server, tmp_path):
    key = tmp_path / "id_rsa"
    server.their_key.write_private_key_file(str(key))
    known = server.known_to(tmp_path / "known_hosts")

    with places.opened(server.url("in"), known_hosts=known, key=key) as place:
        assert place.names() == []


def test_a_host_nobody_knows_or_with_another_key_is_not_spoken_to(server, tmp_path, keys):
    empty = tmp_path / "empty"
    empty.touch()
    other = server.known_to(tmp_path / "other", keys)

    for known in (empty, other, None):
        with (
            pytest.raises(NoPlace, match="not spoken to"),
            places.opened(server.url("in"), known_hosts=known, password=PASSWORD),
        ):
            pass


def test_a_wrong_password_opens_nothing_and_is_not_told(server, tmp_path):
    known = server.known_to(tmp_path / "known_hosts")

    with (
        pytest.raises(NoPlace) as refused,
        places.opened(server.url("in"), known_hosts=known, password="of-somebody-else"),
    ):
        pass

    assert "of-somebody-else" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "no/such/folder",
        "sftp://partner:secret@127.0.0.1/in",
        "ftp://127.0.0.1/in",
        "sftp:///in",
        "sftp://127.0.0.1:port/in",
        "sftp://127.0.0.1:1/in",
    ],
)
def test_what_is_no_place_is_refused(text, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(NoPlace) as refused, places.opened(text):
        pass

    assert "secret" not in str(refused.value)
