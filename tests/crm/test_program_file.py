"""`settings.crm` of the program file: what may be said, and that it is the CRM's own words."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from adapter import crm
from adapter.crm import CrmTerms
from adapter.programfile import crm_schemas

GOOD = {"url": "https://crm.example.com/loyalty"}


def test_the_file_knows_the_words_the_crm_is_asked_with():
    assert crm_schemas.KINDS == crm.KINDS
    assert crm_schemas.TOLD == crm.FIELDS


def test_what_is_given_is_kept_and_is_what_the_crm_is_asked_by():
    given = GOOD | {
        "method": "POST",
        "ask_by": ["phone", "card"],
        "timeout_ms": 900,
        "connect_timeout_ms": 200,
        "header": "Authorization",
        "fields": {"phone": "data.0.phone", "consents.sms": "data.0.sms"},
        "issue_card": True,
        "failures": 3,
        "pause_seconds": 10,
        "nobody_seconds": 20,
    }

    assert crm_schemas.crm(given) == given
    terms = CrmTerms.of(given)
    assert {name: getattr(terms, name) for name in given} == given | {"ask_by": ("phone", "card")}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"url": "crm.example.com"},
        {"url": "file:///etc/passwd"},
        {"url": "https://login:password@crm.example.com/"},
        {"url": "https://{value}.example.com/"},
        GOOD | {"method": "DELETE"},
        GOOD | {"method": "GET"},
        GOOD | {"ask_by": []},
        GOOD | {"ask_by": ["shoe size"]},
        GOOD | {"timeout_ms": 0},
        GOOD | {"timeout_ms": 60_000},
        GOOD | {"header": "Host"},
        GOOD | {"header": "webhook-signature"},
        GOOD | {"header": "X Y"},
        GOOD | {"fields": {}},
        GOOD | {"fields": {"shoe": "x"}},
        GOOD | {"fields": {"phone": "a..b"}},
        GOOD | {"fields": {"phone": 1}},
        GOOD | {"issue_card": "yes"},
        GOOD | {"secret": "of-the-crm"},
        "https://crm.example.com",
    ],
)
def test_what_cannot_be_asked_is_refused(wrong):
    with pytest.raises(ValidationError):
        crm_schemas.crm(wrong)
