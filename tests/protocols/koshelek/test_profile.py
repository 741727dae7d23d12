"""5.3: `POST /v1/card/{cardNumber}`, what a user changed of their profile (4.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from adapter.core.cards import CardState
from tests.protocols.koshelek.people import CARD, EMAIL, PHONE, holder_of, register
from tests.protocols.koshelek.wallet import is_empty, refusal, sample
from tests.protocols.state import rows

PATH = f"/v1/card/{CARD}"
SAYING_NOTHING = [
    {},
    {"surname": "", "phone": "", "email": "   "},
    {"surname": None, "birthDate": None, "phone": None},
    {"loyaltyLevel": "gold", "unknown": {"a": [1]}},
    {"sex": "дракон"},
]
# A body, and what is known of the holder afterwards that was not known before.
FORMS = [
    ({"firstName": "Яна"}, "first_name", "Яна"),
    ({"FIRSTNAME": "Яна"}, "first_name", "Яна"),
    ({"firstname": "  Яна  "}, "first_name", "Яна"),
    ({"birthdate": "1990-02-28"}, "birth_date", date(1990, 2, 28)),
    ({"BirthDate": "1990-02-28"}, "birth_date", date(1990, 2, 28)),
    ({"sex": "M"}, "gender", "m"),
    ({"sex": "м"}, "gender", "m"),
    ({"sex": "Ж"}, "gender", "f"),
    ({"sex": "Female"}, "gender", "f"),
    ({"sex": "male"}, "gender", "m"),
    ({"countryCode": "ru"}, "country", "RU"),
    ({"countryCode": "Россия"}, "country", "Россия"),
    ({"countrycode": "643"}, "country", "643"),
    ({"surname": "О’Нил-Ёжикова 😀"}, "last_name", "О’Нил-Ёжикова 😀"),
    ({"surname": "й" * 255}, "last_name", "й" * 255),
    ({"locality": "г.\u00a0Тверь"}, "locality", "г.\u00a0Тверь"),
    ({"patronymic": "Й"}, "patronymic", "Й"),
    ({"surname": 42}, "last_name", "42"),
    ({"email": "НОВЫЙ@пример.рф"}, "email", "НОВЫЙ@пример.рф"),
    ({"email": " New@Example.COM "}, "email", "New@Example.COM"),
    ({"phone": "+7 (999) 555-01-99"}, "phone", "79995550199"),
    ({"phone": "89995550199"}, "phone", "79995550199"),
    ({"phone": "9995550199"}, "phone", "79995550199"),
    ({"phone": 79995550199}, "phone", "79995550199"),
    ({"phone": "375291234567"}, "phone", "375291234567"),
    ({"phone": "123456789012345"}, "phone", "123456789012345"),
]
# A body, and the fields named as wrong.
FAULTS = [
    ({"birthDate": "1990-02-30"}, "birthDate"),
    ({"birthDate": "30.02.1990"}, "birthDate"),
    ({"birthDate": "19900228"}, "birthDate"),
    ({"birthDate": "1990-W01-1"}, "birthDate"),
    ({"birthDate": 19900228}, "birthDate"),
    ({"birthDate": "1899-12-31"}, "birthDate"),
    ({"birthDate": "2026-05-05"}, "birthDate"),
    ({"birthDate": "9999-12-31"}, "birthDate"),
    ({"email": "nonsense"}, "email"),
    ({"email": "a@b"}, "email"),
    ({"email": "a b@example.com"}, "email"),
    ({"email": "a@b@example.com"}, "email"),
    ({"email": "x" * 250 + "@example.com"}, "email"),
    ({"email": "İ" * 200 + "@example.com"}, "email"),
    ({"email": ["anna@example.com"]}, "email"),
    ({"surname": "й" * 256}, "surname"),
    ({"surname": "a\nb"}, "surname"),
    ({"surname": "a\u009bb"}, "surname"),
    ({"surname": {"a": 1}}, "surname"),
    ({"surname": True}, "surname"),
    ({"surname": 1.5}, "surname"),
    ({"countryCode": "x" * 256}, "countryCode"),
    ({"phone": "7" * 256}, "phone"),
    ({"phone": ["79995550199"]}, "phone"),
    ({"surname": 1.5, "email": "x", "locality": "Тверь"}, "email, surname"),
]


@pytest.fixture
def anna(wallet):
    with wallet.database.unit_of_work() as work:
        return register(
            work,
            wallet.program,
            email=EMAIL,
            first_name="Анна",
            last_name="Львова",
            birth_date=date(1988, 11, 2),
        )


def test_the_vendors_example_is_taken_over_whole(wallet, anna):
    """Cyrillic survives byte for byte (item 7 of section 11); G2: zero bytes are the answer."""
    response = wallet.post(PATH, sample("profile"))

    assert is_empty(response)
    assert holder_of(wallet.database, CARD) == {
        "phone": "79995550177",
        "email": "petr@example.com",
        "first_name": "Пётр",
        "last_name": "Ёлкин",
        "patronymic": "Ильич",
        "gender": "m",
        "birth_date": date(1979, 5, 30),
        "country": "RU",
        "locality": "Тверь",
    }


def test_put_is_an_alias(wallet, anna):
    """G2."""
    assert is_empty(wallet.put(PATH, {"locality": "Тверь"}))

    assert holder_of(wallet.database, CARD)["locality"] == "Тверь"


def test_what_says_nothing_changes_nothing(wallet, anna, subtests):
    """G9: absent, null and empty leave it as it is; unknown fields and words are ignored."""
    before = rows(wallet.database)

    for body in SAYING_NOTHING:
        with subtests.test(body):
            assert is_empty(wallet.post(PATH, body))
    assert rows(wallet.database) == before


def test_a_field_is_read_in_the_forms_there_are(wallet, anna, subtests):
    """G9 and G18."""
    for body, name, kept in FORMS:
        with subtests.test(body):
            before = holder_of(wallet.database, CARD)

            assert is_empty(wallet.post(PATH, body))

            assert holder_of(wallet.database, CARD) == before | {name: kept}


def test_of_two_spellings_of_one_name_the_first_counts(wallet, anna):
    wallet.post(PATH, b'{"firstname": "A", "firstName": "B"}')

    assert holder_of(wallet.database, CARD)["first_name"] == "A"


def test_a_field_that_cannot_be_is_refused_and_nothing_written(wallet, anna, subtests):
    """G9: all or nothing, and the description names the fields, not what was in them."""
    before = rows(wallet.database)

    for body, named in FAULTS:
        with subtests.test(body):
            response = wallet.post(PATH, body | {"patronymic": "Новая"})

            assert response.status_code == 422
            assert response.json == {"code": "005", "description": f"Неверно заполнено: {named}"}
    assert rows(wallet.database) == before


def test_a_phone_that_cannot_be_one_is_refused(wallet, anna):
    """G18: more than 15 digits are refused in a body."""
    before = rows(wallet.database)

    for phone in ("1234567890123456", "8 999 555-01-99-99-99-99", "123456", "abc"):
        response = wallet.post(PATH, {"phone": phone, "surname": "Новая"})

        assert response.status_code == 422
        assert response.json == {"code": "005", "description": "Номер телефона указан неверно"}
    assert rows(wallet.database) == before


def test_somebody_may_be_born_today_where_the_program_lives(wallet, anna, clock):
    clock.now = datetime(2026, 5, 4, 22, 0, tzinfo=UTC)

    assert is_empty(wallet.post(PATH, {"birthDate": "2026-05-05"}))


@pytest.mark.parametrize(
    "body, code",
    [
        ({"phone": "79990000002"}, "013"),
        ({"phone": "+7 999 000-00-02", "surname": "Новая"}, "013"),
        ({"email": "boris@example.com"}, "014"),
        ({"email": "BORIS@example.com ", "surname": "Новая"}, "014"),
    ],
)
def test_a_contact_of_another_customer_is_refused_and_nothing_written(wallet, anna, body, code):
    """G25, as I1 does (5.3)."""
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, phone="79990000002", card="0002", email="boris@example.com")
    before = rows(wallet.database)

    response = wallet.post(PATH, body)

    assert refusal(response) == (422, code)
    assert rows(wallet.database) == before


def test_an_email_that_was_shared_before_may_be_sent_again(wallet, anna):
    """G14: the same data again gets the same 200."""
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, phone="79990000002", card="0002", email=EMAIL)

    assert is_empty(wallet.post(PATH, {"email": EMAIL, "phone": PHONE}))


def test_a_contact_of_another_programs_customer_is_free(wallet, make_wallet, anna):
    other = make_wallet(code="OTHER", login="other")
    with other.database.unit_of_work() as work:
        register(work, other.program, card="0002", phone="79990000002", email="b@example.com")

    assert is_empty(wallet.post(PATH, {"phone": "79990000002", "email": "b@example.com"}))


def test_after_a_change_of_phone_the_old_one_is_free(wallet, anna):
    wallet.post(PATH, {"phone": "79990000002"})

    assert wallet.get("/v1/card", msisdn="79990000002").json["card"]["cardNumber"] == CARD
    assert is_empty(wallet.get("/v1/card", msisdn=PHONE))


def test_an_unknown_card_is_refused(wallet, anna):
    for number in ("7700000042", "0", "7" * 60):
        assert refusal(wallet.post(f"/v1/card/{number}", {"surname": "Ы"})) == (422, "009")


def test_a_reserved_number_has_no_profile(wallet):
    number = wallet.get("/v1/card/anonymous").text

    assert refusal(wallet.post(f"/v1/card/{number}", {"surname": "Ы"})) == (422, "009")


def test_the_holder_of_a_blocked_card_may_still_correct_their_profile(wallet):
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, state=CardState.BLOCKED)

    assert is_empty(wallet.post(PATH, {"locality": "Тверь"}))


def test_a_repeat_leaves_the_same(wallet, anna):
    """G14."""
    first = wallet.post(PATH, sample("profile"))
    after = rows(wallet.database)
    second = wallet.post(PATH, sample("profile"))

    assert is_empty(first)
    assert is_empty(second)
    assert rows(wallet.database) == after


def test_the_body_is_read_whatever_it_is_called(wallet, anna):
    """G12: a missing or odd Content-Type of a request is tolerated."""
    for content_type in (None, "text/plain", "application/json;charset=cp1251"):
        assert is_empty(wallet.post(PATH, sample("profile"), content_type=content_type))

    assert holder_of(wallet.database, CARD)["last_name"] == "Ёлкин"
