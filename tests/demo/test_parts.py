"""What the demo is made of: the retailer, the screen, and the processes it starts."""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from decimal import Decimal

import pytest

from adapter.cli.endings import CouldNotRun
from adapter.core.cards import BarcodeType, barcodes
from adapter.demo import inbox, processes, stage
from adapter.demo.calls import Reply
from adapter.demo.inbox import Inbox
from adapter.demo.orders import order_of
from adapter.demo.plugin import Plugin
from adapter.demo.processes import running
from adapter.demo.receipts import line, payment, receipt
from adapter.demo.retailer import ANNAS_PASSES, retailer
from adapter.demo.screen import Screen, pretty
from adapter.demo.till import Till
from adapter.demo.watch import Followed

TODAY = date(2026, 5, 4)
SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPER


def test_the_retailer_is_the_same_each_time_and_has_one_of_everything():
    told = retailer(TODAY)
    program, neighbour = told.document["programs"]
    held = [card for member in program["members"] for card in member["cards"]]

    assert told.document == retailer(TODAY).document
    assert len(program["members"]) == 300
    assert {card["barcode"]["type"] for card in held} == set(BarcodeType)
    assert {card["state"] for card in held} == {"active", "inactive", "blocked"}
    assert {rule["kind"] for rule in program["earn_rules"]} == {"spending", "multiplier", "event"}
    spoken = {"koshelek", "fidelizacion", "swip"}
    assert {one["protocol"] for one in program["credentials"]} == spoken
    assert neighbour["code"] != program["code"]
    for card in (*held, *program["card_pool"]):
        barcodes.check(BarcodeType(card["barcode"]["type"]), card["barcode"]["number"])


def test_those_the_checks_are_told_of_are_what_they_are_told_to_be():
    told = retailer(TODAY)
    members = {one["phone"]: one for one in told.document["programs"][0]["members"]}

    gifts = members[told.gifted.phone]["benefits"]
    assert [one.get("state", "active") for one in gifts] == ["active", "active", "redeemed"]
    assert members[told.gifted.phone]["status"] == "active"
    assert members[told.inactive.phone]["status"] == "blocked"
    assert members[told.blocked.phone]["cards"][0]["state"] == "blocked"
    assert members[told.anna.phone]["passes"] == list(ANNAS_PASSES)
    assert not {one.phone for one in told.newcomers} & members.keys()


def test_what_was_not_seen_is_counted_and_shown(capsys):
    screen = Screen()

    screen.chapter("A", "A title", "A story.")
    screen.expected("this", True)
    screen.expected("that", False, seen="another")

    assert (screen.seen, screen.missed) == (2, ["A: that"])
    assert "✗ that; seen: 'another'" in capsys.readouterr().out


def test_a_repeat_is_shown_as_one(capsys):
    screen = Screen()

    for _ in range(2):
        screen.request("POST", "/v1/event", {"event": "visit"})
        screen.answer(200, {"status": "success"}, 0.001)
    screen.request("POST", "/v1/event", {"event": "birthday"})
    screen.answer(200, {"status": "success"}, 0.001)

    shown = capsys.readouterr().out
    assert shown.count("visit") == 1
    assert shown.count("(the same again)") == 2
    assert shown.count('{"status": "success"}') == 2


def test_json_is_shown_for_people():
    assert pretty({"a": "ё", "b": []}) == '{"a": "ё", "b": []}'
    assert pretty(["x" * 50, "y" * 50]) == f'["{"x" * 50}",\n "{"y" * 50}"]'
    assert pretty([1, 2, 3, 4, 5]) == "[1, 2, 3, … and 2 more]"
    assert pretty({"aa": 1, "bb": 2, "cc": {"dd": 3}}, room=20) == (
        '{"aa": 1, "bb": 2,\n "cc": {"dd": 3}}'
    )


