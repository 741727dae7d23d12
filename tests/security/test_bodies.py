"""Bodies made to hurt: compressed ones are never inflated, large ones are read once or not at all.

Depth, huge numbers, exponents, broken UTF-8 and NUL: `BAD_BODIES` in tests/protocols/contract.py,
which every protocol is told in turn; a mebibyte as well.
"""

from __future__ import annotations

import ast
import gzip
import json
import os
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import pytest

import adapter
from adapter.web.json import LARGEST_BODY, parse
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.state import rows
from tests.security.doors import DOORS, NAME, NOBODY, SECRET, WRITES
from tests.security.test_smuggling import BODY, CHUNKED, NEXT, chunks, post
from tests.security.wire import said_to

EACH_DOOR = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.protocol)
# A thousand times as large once it is inflated.
BOMB = gzip.compress(b'{"phone": "' + b"9" * 50_000_000 + b'"}')
CODINGS = ("gzip", "x-gzip", "GZIP", "deflate", "br", "zstd", "compress", "identity, gzip", "x")
INFLATERS = {"gzip", "zlib", "bz2", "lzma", "zipfile", "tarfile", "brotli", "zstandard", "snappy"}


def write(door, client, body, **headers):
    """The reply to the door's writing call with this body."""
    method, path, _ = WRITES[door.protocol]
    known = door.headers(NAME, SECRET) | {"Content-Type": "application/json"} | headers
    return client.open(path, method=method, data=body, headers=known)


@EACH_DOOR
@OF_THE_SHAPE
def test_no_coding_of_a_body_is_accepted(door, make_app, database, program):
    client = make_app().test_client()
    before = rows(database)

    plain = json.dumps(WRITES[door.protocol][2](NOBODY)).encode()
    for coding in CODINGS:
        # The word alone is enough: whether it is true is not looked at.
        for body in (BOMB[:LARGEST_BODY], plain):
            response = write(door, client, body, **{"Content-Encoding": coding})

            assert response.status_code in (400, 415, 422), coding
    assert rows(database) == before


@EACH_DOOR
@OF_THE_SHAPE
def test_a_compressed_body_that_does_not_say_so_is_no_json(door, make_app, database, program):
    client = make_app().test_client()
    before = rows(database)

    for body in (gzip.compress(b"{}"), zlib.compress(b"{}"), b"\x28\xb5\x2f\xfd\x00"):
        assert write(door, client, body).status_code in (400, 422)
    assert rows(database) == before


def test_nothing_that_handles_a_request_can_inflate():
    code = Path(adapter.__file__).parent
    # Files are taken in by a command, whose module no request has imported: see the next test.
    by_command = [*code.glob("protocols/*/registries/*.py")]
    imported = set()
    for path in {*code.glob("web/*.py"), *code.glob("protocols/**/*.py")} - {*by_command}:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])

    assert imported & INFLATERS == set()
    assert by_command


def test_an_application_does_not_import_what_can_inflate_files():
    program = """
import sys, wsgi
wsgi.app.test_client().get("/v1/card")
sys.exit(any(".registries" in name for name in sys.modules if name.startswith("adapter.protocols")))
"""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"ADAPTER_DATABASE_URL": f"sqlite:///{folder}/a.db"}
        root = Path(adapter.__file__).parents[1]
        ended = subprocess.run(
            [sys.executable, "-c", program], cwd=root, env=os.environ | settings, check=False
        )

    assert ended.returncode == 0


@pytest.mark.parametrize("coding", ["gzip, chunked", "deflate, chunked"])
def test_a_coding_of_the_transfer_is_not_undone(host, coding):
    """gunicorn hands over what the chunks hold; inflated it would be JSON, as it is it is not."""
    body = chunks(b"%x" % len(gzip.compress(BODY)), body=gzip.compress(BODY))

    sent = post(f"Transfer-Encoding: {coding}", body=body, length=False)

    answers = said_to(host.url, sent + NEXT)
    assert answers[0].status in (400, 501)


def test_a_chunked_body_is_no_way_round_the_limit(host):
    body = chunks(b"100000", b"100000", body=b" " * 0x100000)

    answers = said_to(host.url, post(CHUNKED, body=body, length=False))

    assert [answer.status for answer in answers] == [413]


# Documents that are small to send and could be large to read.

MANY_NAMES = json.dumps({f"n{number}": 1 for number in range(80_000)})
BOMBS = {
    "many names": MANY_NAMES,
    "one name many times": "{" + '"phone": "1", ' * 60_000 + '"phone": "1"}',
    "many empty things": '{"a": [' + "[],{}," * 150_000 + "1]}",
    "a long text": json.dumps({"phone": "9" * 1_000_000}),
    "a long name": json.dumps({"p" * 1_000_000: "1"}),
    "many numbers": '{"a": [' + "1e308," * 150_000 + "1]}",
    "many long numbers": '{"a": [' + ("9" * 100 + ",") * 10_000 + "1]}",
    "many escapes": '{"a": "' + "\\u0041" * 170_000 + '"}',
    "many pairs": '{"a": "' + "\\ud83d\\ude00" * 85_000 + '"}',
}


@EACH_DOOR
@OF_THE_SHAPE
def test_a_document_of_a_mebibyte_is_refused_or_read_and_changes_nothing(
    door, make_app, database, program, subtests
):
    """None of these tells a phone that somebody could have, so nobody is enrolled."""
    client = make_app().test_client()
    before = rows(database, without=("members", "cards", "identities", "accounts"))

    for name, body in BOMBS.items():
        with subtests.test(name):
            assert len(body) <= LARGEST_BODY

            response = write(door, client, body.encode())

            assert response.status_code < 500
            assert len(response.data) < 2000
    assert rows(database, without=("members", "cards", "identities", "accounts")) == before


def test_of_equal_names_the_last_counts_whatever_stands_between():
    """Nobody before us reads bodies, so nobody can have read another one."""
    assert parse('{"a": 1, "b": {"a": 2, "a": 3}, "a": 4}') == {"a": 4, "b": {"a": 3}}
