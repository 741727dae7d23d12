"""How somebody is let into the console by an administrator, and shut out again."""

from __future__ import annotations

import re

import pytest

from adapter.core import staff, trail
from adapter.core.staff import Role
from tests.admin.conftest import COOKIE

URL = "/admin/people"
EVERYWHERE = {"everywhere": "y"}


@pytest.fixture
def administrator(console, shop):
    return console.sign_in(Role.ADMINISTRATOR, login="olga")


def user_of(console, login):
    with console.database.reading() as work:
        return staff.by_login(work, login)


def shown(answer):
    """The password that a page shows."""
    assert answer.status_code == 200, answer.text
    return re.search(r'id="secret">([^<]+)<', answer.text)[1]


def enters(console, login, password):
    """Whether somebody with this login and password is let in."""
    browser = console.browser()
    browser.get("/admin/sign-in")
    token = browser.get_cookie(COOKIE, path="/admin")
    browser.token = token.value if token else None
    answer = browser.post("/admin/sign-in", login=login, password=password)
    return answer.status_code == 303


def test_somebody_is_let_in_with_a_password_that_is_shown_once(console, administrator, shop):
    given = {"login": "Vera", "name": "Вера", "role": "support", "programs": shop.program.code}
    password = shown(administrator.post(f"{URL}/new", **given, language="ru"))

    vera = user_of(console, "vera")
    assert (vera.name, vera.role, vera.language) == ("Вера", "support", "ru")
    assert vera.program_codes == [shop.program.code]
    assert enters(console, "vera", password)
    assert password not in administrator.get(f"{URL}/{vera.id}").text
    with console.database.reading() as work:
        (line,) = [one for one in trail.of_subject(work, vera.id) if one.action == "user.create"]
    assert line.actor == "user:olga"
    assert line.after == {"role": "support", "programs": [shop.program.code]}


@pytest.mark.parametrize(
    ("given", "field"),
    (
        ({"login": ""}, "login"),
        ({"login": "Вера"}, "login"),
        ({"login": "x" * 65}, "login"),
        ({"login": "olga"}, "login"),
        ({"login": "vera", "name": "a\tb"}, "name"),
        ({"login": "vera", "role": "owner"}, "role"),
        ({"login": "vera", "language": "fr"}, "language"),
        ({"login": "vera", "everywhere": ""}, "programs"),
        ({"login": "vera", "everywhere": "", "programs": "NOWHERE"}, "programs"),
        ({"login": "vera", "everywhere": "", "role": "administrator"}, "everywhere"),
    ),
)
def test_what_cannot_be_is_said_beside_the_field_and_lets_nobody_in(
    console, administrator, given, field
):
    sent = {"role": "support", **EVERYWHERE, **given}
    answer = administrator.post(f"{URL}/new", **{name: of for name, of in sent.items() if of})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    with console.database.reading() as work:
        assert [one.login for one in staff.users(work)] == ["olga"]


def test_another_role_or_password_and_a_closed_door_end_every_session(console, administrator, shop):
    anna = console.hire(Role.SUPPORT, login="anna")
    page = f"{URL}/{anna.id}"
    deeds = (
        ("role", {"role": "manager", "programs": [shop.program.code]}),
        ("password", {}),
        ("disable", {}),
    )
    for deed, given in deeds:
        with console.database.unit_of_work() as work:
            token = staff.open_session(work, staff.by_login(work, "anna"))
        answer = administrator.post(f"{page}/{deed}", **given)
        assert answer.status_code in (200, 303), deed
        assert console.browser(token).get("/admin/account").status_code == 303, deed

    told = user_of(console, "anna")
    assert (told.role, told.program_codes) == ("manager", [shop.program.code])
    assert told.disabled_at and told.password_hash != "none"


