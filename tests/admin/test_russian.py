"""Whoever reads Russian reads nothing else: every page, with something of everything on it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import select

from adapter import jobs
from adapter.admin.access import EVERYBODY, needed_by
from adapter.admin.words import reason_words
from adapter.core import cards, outbox, partners, programs, runs, stats
from adapter.core.approvals import Approval
from adapter.core.cards import Card
from adapter.core.exchanges import Exchange
from adapter.core.ledger import Entry
from adapter.core.members import ConsentKind, Member, give_consents
from adapter.core.origins import Place
from adapter.core.outbox import Ended, Outcome, Went
from adapter.core.staff import PERMISSIONS, Role
from adapter.db import Database
from adapter.web import exchanges as log
from tests.admin.conftest import Console, Shop
from tests.admin.members_desk import filled
from tests.factories import (
    give_credit,
    give_points,
    make_benefit,
    purse_of,
    reserve_points,
    spend_points,
)

KEY = "key-of-the-till"
TILL = {
    "x-api-key": KEY,
    "x-branch-id": "BR001",
    "x-pos-id": "POS001",
    "x-source-type": "POS",
    "x-source-name": "Simphony",
}
PAYMENT = {"member": {"phoneNumber": "79005550142"}, "payment": {"action": "pay", "amount": 100}}
TERMS: dict[str, tuple[str, dict[str, Any]]] = {
    "base": ("spending", {"points_per_unit": "0.5", "rounding": "half_up", "on_top": True}),
    "x2": ("multiplier", {"factor": "1.5", "weekdays": ["sat"], "starts_on": "2026-05-04"}),
    "cake": ("event", {"event": "VISIT", "points": "1", "limit": 3, "period": "month"}),
}
DEAL = {"percent": "10", "max_discount_minor": 500, "min_total_minor": 1000, "free_item": True}
DOCUMENTS = ("console-was", "console-became")  # values as the audit keeps them
ATTRIBUTES = ("aria-label", "alt", "title", "placeholder")
# Names, what a platform said, and what is typed so in every language.
NAMES = {
    *("adapter", "API", "CRM", "CSV", "UTC", "RUB", "GET", "POST", "POS", "Firefox", "Linux"),
    *("Loyalty", "Koshelek", "Online", "SWiP", "till", "fidelizacion", "Simphony", "English"),
    *("payment", "test", "user", "base", "cake", "VISIT", "mon", "tue", "https"),
}
WORD = re.compile(r"(?<![\w.:@/_-])[A-Za-z]{3,}(?![\w@/_-]|[.:]\w)")


class _Seen(HTMLParser):
    """What of a page is seen or read out, besides what programs wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._apart: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value or "" for name, value in attrs if name in ATTRIBUTES]
        is_documents = tag == "span" and dict(attrs).get("class") in DOCUMENTS
        if self._apart is None and (tag in ("code", "pre") or is_documents):
            self._apart = tag

    def handle_endtag(self, tag: str) -> None:
        self._apart = None if self._apart == tag else self._apart

    def handle_data(self, data: str) -> None:
        if self._apart is None:
            self.texts.append(data)


def english(page: str) -> set[str]:
    """Words of Latin letters on a page that are neither a name nor a part of one."""
    seen = _Seen()
    seen.feed(page)
    return {word for text in seen.texts for word in WORD.findall(text)} - NAMES


