"""`adapter check PROTOCOL`: play the vendor against any host, with that protocol's own client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, get_type_hints

import click

from adapter.checks import Unreachable, print_result, print_summary, write_junit
from adapter.cli.endings import CouldNotRun, Finding
from adapter.cli.output import console, print_json
from adapter.protocols import PROTOCOLS
from adapter.web.protocol import Protocol

CHECKED = {one.name: one for one in PROTOCOLS if one.check}


class Checks(click.Group):
    """One command for each protocol that brings a check; its options are the check's own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The protocols' names."""
        return list(CHECKED)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, made when it is asked for: the client is not imported before."""
        protocol = CHECKED.get(cmd_name)
        return _command(protocol) if protocol else None


@click.group(cls=Checks)
def check() -> None:
    """Play a vendor against any host: one line for each clause of its rules.

    Exit status 1 when a clause fails, 3 when the host cannot be reached at all.
    """


def _command(protocol: Protocol) -> click.Command:
    client = protocol.client()
    return click.Command(
        protocol.name,
        callback=lambda **given: _run(client, **given),
        params=[*_options(client.Options), *_reports()],
        help=client.__doc__,
        short_help=protocol.title,
    )


def _reports() -> list[click.Parameter]:
    return [
        click.Option(
            ["--junit"],
            type=click.Path(dir_okay=False, writable=True, path_type=Path),
            help="A file to write the report to, as JUnit XML.",
        ),
        click.Option(["--strict"], is_flag=True, help="Let advice count as a rule."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print the report as JSON."),
    ]


def _run(client: Any, *, junit: Path | None, strict: bool, as_json: bool, **given: Any) -> None:
    try:
        options = client.Options(**given)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    screen = console()
    tell: Callable[[Any], None] | None = None
    if not as_json:

        def tell(result: Any) -> None:
            print_result(result, screen, strict=strict)

    try:
        report = client.run(options, tell)
    except Unreachable as error:
        raise CouldNotRun(f"the host cannot be reached: {error}") from error
    if junit:
        write_junit(report, junit, strict=strict)
    if as_json:
        print_json(report.as_dict(strict=strict))
    else:
        print_summary(report, screen, strict=strict)
    if not report.passed(strict=strict):
        raise Finding(f"{len(report.faults(strict=strict)) or 'all'} clauses are not kept")


def _options(kind: type[Any]) -> list[click.Parameter]:
    """An option for each field of the check's options."""
    hints = get_type_hints(kind)
    # Those that every check has come last, after those that make this one.
    ordered = sorted(fields(kind), key=lambda item: item.name not in kind.__annotations__)
    return [_option(item, hints[item.name]) for item in ordered]


def _option(item: Field[Any], annotation: Any) -> click.Option:
    default = None if item.default is MISSING else item.default
    needed = item.default is MISSING
    says = item.metadata.get("says", "")
    choices = item.metadata.get("choices", ())
    variable = f"CHECK_{item.name.upper()}" if not item.repr else None
    more: dict[str, Any] = {"help": says, "required": needed, "default": default}
    if variable:
        more |= {"envvar": variable, "show_envvar": True}
    if annotation == frozenset[str] or annotation == frozenset[int]:
        whole = int if annotation == frozenset[int] else str
        more |= {"multiple": True, "default": sorted(default or ()), "callback": _as_set}
        more["type"] = click.Choice([str(c) for c in choices]) if choices else whole
    elif annotation is bool:
        more |= {"is_flag": True}
    elif annotation in (int, float):
        more |= {"type": annotation, "show_default": True}
    elif annotation == bool | str:
        more |= {"callback": _yes_no_or_file, "default": "yes", "show_default": True}
    elif choices:
        more |= {"type": click.Choice([str(c) for c in choices]), "show_default": True}
    name = f"--{item.name.replace('_', '-')}"
    return click.Option([name, item.name], **more)


def _as_set(context: click.Context, parameter: click.Parameter, value: Any) -> frozenset[Any]:
    return frozenset(value)


def _yes_no_or_file(context: click.Context, parameter: click.Parameter, value: str) -> bool | str:
    return {"yes": True, "no": False}.get(value, value)
