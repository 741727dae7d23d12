"""`python -m bench.report`: write what was measured into docs/performance.md, between two marks."""

from __future__ import annotations

from pathlib import Path

from bench import tables
from bench.results import Result, read_all
from bench.server import ROOT

PAGE, KEPT = ROOT / "docs" / "performance.md", ROOT / "bench" / "results"
BEGIN = "<!-- measured: python -m bench.report writes what follows -->"
END = "<!-- end of what was measured -->"


def write(page: Path, kept: Path) -> None:
    """Put the figures of a folder where the page has room for them."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{page.name} has no room for figures: {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{_figures(read_all(kept))}\n\n{END}{after}")


def _figures(results: list[Result]) -> str:
    if not results:
        return "Nothing is kept: run `make bench`."
    parts = ["### What decides", tables.of_targets(results)]
    for result in results:
        run, options = result.run, result.run["options"]
        parts += [
            f"### {result.scenario.capitalize()}, {result.engine}",
            tables.of_result(result),
            f"{run['machine']}, Python {run['python']}, {run['at']}; {options['rounds']} rounds of"
            f" {options['seconds']} s.",
        ]
    return "\n\n".join(parts)


if __name__ == "__main__":
    write(PAGE, KEPT)
