"""Every clause of the vendor's rules that the check reports, in the order of the spec.

MUST is the vendor's word or a partner's visible practice (tags D and I). ADVICE is a decision where
the sources are silent (tag R), in which another partner may rightly differ.
"""

from __future__ import annotations

from functools import partial

from adapter.checks import Clause, Level, NotTested, wire
from adapter.checks.report import Check
from adapter.protocols.koshelek.check import (
    authorisation,
    bodies,
    cards,
    documents,
    everywhere,
    history,
    issuing,
    paths,
    promotions,
    scenarios,
    searching,
)
from adapter.protocols.koshelek.check.everywhere import every
from adapter.protocols.koshelek.check.play import Play

MUST, ADVICE = Level.MUST, Level.ADVICE
_CARDS = frozenset({"search", "card", "issue"})


def _unseen(reason: str) -> Check:
    """A check of what cannot be seen from outside, and why."""

    def check(play: Play) -> str:
        raise NotTested(reason)

    return check


def _over_all(id: str, title: str, level: Level, check: Check) -> Clause:
    return Clause(id, title, level, check, after_all=True)


def _sum(id: str, title: str, level: Level, *sums: str) -> Clause:
    return Clause(id, title, level, sums=sums)


_RULES = (
    _over_all("1", "answers are JSON in UTF-8, or no bytes", MUST, every(wire.encoding_fault)),
    Clause("2.1a", "the right login and password open", MUST, authorisation.right_credential),
    Clause("2.1b", "no Authorization header is refused", MUST, authorisation.no_header),
    Clause("2.1c", "a wrong password is refused", MUST, authorisation.wrong_password),
    Clause("2.1d", "a wrong login is refused", MUST, authorisation.wrong_login),
    Clause("2.1e", "another scheme is refused", MUST, authorisation.other_scheme),
    Clause("2.1f", "garbage after Basic is refused", MUST, authorisation.garbage),
    Clause("2.1g", "a wrong non-ASCII password is refused", MUST, authorisation.foreign_password),
    Clause("2.1h", "every method asks for credentials", MUST, authorisation.every_method),
    Clause("2.1i", "Basic in any letter case opens", ADVICE, authorisation.scheme_in_any_case),
    _over_all("2.2", "Content-Type with its charset", MUST, every(wire.content_type_fault)),
    _over_all(
        "2.3",
        "every request is answered, with 200 or 422",
        MUST,
        partial(everywhere.statuses, rule=wire.status_fault),
    ),
    _over_all("2.4", "errors are {code, description}", MUST, every(everywhere.error_fault)),
    _over_all("2.5a", "every leaf is a string", MUST, every(everywhere.leaf_fault)),
    _over_all("2.5b", "no leaf is null", MUST, every(everywhere.null_fault)),
    Clause("2.6", "unknown body fields are ignored", ADVICE, bodies.unknown_fields),
)

_OBJECTS = (
    _over_all(
        "4.1a",
        "card: number, state, barcode, within one object",
        MUST,
        every(documents.first(documents.card_faults), purposes=_CARDS),
    ),
    _over_all(
        "4.1b",
        "card: at most 50 characters",
        ADVICE,
        every(everywhere.length_fault, purposes=_CARDS),
    ),
    _over_all(
        "4.1c",
        "card: a bonus only in method 2",
        ADVICE,
        every(everywhere.bonus_fault, purposes=_CARDS - {"card"}),
    ),
    _over_all(
        "4.2",
        "bonus: total, available, portions",
        MUST,
        every(documents.first(documents.bonus_faults), purposes=frozenset({"card"})),
    ),
    Clause("4.3", "profile: all nine fields are taken", MUST, bodies.whole_profile),
)

