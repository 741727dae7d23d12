"""A request is given to a thread when it is whole: not a byte earlier, and never not at all."""

from __future__ import annotations

import pytest

from adapter.web.arrivals import LARGEST_CHUNKED, LARGEST_HEAD, Arrival
from adapter.web.json import LARGEST_BODY


def _head(*lines: str) -> bytes:
    return "\r\n".join(["POST /v1/sale HTTP/1.1", "Host: shop", *lines, "", ""]).encode()


CHUNKED = "Transfer-Encoding: chunked"
WHOLE = {
    "no body": _head(),
    "an empty line first": b"\r\n" + _head(),
    "no header": b"GET / HTTP/1.0\r\n\r\n",
    "a length of nothing": _head("Content-Length: 0"),
    "a length": _head("Content-Length: 12") + b"twelve bytes",
    "a length in other letters": _head("CONTENT-length:\t12 ", "X: y") + b"twelve bytes",
    "a body like a head": _head("Content-Length: 8") + b"\r\n\r\n\r\n\r\n",
    "no chunk": _head(CHUNKED) + b"0\r\n\r\n",
    "chunks": _head(CHUNKED) + b"3\r\nabc\r\nA \r\n0123456789\r\n0\r\n\r\n",
    "chunks with more to them": _head(CHUNKED)
    + b"3;of=ours\r\na\r\n\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n",
    "chunks among others": _head("transfer-encoding: gzip, Chunked") + b"1\r\n0\r\n0\r\n\r\n",
    "a length of another's": _head("X-Content-Length: 9", "Content-Length: 1") + b"x",
}


@pytest.mark.parametrize("sent", WHOLE.values(), ids=WHOLE)
def test_it_is_whole_with_its_last_byte_however_it_comes(sent):
    arrival = Arrival()

    found = [arrival.add(sent[place : place + 1]) for place in range(len(sent))]

    assert found == [False] * (len(sent) - 1) + [True]
    assert Arrival().add(sent)
    assert arrival.data == sent


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\n",
        b"GET / HTTP/1.1\r\nHost: shop\nX: y",
        b"x" * (LARGEST_HEAD + 1),
        _head("Content-Length: nine"),
        _head("Content-Length: -9"),
        _head("Transfer-Encoding: gzip"),
        _head(f"Content-Length: {LARGEST_BODY + 1}"),
        _head(CHUNKED) + b"nine\r\n",
        _head(CHUNKED) + b"-1\r\n",
        _head(CHUNKED) + b"0x1\r\n",
        _head(CHUNKED) + b"F" * 9 + b"\r\n",
        _head(CHUNKED) + b"FFFFFFFF\r\n" + b"x" * LARGEST_CHUNKED,
    ],
)
def test_what_can_only_be_refused_is_not_waited_for(sent):
    assert Arrival().add(sent)


@pytest.mark.parametrize(
    "lines, body, wanted",
    [
        (["Expect: 100-continue", "Content-Length: 2"], b"", True),
        (["expect: 100-Continue", CHUNKED], b"", True),
        (["Expect: 100-continue", "Content-Length: 2"], b"{", False),
        (["X-Expect: 100-continue", "Content-Length: 2"], b"", False),
        (["Content-Length: 2"], b"", False),
    ],
)
def test_an_invitation_is_wanted_before_anything_of_the_body_has_come(lines, body, wanted):
    arrival = Arrival()

    assert not arrival.add(_head(*lines) + body)

    assert arrival.wants_invitation() is wanted
