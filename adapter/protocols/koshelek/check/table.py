"""Every clause of the vendor's rules that the check reports, in the order of the spec.

`must` is the vendor's word or a partner's visible practice (tags D and I), `advice` a decision
where the sources are silent (tag R), in which another partner may rightly differ.
"""

from __future__ import annotations

from adapter.checks import advice, answered, every, must, sum_of, unseen, wire
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
from adapter.protocols.koshelek.check.documents import shown_by

_CARD, _CARDS = shown_by("card"), shown_by("search", "card", "issue")

_RULES = (
    must("1", "answers are JSON in UTF-8, or no bytes", every(wire.encoding_fault)),
    must("2.1a", "the right login and password open", authorisation.right_credential),
    must("2.1b", "no Authorization header is refused", authorisation.no_header),
    must("2.1c", "a wrong password is refused", authorisation.wrong_password),
    must("2.1d", "a wrong login is refused", authorisation.wrong_login),
    must("2.1e", "another scheme is refused", authorisation.other_scheme),
    must("2.1f", "garbage after Basic is refused", authorisation.garbage),
    must("2.1g", "a wrong non-ASCII password is refused", authorisation.foreign_password),
    must("2.1h", "every method asks for credentials", authorisation.every_method),
    advice("2.1i", "Basic in any letter case opens", authorisation.scheme_in_any_case),
    must("2.2", "Content-Type with its charset", every(wire.content_type_fault)),
    must("2.3", "every request is answered, with 200 or 422", answered(wire.status_fault)),
    must("2.4", "errors are {code, description}", every(everywhere.error_fault)),
    must("2.5a", "every leaf is a string", every(everywhere.leaf_fault)),
    must("2.5b", "no leaf is null", every(everywhere.null_fault)),
    advice("2.6", "unknown body fields are ignored", bodies.unknown_fields),
)

_OBJECTS = (
    must(
        "4.1a",
        "card: number, state, barcode, within one object",
        every(wire.first(documents.card_faults), where=_CARDS),
    ),
    advice("4.1b", "card: at most 50 characters", every(everywhere.length_fault, where=_CARDS)),
    advice(
        "4.1c",
        "card: a bonus only in method 2",
        every(everywhere.bonus_fault, where=shown_by("search", "issue")),
    ),
    must(
        "4.2",
        "bonus: total, available, portions",
        every(wire.first(documents.bonus_faults), where=_CARD),
    ),
    must("4.3", "profile: all nine fields are taken", bodies.whole_profile),
)

_READING = (
    must("5.1a", "search: found by phone", searching.by_phone),
    must("5.1b", "search: found by e-mail", searching.by_email),
    must("5.1c", "search: nothing found is 200, zero bytes", searching.nothing_found),
    must("5.1d", "search: never a list", every(searching.list_fault)),
    advice("5.1e", "search: names in any letter case", searching.names_in_any_case),
    must("5.1.1", "search: parameters are joined by OR", searching.either_is_enough),
    must("5.1.2", "search: unknown names are ignored", searching.unknown_is_ignored),
    must("5.1.3", "search: two match, one card or error", searching.two_people_match),
    must("5.1.4", "search: a blocked card is not given", searching.blocked_card),
    must("5.2a", "card and balance", cards.card_and_balance),
    must("5.2b", "card and balance of a known customer", cards.known_balance),
    must("5.2c", "an unknown card is 422", cards.unknown_card),
    must("5.3a", "profile: a change takes effect", cards.profile_changes),
    must("5.3b", "profile: absent or empty is left alone", cards.absent_is_left_alone),
    must("5.3c", "profile: an unknown card is 422", cards.profile_of_nobody),
    must("5.3d", "profile: another's phone is 422", cards.phone_of_another),
    advice("5.3e", "profile: a repeat is 200", cards.profile_repeated),
    must("5.4a", "channels: both lists are taken", cards.channels),
    must("5.4b", "channels: a repeat is the same", cards.channels_repeated),
    advice("5.4c", "channels: either list may be absent", cards.one_list_only),
    must("5.4d", "channels: an unknown card is 422", cards.channels_of_nobody),
    must("5.4e", "channels: push is taken", cards.push_channel),
    must(
        "5.4f",
        "channels: those not named keep their state",
        unseen("no method shows the channels of a card"),
    ),
    must("5.5a", "purchases: no startDate is 422", history.start_is_mandatory),
    must("5.5b", "purchases: an array of items", history.purchases_look_right),
    must("5.5c", "purchases: amount in whole kopecks", history.amounts_are_kopecks),
    must("5.5d", "purchases: whole days, both inclusive", history.period_is_kept),
    must("5.5e", "purchases: none is []", history.no_purchases),
    advice("5.5f", "purchases: an unknown card is 422", history.purchases_of_nobody),
)