_READING = (
    Clause("5.1a", "search: found by phone", MUST, searching.by_phone),
    Clause("5.1b", "search: found by e-mail", MUST, searching.by_email),
    Clause("5.1c", "search: nothing found is 200, zero bytes", MUST, searching.nothing_found),
    _over_all("5.1d", "search: never a list", MUST, every(searching.list_fault)),
    Clause("5.1e", "search: names in any letter case", ADVICE, searching.names_in_any_case),
    Clause("5.1.1", "search: parameters are joined by OR", MUST, searching.either_is_enough),
    Clause("5.1.2", "search: unknown names are ignored", MUST, searching.unknown_is_ignored),
    Clause("5.1.3", "search: two match, one card or error", MUST, searching.two_people_match),
    Clause("5.1.4", "search: a blocked card is not given", MUST, searching.blocked_card),
    Clause("5.2a", "card and balance", MUST, cards.card_and_balance),
    Clause("5.2b", "card and balance of a known customer", MUST, cards.known_balance),
    Clause("5.2c", "an unknown card is 422", MUST, cards.unknown_card),
    Clause("5.3a", "profile: a change takes effect", MUST, cards.profile_changes),
    Clause("5.3b", "profile: absent or empty is left alone", MUST, cards.absent_is_left_alone),
    Clause("5.3c", "profile: an unknown card is 422", MUST, cards.profile_of_nobody),
    Clause("5.3d", "profile: another's phone is 422", MUST, cards.phone_of_another),
    Clause("5.3e", "profile: a repeat is 200", ADVICE, cards.profile_repeated),
    Clause("5.4a", "channels: both lists are taken", MUST, cards.channels),
    Clause("5.4b", "channels: a repeat is the same", MUST, cards.channels_repeated),
    Clause("5.4c", "channels: either list may be absent", ADVICE, cards.one_list_only),
    Clause("5.4d", "channels: an unknown card is 422", MUST, cards.channels_of_nobody),
    Clause("5.4e", "channels: push is taken", MUST, cards.push_channel),
    Clause(
        "5.4f",
        "channels: those not named keep their state",
        MUST,
        _unseen("no method shows the channels of a card"),
    ),
    Clause("5.5a", "purchases: no startDate is 422", MUST, history.start_is_mandatory),
    Clause("5.5b", "purchases: an array of items", MUST, history.purchases_look_right),
    Clause("5.5c", "purchases: amount in whole kopecks", MUST, history.amounts_are_kopecks),
    Clause("5.5d", "purchases: whole days, both inclusive", MUST, history.period_is_kept),
    Clause("5.5e", "purchases: none is []", MUST, history.no_purchases),
    Clause("5.5f", "purchases: an unknown card is 422", ADVICE, history.purchases_of_nobody),
)

_ISSUING = (
    Clause("5.6a", "reserve: gives a number", MUST, issuing.reserve),
    Clause("5.6b", "reserve: never the same number twice", MUST, issuing.numbers_differ),
    Clause("5.6c", "reserve: Cache-Control: no-store", ADVICE, issuing.not_cached),
    Clause("5.6d", "reserve: HEAD does not reserve", MUST, issuing.head_does_not_reserve),
    Clause("5.7a", "issue on a reserved number", MUST, issuing.issue_on_reserved),
    Clause("5.7b", "issue on a number: a repeat is 200", ADVICE, issuing.issue_on_repeated),
    Clause("5.7c", "issue on an unknown number is 422", MUST, issuing.issue_on_unknown),
    Clause("5.7d", "issue on another's number is 422", MUST, issuing.issue_on_taken),
    Clause("5.8a", "issue without reservation", MUST, issuing.issue_directly),
    Clause("5.8b", "issue again: never a second card", MUST, issuing.never_two_cards),
    Clause("5.9a", "promo code: an unknown one is 422", MUST, promotions.unknown_code),
    Clause("5.9b", "receipt: no receipt is refused", MUST, promotions.unreadable_receipt),
    Clause("5.10a", "getAllUsers: phones, if agreed", MUST, promotions.all_users),
    Clause(
        "5.10b",
        "getAllUsersExtended: phones and params, if agreed",
        MUST,
        promotions.all_users_extended,
    ),
)