def test_no_line_of_json_is_longer_than_there_is_room():
    told = receipt("R-1", [line("K-1000"), line("B-0002", off=1890)], points=5000, card=1)
    nested = {"status": "success", "data": {"member": {"assets": [told], "transactions": [told]}}}

    for room in range(60, 100):
        assert max(map(len, pretty(nested, room=room).splitlines())) <= room


def test_a_receipt_counts_what_comes_back_below_zero():
    told = receipt("R-1", [line("B-0002"), line("P-0001", is_return=True)], card=3000)

    assert told["totalAmount"] == 18900 - 15900
    assert [one["lineId"] for one in told["items"]] == ["1", "2"]
    assert payment({"email": "a@b.c"}, told, 100)["transaction"]["transactionId"] == "R-1"


class _Ledger:
    """A ledger in which nothing moves and everybody has so many points, as somebody should."""

    def __init__(self, points: str) -> None:
        self.whole = Decimal(points)
        self.minor = int(self.whole * 100)
        self.followed = Followed(retailer(TODAY).anna, self.whole)

    def changes(self) -> list:
        return []

    def available(self, _phone: str) -> _Ledger:
        return self

    def __str__(self) -> str:
        return str(self.whole)


@pytest.mark.parametrize(
    ("document", "missed"),
    [
        ({"status": "success", "data": {"newBalance": {"points": 700}}, "newBalance": {}}, 1),
        ({"status": "success", "data": {"newBalance": {"points": 701}}}, 2),
        ({"status": "success", "data": {"member": {"points": 699}}}, 2),
        ({"status": "success"}, 1),
        ({"status": "error", "data": {}}, 1),
        ({"status": "success", "data": {}}, 0),
    ],
)
def test_a_till_sees_what_is_wrong_with_an_answer(monkeypatch, document, missed):
    till = Till("http://127.0.0.1:1", "key", Screen(), _Ledger("7"))
    monkeypatch.setattr(
        Till, "send", lambda *_, **__: Reply(200, {}, str(document), document, 0.001)
    )

    till.call("A call", "event", {})

    assert len(till.screen.missed) == missed


def test_a_till_sees_that_a_refusal_is_another_one(monkeypatch):
    error = {"status": "error", "error": {"code": "203", "path": "body.member.email"}}
    till = Till("http://127.0.0.1:1", "key", Screen(), _Ledger("7"))
    monkeypatch.setattr(Till, "send", lambda *_, **__: Reply(200, {}, "", error, 0.001))

    till.refused("Right", "event", {}, code="203", path="body.member.email")
    till.refused("No path", "event", {}, code="203")
    till.refused("Another code", "event", {}, code="407", path="body.member.email")
    till.refused("Another status", "event", {}, code="203", status=400, path="body.member.email")

    assert len(till.screen.missed) == 3


def _plugin(monkeypatch, status: int, document: dict, **headers: str) -> Plugin:
    reply = Reply(status, headers, str(document), document, 0.001)
    monkeypatch.setattr(Plugin, "send", lambda *_, **__: reply)
    return Plugin("http://127.0.0.1:1", "ABCD", "token", Screen(), _Ledger("7.5"))


@pytest.mark.parametrize(
    ("document", "cached", "missed"),
    [
        ({"points": 7}, "no-store", 0),
        ({"points": 7}, "", 1),
        ({"points": 8}, "no-store", 1),
        ({"name": "", "balance": 6}, "no-store", 1),
        ({"merchantOrderId": "S-1", "customer": {"phone": "7"}, "points": 8}, "no-store", 1),
        ({"merchantOrderId": "S-1", "customer": None, "points": 0}, "no-store", 0),
        (["points"], "no-store", 1),
    ],
)
def test_a_plugin_sees_what_is_wrong_with_an_answer(monkeypatch, document, cached, missed):
    plugin = _plugin(monkeypatch, 200, document, **{"Cache-Control": cached})

    plugin.call("A call", "/customer-profile", query={"phone": "7"})

    assert len(plugin.screen.missed) == missed


