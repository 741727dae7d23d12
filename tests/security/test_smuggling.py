"""What no honest client sends, over a raw socket to a real gunicorn: one request stays one request.

Each oddity is followed by a whole request for `/healthz` on the same line: whoever can make us see
other borders between two requests than a proxy sees can say things in another caller's name.
"""

from __future__ import annotations

import pytest

from tests.security.doors import CARD, DOORS, NAME, PHONE, SECRET
from tests.security.wire import said_to

WALLET, TILL, PLUGIN = DOORS
NEXT = b"GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n"
BODY = b'{"member": {"phoneNumber": "%s"}}' % PHONE.encode()
CHUNKED = "Transfer-Encoding: chunked"


def lines(headers):
    return [f"{name}: {text}" for name, text in headers.items()]


KNOWN = {door.protocol: lines(door.headers(NAME, SECRET)) for door in DOORS}
KEYLESS = [line for line in KNOWN["fidelizacion"] if "x-api-key" not in line]


def request(method, target, headers, body=b"", version="HTTP/1.1"):
    head = "\r\n".join([f"{method} {target} {version}", "Host: shop", *headers, "", ""])
    return head.encode("latin-1") + body


def get(target, *headers):
    return request("GET", target, [*KNOWN["koshelek"], *headers])


def post(*headers, body=BODY, known=KNOWN["fidelizacion"], length=True):
    told = [f"Content-Length: {len(body)}"] if length else []
    return request("POST", "/v1/member/details", [*known, *told, *headers], body)


def chunks(*sizes, body=BODY, end=b"0\r\n\r\n"):
    """The body in one chunk for each size given as it is written."""
    return b"".join(b"%s\r\n%s\r\n" % (size, body) for size in sizes) + end


SIZE = b"%x" % len(BODY)


def statuses(host, sent):
    return [answer.status for answer in said_to(host.url, sent)]


def test_an_honest_request_and_the_next_are_two(host):
    answers = said_to(host.url, post() + NEXT)

    assert [answer.status for answer in answers] == [200, 200]
    assert (answers[0].json["status"], answers[1].json) == ("success", {"status": "ok"})


# Where a path leads.


@pytest.mark.parametrize(
    "target",
    [
        "/v1//card/",
        "/v1/card/../card/",
        "/v1/card/%2e%2e/card/",
        "/koshelek/../v1/card/",
        "/koshelek/..;/v1/card/",
        "/swip/..%2fv1/card/",
        "/v1;x/card/",
        "/v1/card;x=y/",
        "/v1\\card/",
        "/v1/cards/",
        "/v1/card./",
        "/v1/card%20/",
        "/V1/CARD/",
        "/koshelekx/v1/card/",
        "/koshelek@elsewhere.example/v1/card/",
        "/%2576%2531/card/",
        "/koshelek//v1/card/",
        "///elsewhere.example/v1/card/",
        "//elsewhere.example/v1/card/",
        "http:/v1/card/",
    ],
)
def test_a_path_is_what_it_says_and_nobody_tidies_it_up(host, target):
    answers = said_to(host.url, get(f"{target}{CARD}") + NEXT)

    assert answers[0].status in (400, 404)
    assert CARD not in answers[0].body.decode()
    assert answers[0].header("Location") == ""


@pytest.mark.parametrize("target", ["*", "v1/card", "", "/v1/card/\xe9", "/v1/card/\x01", "\t/v1"])
def test_what_is_no_path_is_not_read(host, target):
    assert statuses(host, get(target) + NEXT) == [400]


@pytest.mark.parametrize("host_named", ["elsewhere.example", "shop:1", "127.0.0.1"])
def test_whatever_host_is_named_in_an_absolute_address_the_server_is_this_one(host, host_named):
    (answer,) = said_to(host.url, get(f"http://{host_named}/v1/card/{CARD}"))

    assert answer.status == 200
    assert host_named not in answer.head + answer.body.decode()


@pytest.mark.parametrize(
    "header",
    [
        "X-Original-URL: /healthz",
        "X-Rewrite-URL: /healthz",
        "X-HTTP-Method-Override: DELETE",
        "X-Forwarded-Prefix: /elsewhere",
        "X-Forwarded-Host: elsewhere.example",
        "PATH_INFO: /healthz",
        "SCRIPT_NAME: /v1",
        "X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: off",
        "Path-Info: /healthz",
    ],
)
def test_no_header_changes_what_is_asked_for(host, header):
    (answer,) = said_to(host.url, get(f"/v1/card/{CARD}", header))

    assert answer.status == 200
    assert CARD in answer.body.decode() and "elsewhere" not in answer.head


# Who is calling.


@pytest.mark.parametrize(
    "keys",
    [
        [f"x-api-key: {SECRET}", "x-api-key: x"],
        ["x-api-key: x", f"x-api-key: {SECRET}"],
        [f"x-api-key: {SECRET}", f"x-api-key: {SECRET}"],
        [f"x_api_key: {SECRET}"],
        [f"x-api_key: {SECRET}"],
        [f"x-api-key: {SECRET},"],
        [f"Trailer: x-api-key\r\nx-key: {SECRET}"],
    ],
)
def test_a_key_that_is_given_twice_or_in_other_letters_is_none(host, keys):
    assert statuses(host, post(known=KEYLESS + keys) + NEXT) == [401, 200]


@pytest.mark.parametrize("door", [WALLET, PLUGIN], ids=lambda door: door.protocol)
def test_two_sets_of_credentials_are_none(host, door):
    method, target, _ = door.asks(PHONE)
    known = KNOWN[door.protocol]
    forged = lines(door.headers(NAME, "x"))[:1]

    for sent in (known + forged, forged + known, known + known[:1]):
        assert statuses(host, request(method, target, sent)) == [401]


