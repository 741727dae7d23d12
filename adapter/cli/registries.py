"""`adapter registries`: files that a platform exchanges beside its calls, or instead of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from adapter.cli.answering import who
from adapter.cli.endings import Commands, CouldNotRun, Finding
from adapter.cli.opening import configuration, opened
from adapter.cli.output import as_json, console, print_facts, print_json, say
from adapter.files import places, registries
from adapter.files.places import NoPlace, Place
from adapter.files.registries import Taker, Told
from adapter.protocols import PROTOCOLS
from adapter.web.registries import Registries

_PARTNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
WITH_FILES = {protocol.name: protocol for protocol in PROTOCOLS if protocol.registries}


@click.group("registries", cls=Commands)
def registries_() -> None:
    """Files a platform exchanges: written for it, and taken from it."""


def _shared(command: Any) -> Any:
    for option in (
        click.option(
            "--program", "code", required=True, metavar="CODE", help="The program's code."
        ),
        click.option("--partner", metavar="NAME", help="The agreed name.  [default: CODE]"),
        click.option(
            "--known-hosts",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="The keys of hosts that are spoken to.  [default: ~/.ssh/known_hosts]",
        ),
        click.option(
            "--key",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A private key.  [default: the agent, and those in ~/.ssh]",
        ),
        click.option(
            "--password", envvar="SFTP_PASSWORD", hidden=True, help="Better in SFTP_PASSWORD."
        ),
        as_json,
    ):
        command = option(command)
    return command


def _verbs(group: click.Group) -> None:
    """A group for each protocol that exchanges files, with the kinds it has."""
    for name, protocol in WITH_FILES.items():
        group.add_command(_of(name, protocol.title))


def _of(name: str, title: str) -> click.Group:
    @click.group(name, cls=Commands, help=f"Files of {title}.")
    def group() -> None:
        pass

    @group.command("write")
    @click.argument("kind")
    @click.option("--to", "text", required=True, metavar="PLACE", help="DIR or sftp://…")
    @_shared
    def write(kind: str, text: str, code: str, **more: Any) -> None:
        """Write a file for the platform."""
        _write(name, kind, text, code, **more)

    @group.command("read")
    @click.argument("kind")
    @click.option("--from", "text", required=True, metavar="PLACE", help="DIR or sftp://…")
    @click.option("--names", metavar="PATTERN", help="Which files; {partner} stands for the name.")
    @click.option(
        "--column",
        "columns",
        multiple=True,
        metavar="OURS=THEIRS",
        help="A column that is called otherwise; may be given several times.",
    )
    @click.option("--done", default=registries.DONE, show_default=True, metavar="FOLDER")
    @_shared
    def read(kind: str, text: str, code: str, **more: Any) -> None:
        """Take the files the platform wrote, and move those that are done."""
        _read(name, kind, text, code, **more)

    return group


def _write(
    name: str, kind: str, text: str, code: str, *, partner: str | None, as_json: bool, **place: Any
) -> None:
    registry = _known(name, _files(name).outgoing, kind)
    with opened(configuration()) as database, _place(text, **place) as there:
        written, rows = registries.write(
            database,
            registry,
            there,
            program=code,
            partner=_named(partner or code),
            actor=who(),
        )
    if as_json:
        print_json({"file": written, "rows": rows})
    else:
        say(f"{written} is written: {rows} rows")


def _read(
    name: str,
    kind: str,
    text: str,
    code: str,
    *,
    partner: str | None,
    names: str | None,
    columns: tuple[str, ...],
    done: str,
    as_json: bool,
    **place: Any,
) -> None:
    registry = _known(name, _files(name).incoming, kind)
    if not _PARTNER.fullmatch(done):
        raise click.UsageError("--done names a folder beside the files")
    with (
        opened(configuration()) as database,
        _place(text, **place) as there,
        _progress() as told,
    ):
        taking = Taker(
            database,
            registry,
            there,
            program=code,
            names=(names or registry.names).replace("{partner}", _named(partner or code)),
            renamed=_renamed(columns),
            done=done,
            actor=who(),
            told=told,
        ).take()
    facts = asdict(taking) | {"files": len(taking.files)}
    said = facts.pop("said")
    if as_json:
        print_json(facts | {"said": said})
    else:
        print_facts(facts.items())
    if said:
        raise Finding(*said)


def _files(name: str) -> Registries:
    return WITH_FILES[name].files()


def _known(name: str, kinds: Any, kind: str) -> Any:
    if kind not in kinds:
        known = "; ".join(f"{one} ({registry.title})" for one, registry in kinds.items())
        raise click.UsageError(f"{name} has no such file: {known}")
    return kinds[kind]


def _named(partner: str) -> str:
    if not _PARTNER.fullmatch(partner):
        raise click.UsageError("a partner's name has letters, digits, - and _: see --partner")
    return partner


def _renamed(columns: tuple[str, ...]) -> dict[str, str]:
    pairs = [column.partition("=") for column in columns]
    if not all(ours and theirs for ours, _, theirs in pairs):
        raise click.UsageError("--column is like card_number=Number")
    return {ours: theirs for ours, _, theirs in pairs}


@contextmanager
def _place(
    text: str, *, known_hosts: Path | None, key: Path | None, password: str | None
) -> Iterator[Place]:
    try:
        with places.opened(
            text, known_hosts=known_hosts, key=key, password=password or ""
        ) as place:
            yield place
    except NoPlace as error:
        raise CouldNotRun(str(error)) from error
    except OSError as error:
        raise CouldNotRun(f"{text}: {error.strerror or error}") from error


@contextmanager
def _progress() -> Iterator[Told]:
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield lambda name, rows: None
        return
    with screen.status("") as status:
        yield lambda name, rows: status.update(f"{name}: {rows} rows")


_verbs(registries_)
