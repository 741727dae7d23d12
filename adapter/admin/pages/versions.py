"""Versions of a rule or of a program's settings: who, when, why, and what was changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from werkzeug.exceptions import NotFound

from adapter.admin import cells
from adapter.admin.access import program
from adapter.admin.i18n import Lazy, _, _l
from adapter.admin.listing import Column, Listing
from adapter.admin.words import channel_words
from adapter.core import programs
from adapter.core.programs import Difference, Revision, RevisionKind
from adapter.web.work import reading

FieldOf = Callable[[str], Any]  # the field of a form that a part of a document is typed in
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Version:
    """A version, and what it changed of the one before."""

    revision: Revision
    differences: Sequence[Difference]


def listing(name: str, kind: RevisionKind, code: str, field_of: FieldOf) -> Listing[Version]:
    """The list of all versions, the newest first; `field_of` says which field is about what."""

    def rows(_form: object, after: str | None, limit: int) -> Sequence[Version]:
        if after is not None and not _NUMBER.fullmatch(after):
            raise NotFound
        before = int(after) if after else None
        with reading() as work:
            found = programs.revisions(
                work, program().id, kind, code, before=before, limit=limit + 1
            )
        pairs = zip(found, [*found[1:], None], strict=True)
        return [
            Version(one, list(programs.differences(last.document if last else {}, one.document)))
            for one, last in pairs
        ][:limit]

    columns: list[Column[Version]] = [
        Column("number", _l("Version"), lambda one: one.revision.number, is_number=True),
        Column(
            "when",
            _l("When"),
            lambda one: cells.moment(one.revision.made_at),
            csv=lambda one: one.revision.made_at,
        ),
        Column(
            "who",
            _l("Who"),
            lambda one: channel_words(one.revision.actor),
            csv=lambda one: one.revision.actor,
        ),
        Column("why", _l("Reason"), lambda one: one.revision.note),
        Column(
            "differences",
            _l("What changed"),
            lambda one: shown(one.differences, field_of),
            csv=lambda one: written(one.differences),
        ),
    ]
    return Listing(name, columns, rows, key=lambda one: str(one.revision.number))


def shown(differences: Sequence[Difference], field_of: FieldOf) -> Markup:
    """Differences as a list of fields, each with what it was and what it is."""
    lines = [
        Markup("<li>{}: {}{}{}</li>").format(
            title(field_of, one.path),
            Markup('<del class="console-was">{}</del>').format(
                _chosen(field_of, one.path, one.before)
            )
            if one.before is not None
            else "",
            Markup(" → ") if one.before is not None else "",
            Markup('<ins class="console-became">{}</ins>').format(
                _chosen(field_of, one.path, one.after)
            ),
        )
        for one in differences
    ]
    if not lines:
        return Markup("")
    return Markup('<ul class="list-unstyled mb-0">{}</ul>').format(Markup("").join(lines))


def title(field_of: FieldOf, path: str) -> Lazy | str:
    """What the field is called that is about a part of a document; its path if none is."""
    field = field_of(path)
    return field.args[0] if field is not None else path


def _chosen(field_of: FieldOf, path: str, value: Any) -> str:
    """A value by the words that are chosen in its field, if there are any."""
    field = field_of(path)
    offered = field.kwargs.get("choices", ()) if field is not None else ()
    return str(next((one.label for one in offered if one.value == value), value_words(value)))


def written(differences: Sequence[Difference]) -> str:
    """Differences as one line of text."""
    return "; ".join(
        f"{one.path}: {value_words(one.before)} → {value_words(one.after)}" for one in differences
    )


def value_words(value: Any) -> str:
    """A value of a document, in words where it is none of its own."""
    if value is None:
        return _("not said")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(value_words, value)) or _("nothing")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {value_words(inner)}" for key, inner in value.items())
    return str(told(value))


def told(value: Any) -> Any:
    """A value as it may be shown to whoever reads: of an address not what follows its path, where
    some gateways want a key.
    """
    if isinstance(value, str) and value.startswith(("http://", "https://")) and "?" in value:
        return value.partition("?")[0] + "?…"
    return value
