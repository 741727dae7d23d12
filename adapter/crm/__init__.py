"""The partner's CRM: asked for people the program does not know, and never waited for long."""

from adapter.crm.answers import Person, WrongAnswer
from adapter.crm.asking import NotAnswered
from adapter.crm.enquiries import Enquiries, Tried
from adapter.crm.enrolling import CHANNEL, enrol, told_of
from adapter.crm.terms import FIELDS, KINDS, CrmTerms

__all__ = [
    "CHANNEL",
    "FIELDS",
    "KINDS",
    "CrmTerms",
    "Enquiries",
    "NotAnswered",
    "Person",
    "Tried",
    "WrongAnswer",
    "enrol",
    "told_of",
]
