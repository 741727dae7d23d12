"""`adapter init`, `adapter config show`, `adapter doctor`: from nothing to a sound installation."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import click

from adapter.cli import doctor as examination
from adapter.cli.doctor import Advice
from adapter.cli.endings import Commands, Finding
from adapter.cli.opening import configuration
from adapter.cli.output import as_json, print_json, print_table, say
from adapter.config import DEFAULT_FILE, Config

STYLES = {"well": "green", "note": "yellow", "finding": "bold red"}


@click.command()
@click.option("--database-url", metavar="URL", help="sqlite:///FILE or postgresql://USER@HOST/NAME")
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=DEFAULT_FILE,
    show_default=True,
    help="The settings file to write.",
)
def init(database_url: str | None, file: Path) -> None:
    """Write a settings file with a fresh secret key, readable by you alone."""
    if database_url is not None:
        Config.from_environ({"ADAPTER_DATABASE_URL": database_url}, file=Path(os.devnull))
    Config.write_initial(file, database_url=database_url)
    say(f"{file} is written: every setting with its meaning, and a fresh secret key.")
    say("Next: adapter db upgrade, adapter load FILE, adapter doctor, adapter serve.")


@click.group(cls=Commands)
def config() -> None:
    """The settings of this process."""


@config.command("show")
@as_json
def show(as_json: bool) -> None:
    """Print every setting with its value and where it comes from; secrets are masked."""
    settings = configuration()
    found = settings.describe()
    if as_json:
        file = settings.file and str(settings.file.resolve())
        print_json({"file": file, "settings": [asdict(one) for one in found]})
        return
    rows = [(one.name, _value(one.value), one.source) for one in found]
    print_table(("setting", "value", "from"), rows)
    say("The variable of a setting is its name in capitals: ADAPTER_KOSHELEK_PREFIX.")
    say(f"Settings file: {settings.file.resolve() if settings.file else 'none'}")


@click.command()
@as_json
def doctor(as_json: bool) -> None:
    """Look for what would go wrong in production, and say how to mend it."""
    settings = configuration()
    advice = examination.examine(settings)
    findings = [one for one in advice if one.verdict == "finding"]
    if as_json:
        print_json({"sound": not findings, "advice": [asdict(one) for one in advice]})
    else:
        for one in advice:
            _print(one)
    if findings:
        raise Finding(f"{len(findings)} of {len(advice)} things need mending")


def _print(one: Advice) -> None:
    say(f"{one.verdict:<8} {one.what}", style=STYLES[one.verdict])
    if one.fix:
        say(f"         fix: {one.fix}")


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
