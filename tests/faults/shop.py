"""A business whose books are easy to reckon: a point for each cent, and members who can pay."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

from adapter.core import programs
from adapter.core.programs import ProgramTerms
from adapter.db import Database
from tests.factories import give_points, make_member, make_rule, purse_of
from tests.protocols.fidelizacion.till import KEY, add_key

# So much that nobody runs out of it: then what is asked in any order is never refused.
OPENING_MINOR = 100_000_000
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Shop:
    """A program in the database, the key of its tills, and its members."""

    program: ProgramTerms
    members: int
    key: str = KEY

    @cached_property
    def phones(self) -> tuple[str, ...]:
        """The phones of all members as a till writes them."""
        return tuple(f"+34600{number:06}" for number in range(self.members))


def one_more_shop(database: Database, *, members: int = 6) -> Shop:
    """A shop as `open_shop` makes it, in a database that may have others."""
    number = next(_numbers)
    return open_shop(database, members=members, code=f"SHOP{number}", key=f"{KEY}-{number}")


def open_shop(database: Database, *, members: int = 6, code: str = "MAIN", key: str = KEY) -> Shop:
    """A shop of so many members; another one in the same database needs its own code and key.

    A sale of n cents earns n parts of a point, and a payment of n cents takes n of them.
    """
    with database.unit_of_work() as work:
        program = programs.put(work, code=code, currency="EUR", country="ES").terms()
        make_rule(work, program)
        add_key(work, program, key=key)
        shop = Shop(program, members, key)
        for phone in shop.phones:
            member = make_member(work, program, phone=phone.removeprefix("+"))
            give_points(work, purse_of(program, member), OPENING_MINOR // 100)
    return shop