@pytest.fixture
def addresses(console: Console, shop: Shop, database: Database) -> dict[str, object]:
    """Of everything that a page is about one, by the name it has in addresses."""
    pepper = console.app.extensions["credentials"].pepper
    loaded = Place("program file")
    with database.unit_of_work() as work:
        programs.put(
            work,
            code=shop.program.code,
            settings={
                "adjust_limit_points": "0",
                "event_webhook": "https://crm.example.com/events",
            },
        )
        program_id, anna = shop.program.id, work.session.get_one(Member, shop.anna.id)
        for code, (kind, terms) in TERMS.items():
            programs.put_rule(work, program_id, code=code, kind=kind, terms=terms)
        kind, terms = TERMS["base"]
        draft = terms | {"rounding": "down", "max_points_per_day": "1"}
        programs.put_draft(
            work, program_id, code="base", kind=kind, terms=draft, seen=0, by="user:mary"
        )
        programs.put_deal(work, program_id, code="D1", name="", terms=DEAL)
        programs.put_tier(work, program_id, code="T1", name="", rank=1)
        make_benefit(work, shop.program, anna, name="Чай")
        give_consents(work, anna, {ConsentKind.SMS: True}, place=loaded)
        give_credit(work, shop.program, anna, 750)
        purse = purse_of(shop.program, anna)
        give_points(work, purse, 5, reason="Welcome")
        give_points(work, purse, 3, reason="Payment R-1 refunded")
        spend_points(work, purse, 1)
        reserve_points(work, purse, 2)
        cards.reissue(work, shop.program, anna, shop.card.id, place=loaded, reason="потеряна")
        digest = partners.digest(pepper, "fidelizacion", KEY)
        credential = partners.create_credential(
            work, program_id, protocol="fidelizacion", name="касса", digest=digest
        )
        runs.beat(work, kind=runs.WORKER, name="1")
    with database.unit_of_work() as work:
        (line, *_) = outbox.claim_lines(work, program_id, limit=9, run=1)
        outbox.note_lines(work, [Went(line, [Ended(line.events[0], Outcome.DEAD, "400")])])
    stats.roll_up(database)
    jobs.run(database)
    till = console.app.test_client()
    assert till.post("/v1/payment", json=PAYMENT, headers=TILL).status_code == 200
    assert log.flush(console.app)
    desk = console.sign_in("support", login="boris1")
    desk.post(
        f"{shop.url}/members/{shop.anna.id}/adjust",
        **filled(amount="1", unit="points", reason="Жалоба"),
    )
    with database.reading() as work:

        def one(kind: Any) -> Any:
            return work.session.scalars(select(kind.id).order_by(kind.id.desc())).first()

        return {
            "code": shop.program.code,
            "member_id": shop.anna.id,
            "other_id": shop.boris.id,
            "card_id": one(Card),
            "entry_id": one(Entry),
            "approval_id": one(Approval),
            "exchange_id": one(Exchange),
            "credential_id": credential.id,
            "user_id": desk.user.id,
            "rule": "base",
            "name": "points",
        }


def test_no_page_has_english_words_in_russian(
    console: Console, addresses: dict[str, object]
) -> None:
    roles = (Role.MANAGER, Role.ENGINEER, Role.ADMINISTRATOR)
    browsers = {role: console.sign_in(role, language="ru", login=f"{role}1") for role in roles}
    found = {}
    for rule in console.app.url_map.iter_rules():
        needed = needed_by(console.app.view_functions[rule.endpoint])
        if "GET" not in (rule.methods or ()) or needed in (None, EVERYBODY):
            continue
        role = next(one for one in roles if set(needed) <= PERMISSIONS[one])
        built = rule.build(addresses, append_unknown=False)
        assert built, rule
        page = browsers[role].get(built[1])
        if page.mimetype == "text/html" and page.status_code == 200:
            found[rule.rule] = english(page.text)

    assert len(found) > 35
    assert {rule: words for rule, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Purchase R-1", "Покупка R-1"),
        ("Purchase R-1 cancelled refunded", "Покупка R-1: отменено: возвращено"),
        ("Payment cancelled", "Оплата: отменено"),
        ("Payment S-1, given back", "Оплата S-1: отдано обратно"),
        ("Welcome", "За вступление"),
        ("Purchase of a kettle", "Purchase of a kettle"),
        ("Жалоба", "Жалоба"),
    ],
)
def test_reasons_of_our_own_are_said_in_russian(console: Console, reason: str, said: str) -> None:
    with console.app.test_request_context(headers={"Accept-Language": "ru"}):
        assert reason_words(reason) == said


FILTERED = {
    "members/{member_id}/timeline?unit=Кредит": "7,50 RUB",
    "members/{member_id}/timeline?channel=файл программы": "Ничего не найдено.",
    "members/{member_id}/timeline?channel=test": "7,50 RUB",
    "trail?action=карта заменена&subject=карта": "потеряна",
    "trail?action=card.reissue&subject=card": "потеряна",
}


def test_lists_are_filtered_by_the_words_they_show_and_by_our_names(
    console: Console, shop: Shop, addresses: dict[str, object], subtests: pytest.Subtests
) -> None:
    browser = console.sign_in(Role.MANAGER, language="ru")

    for path, there in FILTERED.items():
        page = browser.get(f"{shop.url}/{path.format(**addresses)}").text
        with subtests.test(path):
            assert there in page.partition("</form>")[2]