def test_a_plugin_sees_that_a_refusal_is_another_one(monkeypatch):
    error = {
        "@type": "ApiError",
        "code": 9,
        "timestamp": "",
        "description": "",
        "fieldErrors": None,
    }
    plugin = _plugin(monkeypatch, 400, error)
    shorter = _plugin(monkeypatch, 400, error)

    plugin.refused("Right", "/customer-profile", status=400, code=9)
    plugin.refused("Another status", "/customer-profile", status=422, code=9)
    plugin.refused("Another code", "/customer-profile", status=400, code=1012)
    plugin.refused("No field", "/customer-profile", status=400, code=9, blames=("phone",))
    del error["fieldErrors"]
    shorter.refused("A key is missing", "/customer-profile", status=400, code=9)

    assert len(plugin.screen.missed) == 3
    assert len(shorter.screen.missed) == 1


def test_who_is_served_must_have_what_they_had_and_what_moved():
    screen, ledger = Screen(), _Ledger("7")
    till = Till("http://127.0.0.1:1", "key", screen, ledger)
    plugin = Plugin("http://127.0.0.1:1", "ABCD", "token", screen, ledger)

    till.balance(())
    plugin.balance((("reservation", "-2"),))
    ledger.whole = Decimal(5)
    till.balance((("capture", "0"),))

    assert len(screen.missed) == 1


def test_what_a_plugin_proves_itself_with_is_shown_to_nobody(monkeypatch, capsys):
    plugin = _plugin(monkeypatch, 200, {"points": 7}, **{"Cache-Control": "no-store"})

    plugin.introduce()
    plugin.call("A call", "/customer-profile", headers={"Authorization": "Bearer other"})

    shown = capsys.readouterr().out
    assert "X-Merchant-ID: ABCD" in shown
    assert "Authorization: another" in shown
    assert "token" not in shown
    assert "Bearer" not in shown


def test_a_bill_is_in_roubles_and_sums_up():
    told = order_of("S-1", ["K-0250", "B-0002"])

    assert (told["total"], told["totalOriginal"]) == (638.0, 638.0)
    assert [one["amount"] for one in told["purchases"]] == [449.0, 189.0]


def _run(tmp_path, code: str):
    log = tmp_path / "log.txt"
    started = running(
        [sys.executable, "-c", code], environment=dict(os.environ), stdout=log, stderr=log
    )
    return started, log


def test_what_was_started_is_ended_on_leaving(tmp_path):
    started, log = _run(tmp_path, SLEEPER)

    with pytest.raises(KeyboardInterrupt), started as process:
        assert Inbox(log).next() == "up"
        raise KeyboardInterrupt

    assert process.returncode == -signal.SIGTERM


def test_what_does_not_end_when_it_is_asked_to_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.1)
    started, log = _run(tmp_path, STUBBORN)

    with started as process:
        assert Inbox(log).next() == "up"

    assert process.returncode == -signal.SIGKILL


def test_messages_are_read_one_after_the_other_and_whole(tmp_path, monkeypatch):
    file = tmp_path / "messages.txt"
    file.write_text("first\nsecond\nhal")
    read = Inbox(file)

    assert (read.next(), read.next()) == ("first", "second")
    monkeypatch.setattr(inbox, "PATIENCE", 0.1)
    assert read.next() == ""
    file.write_text("first\nsecond\nhalf\n")
    assert read.next() == "half"


def test_a_folder_that_was_asked_for_is_kept_and_another_is_not(tmp_path):
    with stage.opened(tmp_path / "kept") as kept, stage.opened(None) as gone:
        assert gone.settings_file.exists()

    assert kept.settings_file.exists()
    assert not gone.folder.exists()
    with pytest.raises(CouldNotRun, match="is not empty"), stage.opened(tmp_path / "kept"):
        pass


def test_a_server_that_does_not_come_up_says_its_last_words(tmp_path):
    with stage.opened(tmp_path / "kept") as place, pytest.raises(CouldNotRun) as refusal:
        (place.folder / "adapter.toml").unlink()
        with stage.serving(place, None, {}):
            pass

    assert "did not come up" in str(refusal.value)
