"""How the demo looks: chapters, calls with their answers, what changed, what was expected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rich.box import ROUNDED
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from adapter.cli.output import console

INDENT = 6
ROOM = 88
MOST_SHOWN = 3  # items of a long list


class Screen:
    """Where the demo is shown, and the count of what was expected and seen."""

    def __init__(self, screen: Console | None = None) -> None:
        self.console = screen or console()
        self.seen = 0
        self.missed: list[str] = []
        self._chapter = ""

    def chapter(self, letter: str, title: str, story: str) -> None:
        """Begin a scenario."""
        self._chapter = letter
        self.console.print()
        self.console.rule(Text(f" {letter}  {title} ", style="bold"), align="left", style="dim")
        self.console.print(Padding(Text(story, style="italic"), (0, 0, 0, 3), expand=False))

    def step(self, title: str) -> None:
        """Begin a step of a scenario."""
        self.console.print()
        self.console.print(Padding(Text(f"• {title}", style="bold"), (0, 0, 0, 3), expand=False))

    def request(self, method: str, target: str, body: Any = None) -> None:
        """Show what is sent."""
        self._line("→ ", f"{method} {target}", style="cyan")
        if body is not None:
            self._block(pretty(body))

    def answer(self, status: int, text: str, seconds: float) -> None:
        """Show what came back."""
        style = "green" if status == 200 else "yellow"
        size = "" if text else ", zero bytes"
        self._line("← ", f"{status}{size}  ({seconds * 1000:.0f} ms)", style=style)
        if text:
            self._block(pretty(_document(text)))

    def changes(self, changes: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Show what moved in the ledger, with the lots it moved in."""
        nothing = True
        for words, lots in changes:
            nothing = False
            self._line("≡ ", f"ledger: {words}", style="magenta")
            for lot in lots:
                self._line("  ", f"        {lot}", style="magenta")
        if nothing:
            self._line("≡ ", "ledger: nothing moved", style="dim")

    def expected(self, words: str, truth: bool, *, seen: object = None) -> None:
        """Count an expectation, and show whether it was met."""
        self.seen += 1
        if truth:
            self._line("✓ ", words, style="green")
            return
        self.missed.append(f"{self._chapter}: {words}")
        self._line("✗ ", f"{words}; seen: {seen!r}", style="bold red")

    def say(self, words: str, *, style: str = "") -> None:
        """Say something at the margin, on one line however long: it may be copied."""
        self.console.print(Text(words, style=style), soft_wrap=True)

    def note(self, words: str) -> None:
        """Show a remark."""
        self._line("· ", words, style="dim")

    def results(self, facts: Iterable[tuple[str, str]]) -> None:
        """Show the outcome in a frame."""
        table = Table(box=ROUNDED, show_header=False)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in facts:
            table.add_row(Text(name), Text(value))
        self.console.print(table)

    def _line(self, mark: str, words: str, *, style: str) -> None:
        grid = Table.grid()
        grid.add_column(width=2)
        grid.add_column(overflow="fold")
        grid.add_row(Text(mark, style=style), Text(words, style=style))
        self.console.print(Padding(grid, (0, 0, 0, INDENT), expand=False))

    def _block(self, text: str) -> None:
        self.console.print(
            Padding(Text(text, overflow="fold"), (0, 0, 0, INDENT + 2), expand=False)
        )


def pretty(value: Any, *, room: int = ROOM, taken: int = 0) -> str:
    """JSON for people: what fits on a line stays on it, letters as they are, long lists cut.

    `taken` is what stands before the value on its first line.
    """
    if isinstance(value, list) and len(value) > MOST_SHOWN + 1:
        lines = [pretty(item, room=room - 2) for item in value[:MOST_SHOWN]]
        return _lines("[", [*lines, f"… and {len(value) - MOST_SHOWN} more"], "]")
    plain = json.dumps(value, ensure_ascii=False)
    if len(plain) + taken <= room or not value or not isinstance(value, dict | list):
        return plain
    if isinstance(value, list):
        return _lines("[", [pretty(item, room=room - 2) for item in value], "]")
    lines = []
    for key, item in value.items():
        head = f"{json.dumps(key, ensure_ascii=False)}: "
        lines.append(head + pretty(item, room=room - 2, taken=len(head)))
    return _lines("{", lines, "}")


def _lines(opening: str, lines: Iterable[str], closing: str) -> str:
    inner = ",\n".join(lines).replace("\n", "\n  ")
    return f"{opening}\n  {inner}\n{closing}"


def _document(text: str) -> Any:
    try:
        # A number keeps the digits it was written with.
        return json.loads(text, parse_float=str)
    except ValueError:
        return text
