"""`adapter webhooks`: how it goes with those who are told of events, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click

from adapter import delivery
from adapter.cli import lookup
from adapter.cli.answering import record, who
from adapter.cli.endings import Commands, Finding
from adapter.cli.opening import configuration, opened, require_key
from adapter.cli.output import as_json, moment, print_facts, print_json, print_table, say
from adapter.cli.since import Since
from adapter.core import outbox, programs
from adapter.core.outbox import Backlog, Choice, OutboxEvent, Receiver, Subscription
from adapter.db import Database, Work

program_option = click.option(
    "--program", "code", required=True, metavar="CODE", help="The program's code."
)
reason_option = click.option("--reason", required=True, help="Why, for the audit.")
actor_option = click.option("--actor", default="", help="Who answers for it.  [default: the user]")


@click.group(cls=Commands)
def webhooks() -> None:
    """Events on their way to partners' systems."""


@webhooks.command("list")
@as_json
def list_all(as_json: bool) -> None:
    """List the programs that are listened to: state, backlog, what was given up.

    A program that nobody listens to any more is listed while events of it wait.
    """
    with opened(configuration()) as database, database.reading() as work:
        found = [_facts(one) for one in delivery.standings(work)]
        found += [_unheard(code, left) for code, left in outbox.unheard(work).items()]
    if as_json:
        print_json(found)
        return
    columns = ("program", "state", "waiting", "oldest", "dead", "a minute", "last error")
    keys = ("program", "state", "waiting", "oldest", "dead", "last_minute", "last_error")
    rows = [[one[key] if one[key] is not None else "" for key in keys] for one in found]
    print_table(columns, rows, right=("waiting", "dead", "a minute"), whole=("program", "oldest"))


@webhooks.command()
@program_option
@as_json
def show(code: str, as_json: bool) -> None:
    """Show how it goes with one program's receiver, and which members' lines are held up."""
    config = configuration()
    with opened(config) as database:
        require_key(config, database)
        with database.reading() as work:
            program = programs.by_code(work, code)
            standing = delivery.standing_of(work, program.id)
            unheard = outbox.unheard(work).get(code)
            held = [
                {
                    "line": str(line.id),
                    "waiting": line.position - line.done,
                    "attempts": line.attempts,
                    "next_try_at": moment(line.next_try_at, UTC),
                    "last_error": line.last_error,
                }
                for line in outbox.held_up(work, program.id)
            ]
    if standing is None:
        waiting = f", and {unheard.waiting} wait" if unheard else ""
        raise Finding(f"program {code} has no event_webhook: nobody is told of its events{waiting}")
    hint = delivery.shown(delivery.secret_of(config.secret_key, program.id))[:12] + "…"
    facts = _facts(standing) | {"secret": hint}
    if as_json:
        print_json(facts | {"held_up": held})
        return
    print_facts((name.replace("_", " "), value) for name, value in facts.items())
    if held:
        say()
        say("Held up:")
        print_table(tuple(held[0]), [list(one.values()) for one in held], whole=("line",))


@webhooks.command()
@program_option
@reason_option
@actor_option
def pause(code: str, reason: str, actor: str) -> None:
    """Tell a program's receiver nothing until `resume`; events wait, and none is lost."""

    def act(work: Work, program_id: UUID) -> Receiver:
        return outbox.pause(work, program_id, by=who(actor), reason=reason)

    _change(code, "webhook.pause", act, reason=reason, actor=actor)
    say("Paused.")


@webhooks.command()
@program_option
@reason_option
@actor_option
def resume(code: str, reason: str, actor: str) -> None:
    """Tell a program's receiver of events again, beginning with those that wait."""
    _change(code, "webhook.resume", outbox.resume, reason=reason, actor=actor)
    say("Resumed.")