_SCENARIOS = (
    Clause("A", "scenario: an existing card", MUST, scenarios.existing_card),
    Clause("B", "scenario: a number reserved first", MUST, scenarios.reserved_first),
    Clause("C", "scenario: a number assigned by the partner", MUST, scenarios.assigned_by_partner),
    Clause("D", "scenario: a number from a pool", MUST, scenarios.from_a_pool),
    Clause("E", "scenario: balance and history", MUST, scenarios.serving),
    Clause("F", "scenario: the profile is edited", MUST, scenarios.profile_edited),
    _sum("G", "scenario: promo code or receipt", ADVICE, "G4", "G5"),
    Clause("H", "scenario: cards for staff", MUST, promotions.staff_card),
)

_FORMATS = (
    _over_all("8a", "JSON as raw UTF-8, no escapes", ADVICE, every(everywhere.escape_fault)),
    _over_all("8b", "no BOM", MUST, every(wire.bom_fault)),
    _over_all(
        "8c",
        "numbers are plain decimals",
        ADVICE,
        every(everywhere.number_fault, purposes=frozenset({"card", "purchases"})),
    ),
    _over_all(
        "8d",
        "days are YYYY-MM-DD",
        MUST,
        every(everywhere.day_fault, purposes=frozenset({"card", "purchases"})),
    ),
    _over_all(
        "8e",
        "phones are digits only",
        MUST,
        every(everywhere.phone_fault, purposes=frozenset({"list"})),
    ),
)

_ACCEPTANCE = (
    _sum("11.1", "status, charset, UTF-8, no BOM", MUST, "1", "2.2", "2.3", "8b"),
    _sum("11.2", "every leaf a string", MUST, "2.5a", "2.5b"),
    Clause("11.3", "strangers see nothing, leave no trace", MUST, authorisation.nothing_learnt),
    _sum("11.4", "search", MUST, "5.1c", "5.1d", "5.1.1", "5.1.2", "5.1.3"),
    Clause("11.5a", "reservations at once are unique", MUST, issuing.reserve_at_once),
    Clause("11.5b", "several at once: one gets the number", MUST, issuing.issue_at_once),
    Clause(
        "11.5c",
        "a reservation expires",
        MUST,
        _unseen("a reservation lasts an hour; the check does not wait"),
    ),
    _sum("11.6", "channels: repeatable, only those named", MUST, "5.4b", "5.4f"),
    _over_all("11.7", "Cyrillic survives", MUST, everywhere.cyrillic_survives),
    Clause(
        "11.8",
        "database down is 422 with an error",
        MUST,
        _unseen("the host's database cannot be stopped from outside"),
    ),
    Clause("11.9", "malformed JSON is 422, nothing changed", MUST, bodies.malformed),
    Clause("11.10", "literals are not card numbers", MUST, paths.literals),
    Clause("11.11", "leading zeros survive", MUST, paths.leading_zeros),
)

