"""`adapter benefits`: give a member a benefit, and switch one off."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
import structlog

from adapter.cli import lookup
from adapter.cli.answering import record
from adapter.cli.endings import Commands
from adapter.cli.member_facts import benefit_facts
from adapter.cli.member_screen import discount, standing
from adapter.cli.opening import configuration, opened
from adapter.cli.output import as_json, print_json, say
from adapter.core import benefits as rights
from adapter.core import programs
from adapter.core.amounts import Amount, Unit
from adapter.core.benefits import Benefit, Grant
from adapter.core.errors import SeveralMatches, UnknownBenefit, UnknownMember
from adapter.core.programs import Program, ProgramTerms
from adapter.db import Work
from adapter.programfile import FileFaults, benefit_of
from adapter.programfile.given import GivenBenefit
from adapter.web import logs

OFTEN = "often"
FREE_ITEM = "item"
in_program = click.option("--program", "code", metavar="CODE", help="The program's code.")
reason = click.option("--reason", required=True, help="Why; for the log, so nobody's name.")
actor = click.option("--actor", required=True, help="Who answers for it; for the log.")
log = structlog.get_logger()


class Uses(click.ParamType[int | str]):
    """How many times, or as often as they like."""

    name = "uses"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | str:
        """The number, or the word."""
        text = str(value)
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        if not number and text != OFTEN:
            self.fail(f"{text!r} is neither a number above zero nor {OFTEN}", param, ctx)
        return number or OFTEN


@click.group(cls=Commands)
def benefits() -> None:
    """Gifts, vouchers and coupons of one member. KEY is a benefit's, as `members show` has it."""


@benefits.command()
@click.argument("member")
@in_program
@click.option("--name", required=True, help="What it is called.")
@click.option("--kind", default="gift", show_default=True, help="A gift, a voucher, a coupon…")
@click.option("--key", help="A key of yours: repeated, it gives nothing twice.")
@click.option("--uses", type=Uses(), default=1, show_default=True, help=f"A number, or {OFTEN}.")
@click.option("--valid-until", metavar="DAY", help="Its last day, YYYY-MM-DD.  [default: none]")
@click.option(
    "--off", help="What it takes off: 10%, an amount such as 5.00, or item for a free one."
)
@click.option("--item", "items", multiple=True, help="It is about this item; may be repeated.")
@reason
@actor
@as_json
def grant(
    member: str,
    code: str | None,
    name: str,
    kind: str,
    key: str | None,
    uses: int | str,
    valid_until: str | None,
    off: str | None,
    items: tuple[str, ...],
    reason: str,
    actor: str,
    as_json: bool,
) -> None:
    """Give a member a benefit."""
    told = {
        "key": key or f"as_{uuid.uuid4().hex}",
        "name": name,
        "kind": kind,
        "uses": uses if isinstance(uses, int) else None,
        "valid_until": valid_until,
        "items": list(items),
    }

    def unit(work: Work) -> dict[str, Any]:
        program, found = lookup.member(work, member, code)
        if found.erased_at is not None:
            raise UnknownMember("this member was erased")
        terms = program.terms()
        given = _read(told | _discount(off, terms.currency), terms, work.now)
        granted = Grant(found.id, **{key: getattr(given, key) for key in given.__slots__})
        made = rights.grant(work, program.id, granted)
        facts = _facts(work, terms, made)
        record(
            work,
            "benefit.grant",
            "benefit",
            made.id,
            program.id,
            actor=actor,
            reason=reason,
            after={"member": found.id, "key": facts["key"], "state": made.state},
        )
        return facts

    _run(unit, "granted", reason=reason, actor=actor, as_json=as_json)


@benefits.command()
@click.argument("key")
@in_program
@reason
@actor
@as_json
def deactivate(key: str, code: str | None, reason: str, actor: str, as_json: bool) -> None:
    """Switch a benefit off for good, also where a sale that used it is cancelled."""

    def unit(work: Work) -> dict[str, Any]:
        program = _program_of(work, key, code)
        before = rights.with_keys(work, program.id, [key])[key].state
        found = rights.deactivate(work, program.id, key)
        record(
            work,
            "benefit.deactivate",
            "benefit",
            found.id,
            program.id,
            actor=actor,
            reason=reason,
            before={"state": before},
            after={"member": found.member_id, "key": key, "state": found.state},
        )
        return _facts(work, program.terms(), found)

    _run(unit, "deactivated", reason=reason, actor=actor, as_json=as_json)


def _discount(off: str | None, currency: str) -> dict[str, Any]:
    """What is taken off, as the program file says it."""
    if off is None:
        return {}
    if off == FREE_ITEM:
        return {"free_item": True}
    if off.endswith("%"):
        return {"percent": off.removesuffix("%").strip()}
    money = Unit("money", programs.money_decimals(currency))
    return {"amount_minor": Amount.parse(off, money).minor}


def _read(told: dict[str, Any], terms: ProgramTerms, now: datetime) -> GivenBenefit:
    try:
        return benefit_of(told, terms, now)
    except FileFaults as error:
        words = "; ".join(f"{one.path.removeprefix('$.')} {one.what}" for one in error.faults)
        raise click.UsageError(words) from None


def _program_of(work: Work, key: str, code: str | None) -> Program:
    wanted = [programs.by_code(work, code)] if code else programs.all_programs(work)
    found = [program for program in wanted if rights.with_keys(work, program.id, [key])]
    if len(found) > 1:
        known = ", ".join(program.code for program in found)
        raise SeveralMatches(f"several programs have a benefit with this key: {known}")
    if not found:
        raise UnknownBenefit("no benefit has this key")
    return found[0]


def _facts(work: Work, terms: ProgramTerms, benefit: Benefit) -> dict[str, Any]:
    facts = benefit_facts(benefit, work.now)
    words = ", ".join(
        filter(None, (discount(benefit.terms, terms.currency), standing(facts, terms)))
    )
    return {"program": terms.code, "member": str(benefit.member_id), **facts, "words": words}


def _run(
    unit: Callable[[Work], dict[str, Any]], what: str, *, reason: str, actor: str, as_json: bool
) -> None:
    config = configuration()
    with opened(config) as database:
        done = database.run(unit)
    logs.configure(config.log_level)
    told = {name: done[name] for name in ("member", "key")}
    log.info(f"benefit {what}", **told, reason=reason, actor=actor)
    if as_json:
        print_json(done)
    else:
        say(f"The benefit {done['key']} of member {done['member']} is {what}: {done['words']}.")
