"""Sections 5.2 to 5.4: the card with its balance, the profile, the channels."""

from __future__ import annotations

from typing import Any

from adapter.checks import Failed
from adapter.checks.wire import first, judge
from adapter.protocols.koshelek.check import documents, expect
from adapter.protocols.koshelek.check.people import Person, unissued_number
from adapter.protocols.koshelek.check.play import Play

BOTH = {"allow": ["sms", "email"], "deny": ["call"]}


def card_and_balance(play: Play) -> str:
    answer = expect.card(play.card(play.anna.number), play.anna.number)
    judge([answer], first(documents.card_faults))
    judge([answer], first(documents.bonus_faults))
    return f"total {(documents.bonus(answer) or {}).get('total')}"


def known_balance(play: Play) -> str:
    """The customer we were told about: lots and all."""
    number = play.known_number()
    answer = expect.card(play.card(number), number)
    judge([answer], first(documents.bonus_faults))
    return f"{len(documents.lots(answer))} portions"


def unknown_card(play: Play) -> None:
    expect.refusal(play.card(unissued_number()))


def lots_in_order(play: Play) -> str:
    """By the day of validity, those without one last or first (G8)."""
    for number in {play.anna.number, *_known(play)}:
        answer = expect.status(play.card(number), 200)
        bonus = documents.bonus(answer) or {}
        if not isinstance(bonus.get("bonuses"), list):
            expect.fail(answer, "bonuses must be an array")
        days = [str(lot["validUntil"]) for lot in documents.lots(answer) if lot.get("validUntil")]
        if days != sorted(days):
            expect.fail(answer, "bonuses are not by validUntil")
    return "an array also without points"


def _known(play: Play) -> list[str]:
    return [play.known_number()] if play.options.card or play.options.phone else []


def profile_changes(play: Play) -> None:
    holder, later = play.new_holder(), Person()
    profile = holder.person.profile(email=later.email, surname="Жукова", locality="Орёл")
    expect.status(play.update(holder.number, profile), 200)
    expect.card(play.search(email=later.email), holder.number)
    expect.card(play.search(msisdn=holder.phone), holder.number)


def profile_repeated(play: Play) -> None:
    holder = play.new_holder()
    profile = holder.person.profile(firstname="Семён")
    for _ in range(2):
        expect.status(play.update(holder.number, profile), 200)


def absent_is_left_alone(play: Play) -> None:
    """Only present, non-empty fields change the record."""
    holder = play.new_holder()
    silent: tuple[dict[str, Any], ...] = (
        {},
        {"surname": "Щукина"},
        {"email": "", "phone": ""},
        {"email": None, "phone": None},
    )
    for profile in silent:
        expect.status(play.update(holder.number, profile), 200)
    expect.card(play.search(msisdn=holder.phone), holder.number)
    expect.card(play.search(email=holder.email), holder.number)


def profile_of_nobody(play: Play) -> None:
    expect.refusal(play.update(unissued_number(), Person().profile()))


def phone_of_another(play: Play) -> None:
    anna, holder, later = play.anna, play.new_holder(), Person()
    expect.refusal(play.update(holder.number, {"phone": anna.phone, "email": later.email}))
    expect.nobody(play.search(email=later.email))
    expect.card(play.search(msisdn=anna.phone), anna.number)
    expect.card(play.search(msisdn=holder.phone), holder.number)


def email_of_another(play: Play) -> None:
    anna, holder = play.anna, play.new_holder()
    expect.refusal(play.update(holder.number, {"email": anna.email}))
    expect.card(play.search(email=holder.email), holder.number)


def channels(play: Play) -> None:
    expect.status(play.set_channels(play.new_holder().number, BOTH), 200)


def channels_repeated(play: Play) -> None:
    number = play.new_holder().number
    bodies = {expect.status(play.set_channels(number, BOTH), 200).body for _ in range(3)}
    if len(bodies) > 1:
        raise Failed("the same request was answered in different ways")


def one_list_only(play: Play) -> None:
    number = play.anna.number
    expect.status(play.set_channels(number, {"allow": ["sms"]}), 200)
    expect.status(play.set_channels(number, {"deny": ["sms"]}), 200)


def channels_of_nobody(play: Play) -> None:
    expect.refusal(play.set_channels(unissued_number(), BOTH))


def unknown_channel(play: Play) -> None:
    number = play.anna.number
    expect.status(play.set_channels(number, {"allow": ["pigeon", "sms"], "deny": ["факс"]}), 200)


def push_channel(play: Play) -> None:
    expect.status(play.set_channels(play.anna.number, {"allow": ["push"]}), 200)


def channel_in_both_lists(play: Play) -> None:
    expect.status(play.set_channels(play.anna.number, {"allow": ["sms"], "deny": ["sms"]}), 200)


def odd_channel_lists(play: Play) -> None:
    number = play.anna.number
    for body in ({"allow": "sms"}, {"deny": {"sms": "1"}}, {"allow": [1]}, {"allow": [["sms"]]}):
        expect.refusal(play.set_channels(number, body))


def no_channel_lists(play: Play) -> None:
    expect.status(play.set_channels(play.anna.number, {}), 200)


def writes_are_empty(play: Play) -> str:
    """The answer to a successful write of methods 3, 4 and 7 has zero bytes (G2)."""
    holder = play.new_holder()
    expect.empty(play.update(holder.number, {"locality": "Псков"}))
    expect.empty(play.set_channels(holder.number, BOTH))
    if not play.offers("reservation"):
        return "profile and channels"
    expect.empty(play.issue_on(play.reserved(), Person().profile()))
    return "profile, channels and issue on a number"


def put_is_accepted(play: Play) -> None:
    """PUT is an alias of POST on methods 3 and 7, whose verb no vendor text shows (G2)."""
    holder = play.new_holder()
    expect.status(play.update(holder.number, {"locality": "Псков"}, method="PUT"), 200)
    if play.offers("reservation"):
        answer = play.issue_on(play.reserved(), Person().profile(), method="PUT")
        expect.status(answer, 200)
