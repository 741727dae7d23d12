"""`adapter cards`: stop a lost card, and let it work again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from adapter.cli.answering import record
from adapter.cli.endings import Commands
from adapter.cli.opening import configuration, opened
from adapter.cli.output import say
from adapter.core import cards as plastic
from adapter.core import programs
from adapter.core.errors import SeveralMatches, UnknownCard
from adapter.db import Work

reason_option = click.option("--reason", default="", help="Why; for the audit, so nobody's name.")
actor_option = click.option(
    "--actor", default="", help="Who asks for it.  [default: whoever is signed in here]"
)


@click.group(cls=Commands)
def cards() -> None:
    """Cards, by their number or barcode."""


@cards.command()
@click.argument("number")
@click.option("--program", "code", metavar="CODE", help="The program's code.")
@reason_option
@actor_option
def block(number: str, code: str | None, reason: str, actor: str) -> None:
    """Block a card, lost or misused: its holder keeps the points."""
    _set(number, code, plastic.block, reason=reason, actor=actor)


@cards.command()
@click.argument("number")
@click.option("--program", "code", metavar="CODE", help="The program's code.")
@reason_option
@actor_option
def unblock(number: str, code: str | None, reason: str, actor: str) -> None:
    """Let a blocked card work again."""
    _set(number, code, plastic.unblock, reason=reason, actor=actor)


def _set(
    number: str,
    code: str | None,
    change: Callable[..., plastic.Card],
    *,
    reason: str,
    actor: str,
) -> None:
    def unit(work: Work) -> Any:
        wanted = [programs.by_code(work, code)] if code else programs.all_programs(work)
        found = [(one, card) for one in wanted for card in plastic.bearing(work, one.id, number)]
        if len(found) > 1:
            known = ", ".join(f"{card.number} of {one.code}" for one, card in found)
            raise SeveralMatches(f"several cards have this number: {known}")
        if not found:
            raise UnknownCard("no card has this number")
        program, known_card = found[0]
        before = {"state": known_card.state}
        card = change(work, program.id, number=known_card.number)
        record(
            work,
            f"card.{change.__name__}",
            "card",
            card.id,
            program.id,
            actor=actor,
            reason=reason,
            before=before,
            after={"state": card.state},
        )
        return f"Card {card.number} of {program.code} is {card.state}."

    with opened(configuration()) as database:
        say(database.run(unit))
