"""A report as JUnit XML, which build servers can show."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree  # nosec B405 (only writes)

from adapter.checks.report import Outcome, Report, Result

# What XML 1.0 cannot carry even when escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(report: Report, path: str | Path, *, strict: bool = False) -> None:
    """Writes the report to a file; advice that was not followed is a failure only if `strict`."""
    tree = ElementTree.ElementTree(_suite(report, strict=strict))
    ElementTree.indent(tree)
    tree.write(path, encoding="utf-8", xml_declaration=True)


def _suite(report: Report, *, strict: bool) -> ElementTree.Element:
    suite = ElementTree.Element(
        "testsuite",
        name=_clean(f"{report.name} conformance"),
        hostname=_clean(report.target),
        tests=str(len(report.results)),
        failures=str(len(report.faults(strict=strict))),
        errors="0",
        skipped=str(report.counts()[Outcome.NOT_TESTED]),
        time=f"{report.seconds:.3f}",
    )
    for result in report.results:
        suite.append(_case(report.name, result, strict=strict))
    return suite


def _case(name: str, result: Result, *, strict: bool) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase",
        classname=f"{name}.{result.clause.level}",
        name=_clean(f"{result.clause.id} {result.clause.title}"),
        time=f"{result.seconds:.3f}",
    )
    detail = _clean(result.detail)
    if result.is_fault(strict=strict):
        fault = ElementTree.SubElement(case, "failure", message=detail, type=result.clause.level)
        fault.text = _clean(result.exchange)
    elif result.outcome is Outcome.NOT_TESTED:
        ElementTree.SubElement(case, "skipped", message=detail)
    elif result.outcome is Outcome.FAILED:
        note = ElementTree.SubElement(case, "system-out")
        note.text = _clean(f"advice not followed: {result.detail}\n{result.exchange}")
    return case


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
