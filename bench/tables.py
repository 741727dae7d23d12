"""Results as tables that read as well at a terminal as in a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.results import Result

Row = Sequence[str]

# SQLite has one writer at a time: its figures are told, and nothing is promised of them.
DECIDES = "postgresql"


def of_result(result: Result) -> str:
    """Everything one scenario found."""
    parts = [_rates(result)] if result.comparisons else []
    if result.facts:
        rows = [(one.name, _figure(one.value), one.unit) for one in result.facts]
        parts.append(_table(("figure", "seen", "unit"), rows))
    return "\n\n".join(parts)


def of_targets(results: Iterable[Result]) -> str:
    """Every target, and what was seen."""
    rows = [
        (
            result.scenario,
            target.name,
            f"{'≤' if target.at_most else '≥'} {target.wanted:g}",
            f"{target.seen:.2f}",
            "yes" if target.is_met else "NO",
        )
        for result in results
        if result.engine == DECIDES
        for target in result.targets
    ]
    return _table(("scenario", f"what decides, on {DECIDES}", "target", "seen", "met"), rows)


def _rates(result: Result) -> str:
    rows = []
    for one in result.comparisons:
        for side in one.sides:
            seen = one.median(side)
            figures = (seen.per_second, seen.p50_ms, seen.p99_ms, seen.cpu_us)
            ratio = f"{one.ratio(side):.2f}" if side != one.base else "1"
            rows.append((one.name, side, *map(_figure, figures), ratio))
    return _table(("what", "of", "per second", "p50 ms", "p99 ms", "CPU µs", "ratio"), rows)


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _table(heads: Row, rows: Sequence[Row]) -> str:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [heads, tuple("-" * width for width in widths), *rows]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Row, widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"