_ISSUING = (
    must("5.6a", "reserve: gives a number", issuing.reserve),
    must("5.6b", "reserve: never the same number twice", issuing.numbers_differ),
    advice("5.6c", "reserve: Cache-Control: no-store", issuing.not_cached),
    must("5.6d", "reserve: HEAD does not reserve", issuing.head_does_not_reserve),
    must("5.7a", "issue on a reserved number", issuing.issue_on_reserved),
    advice("5.7b", "issue on a number: a repeat is 200", issuing.issue_on_repeated),
    must("5.7c", "issue on an unknown number is 422", issuing.issue_on_unknown),
    must("5.7d", "issue on another's number is 422", issuing.issue_on_taken),
    must("5.8a", "issue without reservation", issuing.issue_directly),
    must("5.8b", "issue again: never a second card", issuing.never_two_cards),
    must("5.9a", "promo code: an unknown one is 422", promotions.unknown_code),
    must("5.9b", "receipt: no receipt is refused", promotions.unreadable_receipt),
    must("5.10a", "getAllUsers: phones, if agreed", promotions.all_users),
    must(
        "5.10b", "getAllUsersExtended: phones and params, if agreed", promotions.all_users_extended
    ),
)

_SCENARIOS = (
    must("A", "scenario: an existing card", scenarios.existing_card),
    must("B", "scenario: a number reserved first", scenarios.reserved_first),
    must("C", "scenario: a number assigned by the partner", scenarios.assigned_by_partner),
    must("D", "scenario: a number from a pool", scenarios.from_a_pool),
    must("E", "scenario: balance and history", scenarios.serving),
    must("F", "scenario: the profile is edited", scenarios.profile_edited),
    advice("G", "scenario: promo code or receipt", sum_of("G4", "G5")),
    must("H", "scenario: cards for staff", promotions.staff_card),
)

_FORMATS = (
    advice("8a", "JSON as raw UTF-8, no escapes", every(everywhere.escape_fault)),
    must("8b", "no BOM", every(wire.bom_fault)),
    advice(
        "8c",
        "numbers are plain decimals",
        every(everywhere.number_fault, where=shown_by("card", "purchases")),
    ),
    must(
        "8d",
        "days are YYYY-MM-DD",
        every(everywhere.day_fault, where=shown_by("card", "purchases")),
    ),
    must("8e", "phones are digits only", every(everywhere.phone_fault, where=shown_by("list"))),
)

_ACCEPTANCE = (
    must("11.1", "status, charset, UTF-8, no BOM", sum_of("1", "2.2", "2.3", "8b")),
    must("11.2", "every leaf a string", sum_of("2.5a", "2.5b")),
    must("11.3", "strangers see nothing, leave no trace", authorisation.nothing_learnt),
    must("11.4", "search", sum_of("5.1c", "5.1d", "5.1.1", "5.1.2", "5.1.3")),
    must("11.5a", "reservations at once are unique", issuing.reserve_at_once),
    must("11.5b", "several at once: one gets the number", issuing.issue_at_once),
    must(
        "11.5c",
        "a reservation expires",
        unseen("a reservation lasts an hour; the check does not wait"),
    ),
    must("11.6", "channels: repeatable, only those named", sum_of("5.4b", "5.4f")),
    must("11.7", "Cyrillic survives", everywhere.cyrillic_survives),
    must(
        "11.8",
        "database down is 422 with an error",
        unseen("the host's database cannot be stopped from outside"),
    ),
    must("11.9", "malformed JSON is 422, nothing changed", bodies.malformed),
    must("11.10", "literals are not card numbers", paths.literals),
    must("11.11", "leading zeros survive", paths.leading_zeros),
)

