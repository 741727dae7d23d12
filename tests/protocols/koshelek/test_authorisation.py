"""2.1: HTTP Basic on every request (G11, G36)."""

from __future__ import annotations

import base64

import pytest

from adapter.core import partners
from tests.protocols.koshelek.people import CARD, register
from tests.protocols.koshelek.wallet import add_login, basic, refusal
from tests.protocols.state import rows


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


CHALLENGE = 'Basic realm="loyalty", charset="UTF-8"'
LOGINS = [
    ("wallet", "open:sesame"),
    ("wallet", ":"),
    ("wallet", "::a:"),
    ("wallet", "пароль"),
    ("кошелёк", "пароль:ü€😀"),
    ("wallet", " blanks "),
    ("", "no login"),
    ("w", "x" * 3000),
]
WRONG = [
    None,
    "",
    "Basic",
    "Basic ",
    "wallet:пароль:1".encode().decode("latin-1"),
    f"Bearer {encoded(b'wallet:x')}",
    f"Basic {encoded('wallet:пароль:2'.encode())}",
    f"Basic {encoded('wallet:пароль:'.encode())}",
    f"Basic {encoded('Wallet:пароль:1'.encode())}",
    f"Basic {encoded('wallet :пароль:1'.encode())}",
    f"Basic {encoded('wallet:пароль:1'.encode('cp1251'))}",
    f"Basic {encoded('walletпароль1'.encode())}",
    f"Basic {encoded(b'wallet:a' + bytes(1))}",
    f"Basic {encoded(b':')}",
    "Basic a",
    "Basic ====",
    f"Basic {encoded('wallet:пароль:1'.encode())}!",
    f"Basic {encoded('wallet:пароль:1'.encode())}, Basic x",
]


@pytest.fixture
def wallet(wallet):
    """The server of a partner with one holder of a card; it sends no header by itself."""
    del wallet.client.environ_base["HTTP_AUTHORIZATION"]
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program)
    return wallet


def ask(wallet, header):
    """The reply to a request with this header."""
    headers = {} if header is None else {"Authorization": header}
    return wallet.client.get(f"/v1/card/{CARD}", headers=headers)


def test_a_password_may_have_colons_and_any_letters(wallet, subtests):
    """G36: split at the first `:`, UTF-8."""
    for login, password in LOGINS:
        with subtests.test(login=login, password=password):
            with wallet.database.unit_of_work() as work:
                add_login(work, wallet.program, login=login, password=password)

            assert ask(wallet, basic(login, password)).status_code == 200


def test_the_scheme_is_read_in_any_case(wallet):
    """RFC 7617."""
    for scheme in ("Basic", "basic", "BASIC", "Basic ", "bASIC  "):
        assert ask(wallet, basic().replace("Basic", scheme)).status_code == 200


def test_anything_else_is_401_with_the_error_object(wallet, subtests):
    """G11: with the challenge of RFC 7617, and one answer for all."""
    for header in WRONG:
        with subtests.test(header):
            response = ask(wallet, header)

            assert response.status_code == 401
            assert response.headers["WWW-Authenticate"] == CHALLENGE
            assert response.headers["Content-Type"] == "application/json; charset=utf-8"
            assert response.json == {"code": "001", "description": "Неверный логин или пароль"}


def test_it_may_be_422_by_a_setting(make_wallet):
    """G11: the closed list of 2.3, read strictly."""
    wallet = make_wallet(process={"KOSHELEK_UNAUTHORIZED_STATUS": 422})

    for header in ("", "Basic x", basic("wallet", "wrong")):
        assert refusal(ask(wallet, header)) == (422, "001")


def test_whoever_is_not_known_learns_nothing_of_what_there_is(wallet):
    """Item 3 of section 11: card or none, agreed or not, good or bad, the answer is the same."""
    before = rows(wallet.database)
    wallet.client.environ_base["HTTP_AUTHORIZATION"] = basic("wallet", "wrong")

    replies = [
        wallet.get(f"/v1/card/{CARD}"),
        wallet.get("/v1/card/7700000042"),
        wallet.get("/v1/card/anonymous"),
        wallet.get("/v1/card/getAllUsers"),
        wallet.post("/v1/card/anonymous", {"phone": "79990000002"}),
        wallet.post(f"/v1/card/{CARD}", b"{"),
        wallet.post("/v1/promo/code", {}),
    ]

    assert len({(reply.status_code, reply.data) for reply in replies}) == 1
    assert rows(wallet.database) == before


def test_each_login_opens_its_own_program(make_wallet):
    first = make_wallet(code="MAIN", login="one", password="1")
    second = make_wallet(code="OTHER", login="two", password="2")
    with first.database.unit_of_work() as work:
        register(work, first.program)

    assert first.get(f"/v1/card/{CARD}").status_code == 200
    assert refusal(second.get(f"/v1/card/{CARD}")) == (422, "009")


def test_a_login_of_another_protocol_opens_nothing_here(wallet):
    with wallet.database.unit_of_work() as work:
        for credential in partners.credentials(work):
            credential.protocol = "fidelizacion"

    assert refusal(ask(wallet, basic())) == (401, "001")
