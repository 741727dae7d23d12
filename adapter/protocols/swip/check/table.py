"""Every clause of the SWiP specification that the check reports, in its order.

`must` is the vendor's word (marks S and R), `advice` a decision where the vendor is silent (mark
D), in which another host may rightly differ: all of §8, of which only the flow is the vendor's.
"""

from __future__ import annotations

from functools import partial

from adapter.checks import advice, answered, every, must, unseen, wire
from adapter.protocols.swip.check import access, customers, everywhere, orders
from adapter.protocols.swip.check.everywhere import is_refusal, refusals, shows_balance

_ACCESS = (
    must("1a", "HTTPS", wire.encrypted),
    must("1b", "answers are one JSON object in UTF-8", every(everywhere.object_fault)),
    must("1c", "Content-Type is JSON", every(wire.json_type_fault)),
    advice("1d", "balances are not cached", every(everywhere.cache_fault, where=shows_balance)),
    advice("1e", "a trailing slash is tolerated", access.trailing_slash),
    advice("1f", "answers within 5 s", every(wire.slow_fault)),
    must("2a", "no token is 401", access.no_token),
    must("2b", "a wrong token is 401", access.wrong_token),
    advice("2c", "Bearer in any letter case", access.scheme_in_any_case),
    advice("2d", "merchant, store and cash are needed", access.identity_is_needed),
    advice("2e", "the merchant exactly as written", access.merchant_as_written),
    must("2f", "another merchant's token is 403", access.other_merchant),
    advice("2g", "a store that is not listed is 403", access.foreign_store),
    must("2h", "store and cash are free text", access.free_text),
    advice("2i", "the first fault decides", access.first_fault),
    must("3a", "Api-Version as documented", access.documented_versions),
    advice("3b", "profile takes version 3 as well", access.one_number_everywhere),
    advice("3c", "no version is the documented one", access.version_is_optional),
    advice("3d", "another version is 400", access.other_versions),
)

_RULES = (
    must("4.1a", "phone or pass is needed", customers.one_is_needed),
    advice("4.1b", "the first that is not blank counts", customers.first_that_is_not_blank),
    advice("4.1c", "unknown parameters are ignored", customers.unknown_parameters),
    advice("4.1d", "phone and pass must agree", customers.both_agree),
    must("4.2a", "a leading 8 is a 7", customers.eight_is_seven),
    advice("4.2b", "phones in any notation", customers.phone_forms),
    advice("4.2c", "no phones are 400", customers.malformed_phones),
    must("4.2d", "phones of any length are looked up", customers.any_length),
    must("4.3a", "found by pass", customers.by_pass),
    advice("4.4a", "only within the program", customers.other_program),
    must("4.6a", "ApiError, its code an integer", every(everywhere.error_fault, where=is_refusal)),
    advice("4.6b", "all five keys", every(everywhere.keys_fault, where=is_refusal)),
    advice("4.6c", "timestamp in UTC", every(everywhere.timestamp_fault, where=is_refusal)),
    advice(
        "4.6d",
        "fieldErrors: null or objects",
        every(everywhere.field_errors_fault, where=is_refusal),
    ),
    advice(
        "4.6e", "fieldErrors: each wrong field", refusals(everywhere.blame_fault, vendors=False)
    ),
    must("4.7a", "every request answered, known status", answered(wire.status_fault)),
    advice("4.7b", "an unknown path is 404", access.unknown_paths),
    advice("4.7c", "a wrong method is 405, with Allow", access.wrong_methods),
    must("4.8a", "9 where nobody is found", refusals(everywhere.number_fault, vendors=True)),
    must("4.8b", "9 and what is said", refusals(everywhere.description_fault, vendors=True)),
    advice("4.8c", "our own numbers", refusals(everywhere.number_fault, vendors=False)),
    advice("4.8d", "and what is said", refusals(everywhere.description_fault, vendors=False)),
    must("4.8e", "500 as an ApiError", unseen("no fault of the host can be provoked from outside")),
)

_CUSTOMERS = (
    must("5a", "points: a whole number, nothing else", customers.points),
    must("5b", "points: by POST as well", partial(customers.points, method="POST")),
    advice("5c", "lookups: from the body of a POST", customers.asked_by_body),
    must("5d", "lookups: nobody is 400, and not made", customers.nobody),
    must("5e", "lookups: blocked is 400, no balance", customers.blocked),
    must("6a", "profile: name, balance, phone", customers.profile),
    advice("6b", "profile: by POST as well", partial(customers.profile, method="POST")),
    advice("6c", "profile: the balance is the points", customers.one_figure),
    must("7a", "signup: a customer at once", customers.signed_up),
    advice("7b", "signup: the profile and a card", customers.signup_answer),
    advice("7c", "signup: a phone is enough", customers.phone_is_enough),
    advice("7d", "signup: birthdays", customers.birthday_forms),
    advice("7e", "signup: bad fields, all at once", customers.bad_fields),
    must("7f", "signup: a phone is needed", customers.bad_phones),
    must("7g", "signup: no JSON object is 400", customers.bad_bodies),
    must("7h", "signup: again is 422", customers.again),
    advice("7i", "signup: blocked is 422 as well", customers.blocked_again),
    must("7j", "signup: at once, one only", customers.signed_up_at_once),
)

_ORDERS = (
    advice("8a", "orders: switched off, 404", access.orders_are_off),
    advice("8b", "orders: created, and read", orders.created),
    advice("8c", "orders: created again", orders.created_again),
    advice("8d", "orders: mandatory fields", orders.bad_orders),
    advice("8e", "orders: bound", orders.bound),
    advice("8f", "orders: points set aside", orders.set_aside),
    advice("8g", "orders: closed once", orders.closed_once),
    advice("8h", "orders: closed with 0", orders.cancelled),
    advice("8i", "orders: of nobody", orders.of_nobody),
    advice("8j", "orders: refunded", orders.refunded),
    advice("8k", "orders: a bill of several", orders.whole_bill),
    advice("8l", "orders: unknown", orders.unknown_orders),
    advice("8m", "orders: another merchant's", orders.order_of_another),
    advice("8n", "orders: lapse", unseen("an order lives for hours; the check does not wait")),
)

CLAUSES = (*_ACCESS, *_RULES, *_CUSTOMERS, *_ORDERS)
