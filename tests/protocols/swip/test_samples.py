"""The examples of the specification, played and compared whole; of a time its form is compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from adapter.core.members import Member
from tests.protocols.swip.people import PHONE, add_customer, add_maria
from tests.protocols.swip.plugin import MERCHANT, SAMPLES, Plugin, sample
from tests.protocols.swip.rules import TIMESTAMP

LOOKUPS = ("stats_by_phone", "stats_by_pass", "not_found", "not_found_by_13_digits", "neither")


def play(plugin: Plugin, example: dict[str, Any]) -> TestResponse:
    """The reply to the request of an example."""
    changed = {name.replace("-", "_"): text for name, text in example.get("headers", {}).items()}
    from_till = plugin.with_headers(**{name.lower(): text for name, text in changed.items()})
    body = example.get("request")
    if body is None:
        return from_till.open(example["method"], example["path"])
    return from_till.post(example["path"], body)


def assert_is_printed(response: TestResponse, example: dict[str, Any]) -> None:
    """Fail unless the answer is the printed one: its keys and their order, but not its time."""
    sent, printed = response.json, example["answer"]
    if "timestamp" in printed:
        assert TIMESTAMP.fullmatch(printed["timestamp"])
        printed = printed | {"timestamp": sent["timestamp"]}
    assert (response.status_code, sent) == (example["status"], printed)
    assert list(sent) == list(printed)


def test_lookups(plugin: Plugin, maria: Member) -> None:
    for name in LOOKUPS:
        assert_is_printed(play(plugin, sample(name)), sample(name))


def test_a_customer_without_movements(plugin: Plugin) -> None:
    add_customer(plugin, phone="79167795322")

    example = sample("stats_without_movements")

    assert_is_printed(play(plugin, example), example)


def test_a_profile(plugin: Plugin, maria: Member) -> None:
    assert_is_printed(play(plugin, sample("profile")), sample("profile"))


def test_a_signup(make_plugin: Any) -> None:
    plugin = make_plugin()
    example = sample("signup")

    response = play(plugin, example)

    number = response.json["discountCard"]
    assert number.isdigit()
    printed = example["answer"] | {"discountCard": number}
    assert_is_printed(response, example | {"answer": printed})
    assert plugin.points(phone=PHONE) == 0


def test_the_vendors_own_headers(make_plugin: Any) -> None:
    """§2 and §5.2: its sample values, beside its sample of a balance."""
    headers = sample("headers")
    token, merchant = headers["Authorization"].partition(" ")[2], headers["X-Merchant-ID"]
    plugin = make_plugin(merchant=merchant, token=token)
    add_maria(plugin, points=11806)

    response = plugin.client.post(f"/customer-loyalty-stats?phone={PHONE}", headers=headers)

    assert (response.status_code, response.data) == (200, b'{"points": 11806}')
    assert merchant != MERCHANT


def test_names_are_sent_as_real_letters(plugin: Plugin, maria: Member) -> None:
    assert "Мария Петрова".encode() in plugin.profile(phone=PHONE).data


def test_the_time_of_a_refusal_is_the_present_one(plugin: Plugin) -> None:
    """D15: UTC, milliseconds, also where they are none."""
    clock: Any = plugin.database.clock

    assert plugin.stats().json["timestamp"] == "2026-05-04T09:00:00.000Z"
    clock.now = clock.now.replace(microsecond=589_999)
    assert plugin.stats().json["timestamp"] == "2026-05-04T09:00:00.589Z"


def test_every_sample_is_played() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    names = [path.stem for path in SAMPLES.glob("*.json") if not path.stem.startswith("order")]

    assert len(names) == 9
    assert [name for name in names if f'"{name}"' not in text] == []
