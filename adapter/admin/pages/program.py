"""A program's settings: changed with a reason, kept as versions, and never over somebody else's."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from adapter.admin.access import actor, needs, person, program
from adapter.admin.console import console
from adapter.admin.forms import INVALID
from adapter.admin.i18n import _
from adapter.admin.pages import versions
from adapter.admin.pages.fault_words import blame
from adapter.admin.pages.program_form import GROUPS, ProgramForm, document, field_of, filled
from adapter.admin.render import page
from adapter.core import programs, trail
from adapter.core.errors import EditedMeanwhile
from adapter.core.programs import Program, Revision, RevisionKind
from adapter.core.staff import Permission
from adapter.db import Work
from adapter.programfile import editing
from adapter.programfile.schemas import Settings as SettingsShape
from adapter.web.request_log import request_id
from adapter.web.work import database, reading

STALE = 409
# Whoever corrects balances does not say how far they may without a second person.
OF_OTHERS = frozenset({"adjust_limit_points"})


@console.get("/p/<code>/settings")
@needs(Permission.VIEW)
def program_settings() -> ResponseReturnValue:
    """What the program says of itself."""
    with reading() as work:
        found = _row(work)
        form = ProgramForm(formdata=None, data=filled(found) | {"seen": programs.digest_of(found)})
        return _page(work, found, form)


@console.post("/p/<code>/settings")
@needs(Permission.SETTINGS)
def program_settings_change() -> ResponseReturnValue:
    """Change it, unless it was changed meanwhile."""
    form = ProgramForm()
    with reading() as work:
        found = _row(work)
        wanted = document(form, found)
        if form.validate():
            _check(work, found, form, wanted)
        if form.faults:
            return _page(work, found, form), INVALID

    def unit(work: Work) -> bool:
        before = programs.program_document(_row(work))
        changed = programs.change(
            work, program().id, seen=form.seen.data, by=actor(), note=form.reason.data, **wanted
        )
        differences = list(programs.differences(before, programs.program_document(changed)))
        if differences:
            trail.record(
                work,
                actor=actor(),
                action="program.change",
                subject_kind="program",
                subject_id=changed.id,
                program_id=changed.id,
                reason=form.reason.data,
                before={one.path: versions.told(one.before) for one in differences},
                after={one.path: versions.told(one.after) for one in differences},
                request_id=request_id(),
            )
        return bool(differences)

    try:
        is_changed = database().run(unit)
    except EditedMeanwhile:
        return _stale(form), STALE
    flash(
        _("The settings are changed.") if is_changed else _("Nothing was different."),
        "success" if is_changed else "info",
    )
    return redirect(url_for("admin.program_settings"), 303)


@console.get("/p/<code>/settings/history")
@needs(Permission.VIEW)
def program_settings_history() -> ResponseReturnValue:
    """Every version of the settings, with what it changed."""
    found = versions.listing("settings", RevisionKind.PROGRAM, program().code, field_of)
    return found.reply(title=_("Versions of the settings"))


def _check(work: Work, found: Program, form: ProgramForm, wanted: dict[str, object]) -> None:
    """Read what was typed as the file would be read; what nobody knows there stays as it is."""
    settings = wanted["settings"]
    assert isinstance(settings, dict)  # noqa: S101  # nosec B101
    known = SettingsShape().fields
    strange = {name: value for name, value in settings.items() if name not in known}
    given = {name: value for name, value in settings.items() if name in known}
    try:
        read = editing.read_basics(work, found, wanted | {"settings": given})
    except ValidationError as error:
        blame(form, error.messages, fallback="reason")
    else:
        wanted |= read | {"settings": strange | read["settings"]}
        for name in _fixed():
            if read["settings"].get(name) != found.settings.get(name):
                form.blame(name, _("Somebody who corrects no balances sets this."))


def _fixed() -> frozenset[str]:
    """The settings that this person may not change."""
    return OF_OTHERS if person().may(Permission.ADJUST) else frozenset()


def _stale(form: ProgramForm) -> str:
    """The form as it was typed, with what somebody else changed since it was opened."""
    with reading() as work:
        found = _row(work)
        form.seen.data = programs.digest_of(found)
        form.seen.raw_data = None
        last = programs.revisions(work, found.id, RevisionKind.PROGRAM, found.code, limit=2)
        return _page(work, found, form, meanwhile=last)


def _page(
    work: Work, found: Program, form: ProgramForm, *, meanwhile: Sequence[Revision] | None = None
) -> str:
    theirs = None
    if meanwhile:
        before = meanwhile[1].document if len(meanwhile) > 1 else {}
        theirs = versions.shown(list(programs.differences(before, meanwhile[0].document)), field_of)
    fields = {name for _title, names in GROUPS for name in names}
    others = {name: value for name, value in found.settings.items() if name not in fields}
    return page(
        "program/settings.html",
        form=form,
        groups=GROUPS,
        others=sorted((name, versions.value_words(value)) for name, value in others.items()),
        may_change=person().may(Permission.SETTINGS),
        fixed=_fixed(),
        told=versions.told,
        meanwhile=meanwhile[0] if meanwhile else None,
        theirs=theirs,
    )


def _row(work: Work) -> Program:
    return programs.by_code(work, program().code)
