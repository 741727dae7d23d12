"""Credentials in the console: shown once, replaced with an overlap, ended."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from adapter.core import exchanges, partners, trail
from adapter.core.errors import Unauthenticated
from adapter.core.staff import Role
from adapter.protocols import PROTOCOLS
from tests.admin.conftest import SECRET_KEY

# Of each kind by which callers identify themselves: a login and a password, a key, a token.
BASIC, KEY, TOKEN = (protocol for protocol in PROTOCOLS)
SECRET = re.compile(r'id="secret">([^<]+)<')


@pytest.fixture
def engineer(console):
    return console.sign_in(Role.ENGINEER)


@pytest.fixture
def url(shop):
    return f"{shop.url}/credentials"


@pytest.fixture
def create(engineer, url):
    def make(protocol=BASIC, name="wallet", settings="", reason="a new platform"):
        return engineer.post(
            f"{url}/new", protocol=protocol.name, name=name, settings=settings, reason=reason
        )

    return make


@pytest.fixture
def wallet(console, shop, create):
    create()
    return only(console, shop)


def known(console, shop):
    with console.database.reading() as work:
        return list(partners.credentials(work, shop.program.id))


def only(console, shop):
    (found,) = known(console, shop)
    return found


def opens(console, protocol, name, secret):
    presented = protocol.credential.presented(name, secret)
    digest = partners.digest(SECRET_KEY.encode(), protocol.name, presented)
    with console.database.reading() as work:
        try:
            return partners.authenticate(work, protocol=protocol.name, digest=digest).program_id
        except Unauthenticated:
            return None


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.name)
def test_a_new_one_opens_and_its_secret_is_shown_this_once(console, shop, create, url, protocol):
    answer = create(protocol)

    secret = SECRET.search(answer.text)[1]
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    assert opens(console, protocol, "wallet", secret) == shop.program.id
    made = only(console, shop)
    for address in (url, f"{url}/{made.id}", f"{shop.url}/trail"):
        page = console.sign_in(Role.ENGINEER).get(address)
        assert page.status_code == 200 and secret not in page.text
    with console.database.reading() as work:
        (line,) = trail.changes(work, trail.Sought(action="credential.create"))
    assert (line.subject_id, line.reason) == (made.id, "a new platform")
    assert secret not in str(line.after)


def test_what_was_agreed_is_kept(console, shop, create):
    create(settings="api_version=1.2.0\n\n special_users = true ")

    assert only(console, shop).settings == {"api_version": "1.2.0", "special_users": True}


@pytest.mark.parametrize(
    ("typed", "field"),
    (
        ({"name": ""}, "name"),
        ({"name": "with:colon"}, "name"),
        ({"name": "a\u200bb"}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"settings": "nonsense"}, "settings"),
        ({"settings": "api_version=9"}, "settings"),
        ({"settings": "unknown=1"}, "settings"),
        ({"reason": ""}, "reason"),
        ({"reason": "ab"}, "reason"),
    ),
)
def test_what_will_not_do_is_said_beside_the_field_and_makes_nothing(
    console, shop, create, typed, field
):
    answer = create(**typed)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    for name, value in typed.items():
        assert value in answer.text, name
    assert known(console, shop) == []


def test_a_platform_we_do_not_serve_is_refused(console, shop, engineer, url):
    answer = engineer.post(f"{url}/new", protocol="nonsense", name="x", reason="just so")

    assert answer.status_code == 422 and 'id="protocol-error"' in answer.text


def test_the_same_name_is_not_made_twice_as_a_reload_would(console, shop, create):
    assert create().status_code == 200

    again = create()

    assert again.status_code == 422 and "new secret instead" in again.text
    assert len(known(console, shop)) == 1


def test_a_new_secret_works_and_the_old_one_for_a_while_as_well(
    console, shop, engineer, url, create, clock
):
    old_secret = SECRET.search(create().text)[1]
    old = only(console, shop)

    answer = engineer.post(f"{url}/{old.id}/rotate", overlap="2", reason="every year")

    secret = SECRET.search(answer.text)[1]
    assert secret != old_secret
    assert opens(console, BASIC, "wallet", secret) == shop.program.id
    assert opens(console, BASIC, "wallet", old_secret) == shop.program.id
    assert ">ending<" in engineer.get(url).text
    clock.advance(timedelta(hours=2))
    assert opens(console, BASIC, "wallet", old_secret) is None
    assert opens(console, BASIC, "wallet", secret) == shop.program.id
    assert ">expired<" in console.sign_in(Role.ENGINEER).get(url).text


def test_one_on_its_way_out_is_not_replaced_once_more(console, shop, engineer, url, wallet):
    engineer.post(f"{url}/{wallet.id}/rotate", overlap="2", reason="every year")

    again = engineer.post(f"{url}/{wallet.id}/rotate", overlap="2", reason="every year")

    assert again.status_code == 422
    assert len(known(console, shop)) == 2


@pytest.mark.parametrize("overlap", ("", "-1", "100000", "1.5", "soon"))
def test_an_overlap_that_is_none_changes_nothing(console, shop, engineer, url, wallet, overlap):
    answer = engineer.post(f"{url}/{wallet.id}/rotate", overlap=overlap, reason="every year")

    assert answer.status_code == 422
    assert 'id="rotate-overlap-error"' in answer.text
    assert only(console, shop).expires_at is None


def test_the_terminals_that_still_use_the_old_one_are_named(
    console, shop, engineer, url, wallet, clock
):
    for _ in range(2):
        newest = known(console, shop)[-1]
        engineer.post(f"{url}/{newest.id}/rotate", overlap="24", reason="every year")
        clock.advance(timedelta(seconds=1))
    _, new, newest = known(console, shop)
    with console.database.unit_of_work() as work:
        for credential, terminal, minutes in (
            (wallet.id, "POS-BEHIND", 30),
            (new.id, "POS-BEHIND", 10),
            (wallet.id, "POS-MOVED", 5),
            (new.id, "POS-MOVED", 10),
            (wallet.id, "POS-AHEAD", 5),
            (newest.id, "POS-AHEAD", 10),
        ):
            work.session.add(
                exchanges.TerminalUse(
                    credential_id=credential,
                    outlet="BR001",
                    terminal=terminal,
                    last_at=work.now + timedelta(minutes=minutes),
                )
            )

    page = engineer.get(f"{url}/{wallet.id}").text

    rows = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    tills = ("POS-BEHIND", "POS-MOVED", "POS-AHEAD")
    behind, *moved = (next(row for row in rows if till in row) for till in tills)
    assert "not yet" in behind
    assert all("yes" in row and "not yet" not in row for row in moved)
    assert page.index("POS-BEHIND") < min(map(page.index, tills[1:]))


def test_a_revoked_one_opens_nothing_and_says_why_in_the_trail(
    console, shop, engineer, url, create
):
    secret = SECRET.search(create().text)[1]
    found = only(console, shop)

    answer = engineer.post(f"{url}/{found.id}/revoke", reason="stolen")

    assert answer.status_code == 303
    assert opens(console, BASIC, "wallet", secret) is None
    page = engineer.get(answer.location).text
    assert ">revoked<" in page and "refuses it within seconds" in page
    with console.database.reading() as work:
        (line,) = trail.changes(work, trail.Sought(action="credential.revoke"))
    assert (line.reason, line.before, line.after) == (
        "stolen",
        {"state": "active"},
        {"state": "revoked"},
    )
    again = engineer.post(f"{url}/{found.id}/revoke", reason="stolen")
    assert again.status_code == 404


def test_nothing_is_revoked_without_a_reason(console, shop, engineer, url, wallet):
    answer = engineer.post(f"{url}/{wallet.id}/revoke", reason="  ")

    assert answer.status_code == 422
    assert 'id="revoke-reason-error"' in answer.text
    assert only(console, shop).status == "active"


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AUDITOR])
def test_who_may_not_change_them_looks_at_them_and_sees_no_button(console, shop, url, wallet, role):
    browser = console.sign_in(role)

    for address in (url, f"{url}/{wallet.id}"):
        page = browser.get(address)
        assert page.status_code == 200 and "wallet" in page.text and ">active<" in page.text
        for action in ("/new", "/rotate", "/revoke"):
            assert f"{url}{action}" not in page.text and f"{wallet.id}{action}" not in page.text
    assert f"{url}/{wallet.id}" in browser.get(f"{shop.url}/trail").text


@pytest.mark.parametrize("what", ("", "/rotate", "/revoke"))
def test_another_programs_is_not_found(console, shop, engineer, url, wallet, what):
    other = f"/admin/p/{shop.neighbour.code}/credentials/{wallet.id}{what}"

    sent = {"overlap": "1", "reason": "just so"}
    answer = engineer.post(other, **sent) if what else engineer.get(other)

    assert answer.status_code == 404
    assert only(console, shop).expires_at is None