def test_whoever_was_shut_out_is_let_in_again_with_a_new_password(console, administrator):
    anna = console.hire(Role.SUPPORT, login="anna")
    administrator.post(f"{URL}/{anna.id}/disable")
    password = shown(administrator.post(f"{URL}/{anna.id}/password"))

    assert not enters(console, "anna", password)
    page = administrator.follow(administrator.post(f"{URL}/{anna.id}/enable"))
    assert "They may sign in again" in page.text
    assert enters(console, "anna", password)
    administrator.follow(administrator.post(f"{URL}/{anna.id}/sign-out"))
    with console.database.reading() as work:
        assert staff.places(work).get(anna.id) is None


@pytest.mark.parametrize("deed", ("role", "password", "disable", "enable", "sign-out"))
def test_nobody_does_it_to_themselves(console, administrator, deed):
    own = f"{URL}/{administrator.user.id}"

    answer = administrator.post(f"{own}/{deed}", role="manager", **EVERYWHERE)

    assert answer.status_code == 403
    assert administrator.get(own).status_code == 200
    assert f"{own}/" not in administrator.get(own).text
    assert user_of(console, "olga").role == "administrator"


def test_the_list_is_filtered_and_taken_as_a_file(console, administrator):
    console.hire(Role.SUPPORT, login="anna.shop")
    disabled = console.hire(Role.SUPPORT, login="anna-shop")
    administrator.post(f"{URL}/{disabled.id}/disable")

    asked = f"{URL}?text=ANNA&role=support&state=active"
    found = administrator.get(asked).text
    file = administrator.get(f"{asked}&format=csv")

    assert "anna.shop" in found and "anna-shop" not in found and "olga</a>" not in found
    assert file.headers["Content-Disposition"] == "attachment; filename=people.csv"
    assert [line.split(",")[0] for line in file.text.splitlines()[1:]] == ["anna.shop"]
    with console.database.reading() as work:
        (line,) = trail.changes(work, trail.Sought(action="list.download"))
    assert line.after == {"list": "people", "filters": ["role", "state", "text"]}


def test_pages_of_the_list_leave_nobody_out(console, administrator, monkeypatch):
    monkeypatch.setattr("adapter.admin.listing.PAGE", 2)
    logins = sorted(["olga", "a-1", "a.1", "a1", "a_1"])
    for login in logins:
        if login != "olga":
            console.hire(Role.SUPPORT, login=login)

    seen, page = [], administrator.get(URL).text
    while True:
        seen += re.findall(r'/admin/people/[0-9a-f-]{36}">([^<]+)<', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if not following:
            break
        page = administrator.get(following[1]).text

    assert seen == logins


def test_an_auditor_reads_who_may_sign_in_and_changes_nothing(console, administrator, shop):
    auditor = console.sign_in(Role.AUDITOR)
    of_one_program = console.sign_in(Role.AUDITOR, programs=[shop.program.code])
    own = f"{URL}/{administrator.user.id}"

    assert auditor.get(own).status_code == 200
    assert f"{own}/" not in auditor.get(own).text and f"{URL}/new" not in auditor.get(URL).text
    assert auditor.post(f"{own}/disable").status_code == 403
    assert of_one_program.get(URL).status_code == of_one_program.get(own).status_code == 403
    assert URL not in of_one_program.get("/admin/account").text


def test_an_administrator_begins_at_the_people_and_reads_the_audit(console, administrator, shop):
    start = administrator.get("/admin/").text
    trail_page = administrator.get(f"{shop.url}/trail")

    assert f'href="{URL}"' in start and f"{shop.url}/trail" in start
    assert trail_page.status_code == 200
    assert f"{URL}/{administrator.user.id}" in trail_page.text
    assert administrator.get(f"{shop.url}/members").status_code == 403


def test_somebody_who_is_not_there_is_not_found(administrator):
    nobody = f"{URL}/01900000-0000-7000-8000-000000000000"

    assert administrator.get(nobody).status_code == 404
    assert administrator.post(f"{nobody}/disable").status_code == 404