def _change(
    code: str,
    action: str,
    act: Callable[[Work, UUID], Receiver],
    *,
    reason: str,
    actor: str,
) -> None:
    def unit(work: Work) -> None:
        program_id = programs.by_code(work, code).id
        before = {"paused": outbox.receiver(work, program_id).paused_at is not None}
        after = {"paused": act(work, program_id).paused_at is not None}
        record(
            work,
            action,
            "webhook",
            program_id,
            program_id,
            actor=actor,
            reason=reason,
            before=before,
            after=after,
        )

    with opened(configuration()) as database:
        database.run(unit)


@webhooks.command()
@program_option
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@as_json
def dead(code: str, limit: int, as_json: bool) -> None:
    """List the events that were given up, the latest first."""
    with opened(configuration()) as database, database.reading() as work:
        program = programs.by_code(work, code)
        found = [_event(one) for one in outbox.dead_events(work, program.id, limit=limit)]
    if as_json:
        print_json(found)
        return
    keys = ("id", "type", "line", "told_at", "attempts", "error")
    rows = [[one[key] for key in keys] for one in found]
    print_table(keys, rows, right=("attempts",), whole=("id", "line"))


@webhooks.command()
@program_option
@click.option("--dead", "is_dead", is_flag=True, help="Those that were given up.")
@click.option("--event", type=click.UUID, help="This one.")
@click.option("--member", help="Those of one member: a phone, a card, an id.")
@click.option("--since", type=Since(), help="Those told of since then: 2h, 3d, 2026-05-04T09:00.")
@click.option("--until", type=Since(), help="Those told of before then.")
@reason_option
@actor_option
@as_json
def replay(
    code: str,
    is_dead: bool,
    event: UUID | None,
    member: str | None,
    since: datetime | None,
    until: datetime | None,
    reason: str,
    actor: str,
    as_json: bool,
) -> None:
    """Tell of events once more, each at the end of its member's line and under its old id."""
    if not (is_dead or event or member or since):
        raise click.UsageError("say which events: --dead, --event, --member or --since")
    with opened(configuration()) as database:
        with database.reading() as work:
            program_id = programs.by_code(work, code).id
            member_id = lookup.member(work, member, code)[1].id if member else None
        choice = Choice(program_id, is_dead, event, member_id, since, until)
        count = _replay(database, choice, reason=reason, actor=actor)
    if as_json:
        print_json({"program": code, "replayed": count})
    else:
        say(f"{count} events are told once more.")


def _replay(database: Database, choice: Choice, *, reason: str, actor: str) -> int:
    count = delivery.replay_all(database, choice)
    told = {"events": count} | choice.told()
    database.run(
        lambda work: record(
            work,
            "webhook.replay",
            "webhook",
            choice.program_id,
            choice.program_id,
            actor=actor,
            reason=reason,
            after=told,
        )
    )
    return count


def _facts(one: delivery.Standing) -> dict[str, Any]:
    return {
        "program": one.subscription.program_code,
        "state": one.state,
        "address": one.shown_address,
        "types": ", ".join(sorted(one.subscription.types or ())) or "all",
        "waiting": one.backlog.waiting,
        "oldest": _shown(one.backlog.due_since),
        "dead": one.backlog.dead,
        "last_minute": one.last_minute,
        "delivered": one.receiver.delivered if one.receiver else 0,
        "delivered_at": _shown(one.receiver.delivered_at if one.receiver else None),
        "last_error": one.receiver.last_error if one.receiver else "",
        "failed_at": _shown(one.receiver.failed_at if one.receiver else None),
        "paused_by": one.receiver.paused_by if one.receiver else "",
        "pause_reason": one.receiver.pause_reason if one.receiver else "",
    }


def _unheard(code: str, left: Backlog) -> dict[str, Any]:
    nobody = delivery.Standing(Subscription(UUID(int=0), code, ""), None, left, 0)
    return _facts(nobody) | {"state": "unheard", "address": "", "types": ""}


def _shown(instant: datetime | None) -> str | None:
    return moment(instant, UTC) if instant else None


def _event(one: OutboxEvent) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "type": one.topic,
        "line": str(one.line_id),
        "told_at": moment(one.created_at, UTC),
        "attempts": one.attempts,
        "error": one.last_error,
    }