def test_a_header_with_underscores_neither_adds_nor_replaces(host):
    (answer,) = said_to(host.url, post("x_api_key: x", "x_branch_id: x", "x_request_id: x1234567"))

    assert answer.status == 200
    assert len(answer.header("X-Request-ID")) == 32


@pytest.mark.parametrize(
    "key",
    [
        f"x-api-key: x\r\n {SECRET}",
        f"x-api-key: x\r\n\t{SECRET}",
        f"x-api-key : {SECRET}",
        f" x-api-key: {SECRET}",
        f"x-api-key: {SECRET}\0",
        f"x-api-key: {SECRET}\nx-more: 1",
        f"x-api-key: {SECRET}\rx-more: 1",
        f"x-api-key\t: {SECRET}",
        f"x-api-k\xe9y: {SECRET}",
        ": no name",
        "no colon",
    ],
)
def test_a_header_that_two_readers_could_read_differently_is_not_read(host, key):
    assert statuses(host, post(known=[*KEYLESS, key]) + NEXT) == [400]


# Where a body ends.


@pytest.mark.parametrize(
    "headers",
    [
        [f"Content-Length: {len(BODY)}", CHUNKED],
        [CHUNKED, f"Content-Length: {len(BODY)}"],
        ["Content-Length: 0", CHUNKED],
        [f"Content-Length: {len(BODY)}", f"Content-Length: {len(BODY)}"],
        ["Content-Length: 0", f"Content-Length: {len(BODY)}"],
        [f"Content-Length: {len(BODY)}, {len(BODY)}"],
        [f"Content-Length: +{len(BODY)}"],
        ["Content-Length: -1"],
        ["Content-Length: 0x10"],
        ["Content-Length: 1_0"],
        ["Content-Length:"],
        [f"Content-Length: {len(BODY)}\x0b"],
        ["Transfer-Encoding: xchunked"],
        ["Transfer-Encoding: chunked;q=1"],
        ["Transfer-Encoding: chunked, identity"],
        ["Transfer-Encoding: chunked, chunked"],
        ["Transfer-Encoding: identity"],
        ["Transfer-Encoding: \x0bchunked"],
        [CHUNKED, CHUNKED],
        [CHUNKED, "Transfer-Encoding: identity"],
    ],
)
def test_a_body_whose_length_is_told_in_two_ways_or_oddly_is_not_read(host, headers):
    """And the line is hung up on, so that nothing after it is taken for a request."""
    answers = statuses(host, post(*headers, body=chunks(SIZE), length=False) + NEXT)

    assert answers in ([400], [501])


def test_a_chunked_body_from_before_http_1_1_is_not_read(host):
    sent = request("POST", "/v1/member/details", [*KNOWN["fidelizacion"], CHUNKED], chunks(SIZE))

    assert statuses(host, sent.replace(b"HTTP/1.1", b"HTTP/1.0") + NEXT) == [400]


@pytest.mark.parametrize(
    "body",
    [
        chunks(b"0x" + SIZE),
        chunks(b"+" + SIZE),
        chunks(b"-1"),
        chunks(b"1_0"),
        chunks(SIZE + b" "),
        chunks(SIZE + b";a\n"),
        chunks(b"f" * 40),
        chunks(b""),
        chunks(b"%x" % (len(BODY) - 5)),
        chunks(b"%x" % (len(BODY) + 5)),
        chunks(SIZE).replace(b"\r\n", b"\n"),
        chunks(SIZE, end=b""),
    ],
)
def test_an_odd_chunk_is_a_body_that_did_not_arrive(host, body):
    answers = said_to(host.url, post(CHUNKED, body=body, length=False) + NEXT)

    assert [answer.status for answer in answers] == [400]
    assert answers[0].json["error"]["code"] == "4000002"


@pytest.mark.parametrize(
    "body",
    [
        chunks(SIZE),
        chunks(SIZE.upper()),
        chunks(b"000000" + SIZE),
        chunks(SIZE + b";name=value"),
        chunks(SIZE, end=b"0\r\nx-api-key: x\r\n\r\n"),
    ],
)
def test_a_chunked_body_in_order_is_read_and_its_trailers_are_nothing(host, body):
    assert statuses(host, post(CHUNKED, body=body, length=False) + NEXT) == [200, 200]


@pytest.mark.parametrize(
    "first",
    [
        request("POST", "/nowhere", [f"Content-Length: {len(NEXT)}"], NEXT),
        post(known=KEYLESS, body=NEXT),
        request("GET", f"/v1/card/{CARD}", [*KNOWN["koshelek"], "Content-Length: 42"], b"x" * 42),
    ],
)
def test_a_body_nobody_reads_is_not_taken_for_a_request(host, first):
    assert len(statuses(host, first + NEXT)) == 2


def test_a_body_too_large_ends_the_line(host):
    answers = statuses(host, post("Content-Length: 3000000", length=False) + NEXT)

    assert answers == [413]


@pytest.mark.parametrize("version", ["HTTP/2.0", "HTTP/0.9", "HTTP/1.1x", "http/1.1", "HTTP/1.10"])
def test_another_protocol_is_not_spoken(host, version):
    sent = request("GET", f"/v1/card/{CARD}", KNOWN["koshelek"], version=version)

    assert statuses(host, sent + NEXT) in ([400], [505])


def test_two_hosts_and_too_many_headers_are_refused(host):
    many = [f"X-{number}: 1" for number in range(100)]

    assert statuses(host, get("/healthz", "Host: elsewhere") + NEXT) == [400]
    assert statuses(host, get("/healthz", *many) + NEXT) == [431]
    assert statuses(host, get("/healthz", "X-Long: " + "x" * 9000) + NEXT) == [431]
