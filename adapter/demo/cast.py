"""Who takes part in the stories, and what they have by now."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.core.programs import ProgramTerms
from adapter.db import Database
from adapter.demo.access import Access
from adapter.demo.inbox import Inbox
from adapter.demo.people import Person
from adapter.demo.plugin import Plugin
from adapter.demo.retailer import Retailer
from adapter.demo.till import Till
from adapter.demo.wallet import Wallet


@dataclass
class Cast:
    """The retailer's people, the platforms that serve them, and what is behind."""

    access: Access
    retailer: Retailer
    terms: ProgramTerms
    database: Database
    wallet: Wallet
    till: Till
    plugin: Plugin
    inbox: Inbox
    marias_card: str = ""
    gift_key: str = ""
    payment_code: str = ""
    sale_code: str = ""

    @property
    def anna(self) -> Person:
        return self.retailer.anna

    @property
    def petr(self) -> Person:
        return self.retailer.newcomers[0]

    @property
    def maria(self) -> Person:
        return self.retailer.newcomers[1]

    @property
    def gleb(self) -> Person:
        return self.retailer.newcomers[2]

    @property
    def lev(self) -> Person:
        return self.retailer.newcomers[3]

    @property
    def nina(self) -> Person:
        return self.retailer.newcomers[4]

    @property
    def olga(self) -> Person:
        return self.retailer.newcomers[5]
