"""Whom the merchant does not know and its CRM does: the plugin is told as if they were there."""

from __future__ import annotations

import pytest

from tests.crm.register import ANNA, PHONE, said
from tests.protocols.swip.plugin import PROFILE, SIGNUPS, STATS


@pytest.fixture
def plugin(make_plugin, register):
    crm = {"url": register.url, "timeout_ms": 5000, "ask_by": ["phone", "pass"]}
    return make_plugin(settings={"crm": crm}, agreed={"orders": True})


def test_points_and_profile_are_those_of_a_new_member(plugin, register):
    register.knows(ANNA)

    assert plugin.get(STATS, phone=PHONE).json == {"points": 0}
    assert "Анна" in plugin.get(PROFILE, phone=PHONE).get_data(as_text=True)
    assert len(register.asked) == 1


def test_a_pass_the_crm_knows_names_the_member(plugin, register):
    register.knows(ANNA | {"pass": "PASS-A-0001"})

    assert plugin.get(STATS, pass_="PASS-A-0001").status_code == 200
    assert plugin.get(STATS, phone=PHONE).status_code == 200
    assert [one.document["kind"] for one in register.asked] == ["pass"]


@pytest.mark.parametrize("answer", [said(404), said(500), said(200, ANNA | {"phone": "1"})])
def test_whom_nobody_knows_is_refused_as_before(plugin, register, answer):
    register.answer = answer

    refused = plugin.get(STATS, phone=PHONE)

    assert (
        refused.status_code,
        refused.json["errorCode" if "errorCode" in refused.json else "code"],
    ) == (400, 9)


def test_who_signs_up_is_new_whatever_the_crm_says(plugin, register):
    register.knows(ANNA)

    told = plugin.post(SIGNUPS, {"phone": PHONE, "firstName": "Ann", "lastName": "Li"})

    assert told.status_code in (200, 400)
    assert register.asked == []