_DECISIONS = (
    Clause("G1a", "the form of a reserved number", MUST, issuing.reserve_form),
    Clause("G1b", "PUT reserves as well", ADVICE, issuing.put_reserves),
    Clause("G2a", "a successful write has zero bytes", ADVICE, cards.writes_are_empty),
    Clause("G2b", "PUT writes as well", ADVICE, cards.put_is_accepted),
    Clause("G3a", "direct issue returns the card", ADVICE, issuing.issued_card_returned),
    Clause("G3b", "direct issue again: the same card", ADVICE, issuing.issue_directly_repeated),
    Clause("G4", "receipt: once, repeated, another's", ADVICE, promotions.good_receipt),
    Clause("G5", "promo code: accepted once", ADVICE, promotions.good_code),
    Clause("G7a", "purchases: the newest first", ADVICE, history.newest_first),
    Clause("G7b", "purchases: days that cannot be are 422", ADVICE, history.bad_days),
    Clause("G7c", "purchases: a period backwards is 422", ADVICE, history.period_backwards),
    Clause("G8", "bonuses: always an array, by validUntil", ADVICE, cards.lots_in_order),
    Clause("G9a", "profile: names in any letter case", ADVICE, bodies.names_in_any_case),
    Clause("G9b", "profile: a phone is enough to issue", ADVICE, bodies.phone_is_enough),
    Clause("G9c", "profile: no issue without a phone", ADVICE, bodies.phone_is_needed),
    Clause("G9d", "profile: bad values are 422, none written", ADVICE, bodies.bad_values),
    Clause("G9e", "profile: spellings of sex and country", ADVICE, bodies.sex_and_country),
    _sum("G10", "an empty body is zero bytes", ADVICE, "5.1c", "G2a"),
    Clause("G11", "401 names the mechanism", ADVICE, authorisation.challenge),
    Clause("G12a", "an unknown path: a refusal in JSON", MUST, paths.unknown_paths),
    Clause("G12b", "a wrong verb: a refusal in JSON", MUST, paths.wrong_verbs),
    Clause("G12c", "JSON that is no object is 422", ADVICE, bodies.not_an_object),
    Clause("G12d", "an odd request Content-Type is read", ADVICE, bodies.odd_content_type),
    Clause("G12e", "no UTF-8, NUL, deep nesting are 422", ADVICE, bodies.hostile_bodies),
    Clause("G12f", "a body of more than 1 MiB is 422", ADVICE, bodies.large_body),
    Clause("G12g", "letters as escapes are read", MUST, bodies.escapes_are_letters),
    Clause("G13a", "the same refusal has the same code", ADVICE, everywhere.stable_codes),
    _over_all("G13b", "descriptions in Russian", ADVICE, everywhere.russian_descriptions),
    _over_all("G13c", "no traces, no SQL in refusals", ADVICE, every(everywhere.leak_fault)),
    _over_all("G14", "answers within 5 s", ADVICE, every(everywhere.slow_fault)),
    _over_all(
        "G16",
        "EAN and UPC have their check digit",
        ADVICE,
        every(documents.first(documents.barcode_faults), purposes=_CARDS),
    ),
    Clause("G18a", "search: phones in any form", ADVICE, searching.phone_forms),
    Clause("G18b", "search: an overlong phone is ignored", ADVICE, searching.overlong_phone),
    Clause("G18c", "profile: phones in any form", ADVICE, bodies.phone_in_any_form),
    Clause("G19", "search: e-mails in any form", ADVICE, searching.email_forms),
    Clause("G20", "search: the phone is the strongest", ADVICE, searching.phone_is_stronger),
    Clause("G21", "search: a birth date alone finds none", ADVICE, searching.birth_date_alone),
    Clause("G22", "search: nothing to search by is 422", ADVICE, searching.nothing_to_search),
    Clause("G24", "a second number for a holder is 422", ADVICE, issuing.second_card),
    Clause("G25", "profile: another's e-mail is 422", ADVICE, cards.email_of_another),
    Clause("G26a", "channels: unknown ones are ignored", ADVICE, cards.unknown_channel),
    Clause("G26b", "channels: one in both lists is taken", ADVICE, cards.channel_in_both_lists),
    Clause("G26c", "channels: no lists of strings is 422", ADVICE, cards.odd_channel_lists),
    Clause("G26d", "channels: an empty object is 200", ADVICE, cards.no_channel_lists),
    Clause("G27", "lists: sorted, unique, or 422", ADVICE, promotions.lists_in_order),
    Clause("G28", "HTTPS", ADVICE, everywhere.encrypted),
    Clause("G29a", "a trailing slash is tolerated", ADVICE, paths.trailing_slash),
    Clause("G29b", "letter case of a path matters", ADVICE, paths.exact_case),
    Clause("G30", "methods above the version are unknown", ADVICE, paths.above_the_version),
    Clause("G34", "HEAD on the reservation is 405", ADVICE, issuing.head_is_405),
    Clause("G35a", "a card number may be percent-encoded", MUST, paths.percent_encoding),
    Clause("G35b", "an odd card number is 422", ADVICE, paths.odd_numbers),
    Clause("G36", "a password with colon or non-ASCII", ADVICE, authorisation.odd_password),
)

CLAUSES = (
    *_RULES,
    *_OBJECTS,
    *_READING,
    *_ISSUING,
    *_SCENARIOS,
    *_FORMATS,
    *_ACCEPTANCE,
    *_DECISIONS,
)
