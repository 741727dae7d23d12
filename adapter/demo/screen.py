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
from adapter.demo.watch import Change

INDENT, DEEPER = 6, 8
ROOM = 92
MOST_SHOWN = 3  # items of a long list


class Screen:
    """Where the demo is shown, and the count of what was expected and seen."""

    def __init__(self, screen: Console | None = None) -> None:
        self.console = screen or console()
        self.seen = 0
        self.missed: list[str] = []
        self._chapter = ""
        self._asked: tuple[str, str, Any] | None = None
        self._answered: Any = None

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
        """Show what is sent; of a repeat only that it is one."""
        self._line("→ ", f"{method} {target}", style="cyan")
        asked = (method, target, body)
        if body is not None:
            self._block("(the same again)" if asked == self._asked else pretty(body))
        if asked != self._asked:
            self._asked, self._answered = asked, None

    def answer(self, status: int, body: Any, seconds: float, *, is_good: bool = True) -> None:
        """Show what came back: a document, or nothing; of the same again only that it is so."""
        style = "green" if status == 200 and is_good else "yellow"
        size = ", zero bytes" if body in (None, "") else ""
        self._line("← ", f"{status}{size}  ({seconds * 1000:.0f} ms)", style=style)
        if not size:
            self._block("(the same again)" if body == self._answered else pretty(body))
        self._answered = body

    def changes(self, changes: Sequence[Change]) -> None:
        """Show what moved in the ledger, in which lots, and why so much."""
        for change in changes:
            self._line("≡ ", f"ledger: {change.words}", style="magenta")
            for detail in (*change.lots, *change.why):
                self._line("", detail, style="magenta", indent=INDENT + DEEPER)
        if not changes:
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

    def message(self, words: str) -> None:
        """Show what somebody was sent."""
        self._line("✉ ", words, style="blue")

    def results(self, facts: Iterable[tuple[str, str]]) -> None:
        """Show the outcome in a frame."""
        table = Table(box=ROUNDED, show_header=False)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in facts:
            table.add_row(Text(name), Text(value))
        self.console.print(table)

    def _line(self, mark: str, words: str, *, style: str, indent: int = INDENT) -> None:
        grid = Table.grid()
        grid.add_column(width=2)
        grid.add_column(overflow="fold")
        grid.add_row(Text(mark, style=style), Text(words, style=style))
        self.console.print(Padding(grid, (0, 0, 0, indent), expand=False))

    def _block(self, text: str) -> None:
        self.console.print(
            Padding(Text(text, overflow="fold"), (0, 0, 0, INDENT + 2), expand=False)
        )


def pretty(value: Any, *, room: int = ROOM, taken: int = 0) -> str:
    """JSON for people: as much on a line as fits, letters as they are, long lists cut.

    `taken` is what stands before the value on its first line.
    """
    plain = json.dumps(value, ensure_ascii=False)
    cut = isinstance(value, list) and len(value) > MOST_SHOWN + 1
    if not value or not isinstance(value, dict | list) or (len(plain) + taken <= room and not cut):
        return plain
    if isinstance(value, list):
        named = [("", item) for item in (value[:MOST_SHOWN] if cut else value)]
    else:
        named = [(f"{json.dumps(key, ensure_ascii=False)}: ", item) for key, item in value.items()]
    parts: list[str] = []
    for name, item in named:
        before = len(name) + (0 if parts else taken)
        # A level takes a column in front of its lines, and one behind the last for its bracket.
        parts.append(name + pretty(item, room=room - 2, taken=before))
    parts += [f"… and {len(value) - MOST_SHOWN} more"] if cut else []
    opening, closing = "[]" if isinstance(value, list) else "{}"
    return _filled(opening, parts, closing, room=room - 2, taken=taken)


def _filled(opening: str, parts: Iterable[str], closing: str, *, room: int, taken: int) -> str:
    """The parts, several on a line where they fit; one of several lines stays by itself."""
    lines: list[str] = []
    for part in parts:
        used = len(lines[-1]) + (taken if len(lines) == 1 else 0) if lines else room
        if lines and "\n" not in lines[-1] + part and used + len(part) + 2 <= room:
            lines[-1] += f", {part}"
        else:
            lines.append(part)
    inner = ",\n".join(lines).replace("\n", "\n ")
    return f"{opening}{inner}{closing}"
