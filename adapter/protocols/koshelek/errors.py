"""Our refusals in Koshelek's form: a status of two, a code and a description, both strings.

The catalogue of codes is ours (G13); descriptions are Russian, because support staff read them,
and hold nothing of the request (section 6, last paragraph).
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from adapter.core import errors
from adapter.protocols.koshelek import wire
from adapter.protocols.koshelek.settings import ProcessSettings
from adapter.web.errors import reply_for
from adapter.web.json import BadJson, BodyTooLarge, EncodedBody, NotAnObject
from adapter.web.protocol import settings_of


class NotAgreed(errors.Refused):
    """The method was not agreed with this partner (G4, G27)."""


class NothingToSearchBy(errors.Invalid):
    """A search without any usable parameter (G22)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One refusal: our code, the text for support, and the status."""

    code: str
    description: str
    status: int = 422


FAULTS: dict[type[Exception], Fault] = {
    # Access and routing (G11, G12)
    errors.Unauthenticated: Fault("001", "Неверный логин или пароль", 401),
    NotFound: Fault("002", "Метод не найден", 404),
    MethodNotAllowed: Fault("003", "Метод не поддерживает этот глагол HTTP", 405),
    # The request itself
    BadJson: Fault("004", "Тело запроса не является корректным JSON"),
    NotAnObject: Fault("004", "Тело запроса должно быть объектом JSON"),
    BodyTooLarge: Fault("004", "Тело запроса слишком велико"),
    EncodedBody: Fault("004", "Сжатое тело запроса не принимается"),
    HTTPException: Fault("004", "Запрос не может быть обработан"),
    ValidationError: Fault("005", "Поле заполнено неверно"),
    NothingToSearchBy: Fault("006", "Не указан ни один параметр поиска"),
    errors.Invalid: Fault("005", "Данные заполнены неверно"),
    errors.InvalidPhone: Fault("005", "Номер телефона указан неверно"),
    errors.InvalidReceipt: Fault("005", "QR-код не похож на код кассового чека"),
    # Members and cards
    errors.SeveralMatches: Fault("007", "Найдено несколько карт, обратитесь в поддержку"),
    errors.CardBlocked: Fault("008", "Карта заблокирована"),
    errors.MemberInactive: Fault("008", "Участник программы заблокирован или неактивен"),
    errors.UnknownCard: Fault("009", "Карта не найдена"),
    errors.UnknownMember: Fault("010", "Участник программы не найден"),
    errors.NotFound: Fault("010", "Данные не найдены"),
    errors.CardNotReserved: Fault("011", "Номер карты не зарезервирован или срок резерва истёк"),
    errors.NumberTaken: Fault("017", "Номер карты уже занят"),
    errors.AlreadyHoldsCard: Fault("012", "У участника программы уже есть другая карта"),
    errors.PhoneTaken: Fault("013", "Телефон принадлежит другому участнику программы"),
    errors.EmailTaken: Fault("014", "E-mail принадлежит другому участнику программы"),
    errors.Conflict: Fault("015", "Данные принадлежат другому участнику программы"),
    errors.NumbersExhausted: Fault("016", "Свободные номера карт закончились"),
    # Promotions
    errors.UnknownPromoCode: Fault("020", "Промокод не найден"),
    errors.PromoCodeExpired: Fault("021", "Срок действия промокода истёк"),
    errors.PromoCodeUsed: Fault("022", "Промокод уже использован"),
    errors.PromoCodeNotYours: Fault("023", "Промокод предназначен другому участнику программы"),
    errors.ReceiptTaken: Fault("024", "Чек уже зарегистрирован другим участником программы"),
    NotAgreed: Fault("025", "Метод не подключён"),
    # Everything else
    errors.Refused: Fault("030", "Операция отклонена правилами программы"),
    errors.Throttled: Fault("090", "Слишком много запросов, повторите запрос позже"),
    errors.Unavailable: Fault("090", "Сервис временно недоступен, повторите запрос позже"),
    errors.LoyaltyError: Fault("030", "Операция отклонена"),
    Exception: Fault("099", "Внутренняя ошибка сервиса"),
}


# Names are read in any case, and named as the vendor spells them.
SPELLINGS = {
    "birthdate": "birthDate",
    "countrycode": "countryCode",
    "startdate": "startDate",
    "enddate": "endDate",
    "cardnumber": "cardNumber",
    "promocode": "promoCode",
    "qrcode": "qrCode",
}


def refuse(error: Exception) -> Response:
    """Any error at all as a status, a code and a description (2.3, 2.4)."""
    fault = reply_for(error, FAULTS)
    body = {"code": fault.code, "description": _description(error, fault)}
    # Not every refusal is one of the blueprint's, which finishes its own.
    response = wire.finish(wire.reply(body, fault.status))
    if isinstance(error, errors.Unauthenticated):
        response.status_code = settings_of(ProcessSettings).unauthorized_status
        # RFC 7617: the charset tells that the password is UTF-8 (G36).
        response.headers["WWW-Authenticate"] = 'Basic realm="loyalty", charset="UTF-8"'
    return response


def _description(error: Exception, fault: Fault) -> str:
    if isinstance(error, ValidationError):
        names = (SPELLINGS.get(str(name), str(name)) for name in error.normalized_messages())
        return f"Неверно заполнено: {', '.join(sorted(names))}"
    return fault.description