_DECISIONS = (
    must("G1a", "the form of a reserved number", issuing.reserve_form),
    advice("G1b", "PUT reserves as well", issuing.put_reserves),
    advice("G2a", "a successful write has zero bytes", cards.writes_are_empty),
    advice("G2b", "PUT writes as well", cards.put_is_accepted),
    advice("G3a", "direct issue returns the card", issuing.issued_card_returned),
    advice("G3b", "direct issue again: the same card", issuing.issue_directly_repeated),
    advice("G4", "receipt: once, repeated, another's", promotions.good_receipt),
    advice("G5", "promo code: accepted once", promotions.good_code),
    advice("G7a", "purchases: the newest first", history.newest_first),
    advice("G7b", "purchases: days that cannot be are 422", history.bad_days),
    advice("G7c", "purchases: a period backwards is 422", history.period_backwards),
    advice("G8", "bonuses: always an array, by validUntil", cards.lots_in_order),
    advice("G9a", "profile: names in any letter case", bodies.names_in_any_case),
    advice("G9b", "profile: a phone is enough to issue", bodies.phone_is_enough),
    advice("G9c", "profile: no issue without a phone", bodies.phone_is_needed),
    advice("G9d", "profile: bad values are 422, none written", bodies.bad_values),
    advice("G9e", "profile: spellings of sex and country", bodies.sex_and_country),
    advice("G10", "an empty body is zero bytes", sum_of("5.1c", "G2a")),
    advice("G11", "401 names the mechanism", authorisation.challenge),
    must("G12a", "an unknown path: a refusal in JSON", paths.unknown_paths),
    must("G12b", "a wrong verb: a refusal in JSON", paths.wrong_verbs),
    advice("G12c", "JSON that is no object is 422", bodies.not_an_object),
    advice("G12d", "an odd request Content-Type is read", bodies.odd_content_type),
    advice("G12e", "no UTF-8, NUL, deep nesting are 422", bodies.hostile_bodies),
    advice("G12f", "a body of more than 1 MiB is 422", bodies.large_body),
    must("G12g", "letters as escapes are read", bodies.escapes_are_letters),
    advice("G13a", "the same refusal has the same code", everywhere.stable_codes),
    advice("G13b", "descriptions in Russian", everywhere.russian_descriptions),
    advice("G13c", "no traces, no SQL in refusals", every(everywhere.leak_fault)),
    advice("G14", "answers within 5 s", every(wire.slow_fault)),
    advice(
        "G16",
        "EAN and UPC have their check digit",
        every(wire.first(documents.barcode_faults), where=_CARDS),
    ),
    advice("G18a", "search: phones in any form", searching.phone_forms),
    advice("G18b", "search: an overlong phone is ignored", searching.overlong_phone),
    advice("G18c", "profile: phones in any form", bodies.phone_in_any_form),
    advice("G19", "search: e-mails in any form", searching.email_forms),
    advice("G20", "search: the phone is the strongest", searching.phone_is_stronger),
    advice("G21", "search: a birth date alone finds none", searching.birth_date_alone),
    advice("G22", "search: nothing to search by is 422", searching.nothing_to_search),
    advice("G24", "a second number for a holder is 422", issuing.second_card),
    advice("G25", "profile: another's e-mail is 422", cards.email_of_another),
    advice("G26a", "channels: unknown ones are ignored", cards.unknown_channel),
    advice("G26b", "channels: one in both lists is taken", cards.channel_in_both_lists),
    advice("G26c", "channels: no lists of strings is 422", cards.odd_channel_lists),
    advice("G26d", "channels: an empty object is 200", cards.no_channel_lists),
    advice("G27", "lists: sorted, unique, or 422", promotions.lists_in_order),
    advice("G28", "HTTPS", wire.encrypted),
    advice("G29a", "a trailing slash is tolerated", paths.trailing_slash),
    advice("G29b", "letter case of a path matters", paths.exact_case),
    advice("G30", "methods above the version are unknown", paths.above_the_version),
    advice("G34", "HEAD on the reservation is 405", issuing.head_is_405),
    must("G35a", "a card number may be percent-encoded", paths.percent_encoding),
    advice("G35b", "an odd card number is 422", paths.odd_numbers),
    advice("G36", "a password with colon or non-ASCII", authorisation.odd_password),
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
