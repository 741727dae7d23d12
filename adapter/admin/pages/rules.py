"""Earn rules: drawn up, compared with what is in force, tried on past sales, published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound
from wtforms import HiddenField

from adapter.admin.access import actor, needs, person, program
from adapter.admin.console import console
from adapter.admin.forms import INVALID, ConsoleForm, ReasonForm
from adapter.admin.i18n import _
from adapter.admin.pages import rule_form, rule_words, versions
from adapter.admin.pages.fault_words import blame
from adapter.admin.render import page
from adapter.core import programs, trail
from adapter.core.errors import EditedMeanwhile
from adapter.core.programs import EarnRule, RevisionKind, RuleDraft
from adapter.core.staff import Permission
from adapter.db import Work
from adapter.programfile import editing
from adapter.web.request_log import request_id
from adapter.web.work import database, reading

STALE = 409


class PublishForm(ReasonForm):
    """What is in force from now on, and why."""

    seen = HiddenField()


class DropForm(ConsoleForm):
    """A draft that nobody wants any more."""

    seen = HiddenField()


@dataclass(frozen=True, slots=True)
class Known:
    """A rule as it is in force, as it may become, or both."""

    code: str
    rule: EarnRule | None
    draft: RuleDraft | None

    @property
    def kind(self) -> str:
        """Of what kind it is, or will be."""
        return str(self.rule.kind if self.rule else self.drafted["kind"])

    @property
    def drafted(self) -> dict[str, Any]:
        """What the draft says."""
        return self.draft.document if self.draft else {}

    @property
    def published(self) -> dict[str, Any]:
        """What is in force says."""
        return programs.rule_document(self.rule.kind, self.rule.terms) if self.rule else {}

    @property
    def is_stale(self) -> bool:
        """Whether the rule was changed since the draft was drawn up."""
        return self.draft is not None and self.draft.based_on != (
            self.rule.version if self.rule else 0
        )

    def words(self, document: dict[str, Any]) -> list[str]:
        """What a document says, in sentences."""
        if not document:
            return []
        return list(rule_words.in_words(document["kind"], document["terms"], program().currency))


def known_rule(work: Work, code: str) -> Known:
    """A rule of this program by its code, in force or drawn up.

    Raises:
        NotFound: There is neither.
    """
    found = next((one for one in programs.earn_rules(work, program().id) if one.code == code), None)
    draft = programs.draft(work, program().id, code)
    if found is None and draft is None:
        raise NotFound
    return Known(code, found, draft)


@console.get("/p/<code>/rules")
@needs(Permission.VIEW)
def rules() -> ResponseReturnValue:
    """The rules in force, and those in the making; tiers and deals beside them."""
    with reading() as work:
        drafts = {one.code: one for one in programs.drafts(work, program().id)}
        found = {one.code: one for one in programs.earn_rules(work, program().id)}
        known = [
            Known(code, found.get(code), drafts.get(code)) for code in sorted({*found, *drafts})
        ]
        return page(
            "rules/list.html",
            rules=known,
            last=programs.last_revisions(work, program().id, RevisionKind.RULE),
            kinds=rule_form.KINDS,
            tiers=programs.tiers(work, program().id),
            deals=programs.deals(work, program().id),
            term_words=rule_words.term_words,
            may_change=person().may(Permission.RULES),
        )


@console.get("/p/<code>/rules/of/<path:rule>")
@needs(Permission.VIEW)
def rules_one(rule: str) -> ResponseReturnValue:
    """A rule: what is in force, and what a draft would change."""
    with reading() as work:
        return _shown(work, known_rule(work, rule))


@console.route("/p/<code>/rules/new", methods=["GET", "POST"])
@needs(Permission.RULES)
def rules_new() -> ResponseReturnValue:
    """Draw up a rule that is not there yet."""
    kind = request.args.get("kind", "spending")
    if kind not in rule_form.KINDS:
        raise NotFound
    form = rule_form.form_of(kind, is_new=True)()
    if not form.is_submitted():
        return _form(form, kind, None)
    if form.validate():
        with reading() as work:
            try:
                known_rule(work, form.code.data)
            except NotFound:
                pass
            else:
                form.blame("code", _("There is a rule with this code, or a draft of one."))
    if form.faults:
        return _form(form, kind, None), INVALID
    return _drafted(form, kind, form.code.data, None)


@console.route("/p/<code>/rules/edit/<path:rule>", methods=["GET", "POST"])
@needs(Permission.RULES)
def rules_edit(rule: str) -> ResponseReturnValue:
    """Draw up what a rule may become, or change what was drawn up."""
    with reading() as work:
        known = known_rule(work, rule)
    form_class = rule_form.form_of(known.kind, is_new=False)
    document = known.drafted or known.published
    seen = known.draft.revision if known.draft else 0
    form = form_class()
    if not form.is_submitted():
        data = rule_form.filled(document["terms"]) | {"seen": str(seen)}
        return _form(form_class(formdata=None, data=data), known.kind, known)
    if not form.validate():
        return _form(form, known.kind, known), INVALID
    return _drafted(form, known.kind, rule, known)


@console.post("/p/<code>/rules/publish/<path:rule>")
@needs(Permission.RULES)
def rules_publish(rule: str) -> ResponseReturnValue:
    """Put a draft in force."""
    form = PublishForm()
    with reading() as work:
        known = known_rule(work, rule)
        if not form.validate() or known.draft is None:
            return _shown(work, known, publish=form), INVALID

    def unit(work: Work) -> EarnRule:
        before = known.published | ({"version": known.rule.version} if known.rule else {})
        made = programs.publish(
            work, program().id, rule, seen=_seen(form), by=actor(), note=form.reason.data
        )
        after = programs.rule_document(made.kind, made.terms)
        _record(work, "rule.publish", made, before, after | {"version": made.version}, form)
        return made

    try:
        made = database().run(unit)
    except EditedMeanwhile:
        return _overtaken(rule)
    flash(_("Version %(number)s is in force from now on.", number=made.version), "success")
    return redirect(url_for("admin.rules_one", rule=rule), 303)


@console.post("/p/<code>/rules/drop/<path:rule>")
@needs(Permission.RULES)
def rules_drop(rule: str) -> ResponseReturnValue:
    """Have a draft be gone."""
    form = DropForm()
    with reading() as work:
        known = known_rule(work, rule)

    def unit(work: Work) -> None:
        programs.drop_draft(work, program().id, rule, seen=_seen(form))
        _record(work, "rule.drop", known.rule, {"code": rule} | known.drafted, {}, None)

    try:
        database().run(unit)
    except EditedMeanwhile:
        return _overtaken(rule)
    flash(_("The draft is gone; what is in force was not touched."), "success")
    return redirect(url_for("admin.rules"), 303)


@console.get("/p/<code>/rules/versions/<path:rule>")
@needs(Permission.VIEW)
def rules_versions(rule: str) -> ResponseReturnValue:
    """Every version of a rule, with what it changed."""
    with reading() as work:
        known_rule(work, rule)
    found = versions.listing("rule-versions", RevisionKind.RULE, rule, rule_form.field_of)
    return found.reply(title=_("Versions of %(rule)s", rule=rule))


def _drafted(
    form: rule_form.RuleForm, kind: str, code: str, known: Known | None
) -> ResponseReturnValue:
    """The draft kept, if it makes sense and nobody else changed it meanwhile."""
    before = (known.drafted or known.published) if known else {}

    def unit(work: Work) -> None:
        row = programs.by_code(work, program().code)
        given = rule_form.given(form, kind, code, before.get("terms", {}))
        read = editing.read_rule(work, row, given)
        programs.put_draft(work, program().id, **read, seen=_seen(form), by=actor())
        after = {"code": code} | programs.rule_document(read["kind"], read["terms"])
        was = {"code": code} | before if before else {}
        _record(work, "rule.draft", known.rule if known else None, was, after, None)

    try:
        database().run(unit)
    except ValidationError as error:
        blame(form, error.messages, fallback=rule_form.own_fields(kind)[0])
        return _form(form, kind, known), INVALID
    except EditedMeanwhile:
        with reading() as work:
            theirs = known_rule(work, code)
        form.seen.data = str(theirs.draft.revision if theirs.draft else 0)
        form.seen.raw_data = None
        return _form(form, kind, theirs, is_stale=True), STALE
    flash(_("The draft is kept. Nothing is in force yet."), "success")
    return redirect(url_for("admin.rules_one", rule=code), 303)


def _overtaken(rule: str) -> ResponseReturnValue:
    flash(
        _("Somebody else changed it meanwhile, so nothing was done. This is how it is now."),
        "warning",
    )
    with reading() as work:
        try:
            known = known_rule(work, rule)
        except NotFound:
            return redirect(url_for("admin.rules"), 303)
        return _shown(work, known), STALE


def _shown(work: Work, known: Known, *, publish: PublishForm | None = None) -> str:
    seen = {"seen": str(known.draft.revision if known.draft else 0)}
    if publish is not None:
        publish.seen.data = publish.seen.data or seen["seen"]
    history = programs.revisions(work, program().id, RevisionKind.RULE, known.code, limit=1)
    changes = list(programs.differences(known.published, known.drafted)) if known.draft else []
    return page(
        "rules/one.html",
        known=known,
        kind=rule_form.KINDS[known.kind],
        current=history[0] if history else None,
        differences=versions.shown(changes, rule_form.field_of),
        is_different=bool(changes),
        publish=publish or PublishForm(formdata=None, data=seen),
        drop=DropForm(formdata=None, data=seen, ids="drop"),
        may_change=person().may(Permission.RULES),
    )


def _form(
    form: rule_form.RuleForm, kind: str, known: Known | None, *, is_stale: bool = False
) -> str:
    return page(
        "rules/edit.html",
        form=form,
        known=known,
        kind=kind,
        kinds=rule_form.KINDS,
        own=rule_form.own_fields(kind),
        conditions=rule_form.condition_fields(kind),
        are_open=any(
            form[name].data or form[name].errors for name in rule_form.condition_fields(kind)
        ),
        is_stale=is_stale,
    )


def _seen(form: Any) -> int:
    text = form.seen.data or "0"
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _record(
    work: Work,
    action: str,
    rule: EarnRule | None,
    before: dict[str, Any],
    after: dict[str, Any],
    form: ReasonForm | None,
) -> None:
    trail.record(
        work,
        actor=actor(),
        action=action,
        subject_kind="rule",
        subject_id=rule.id if rule else None,
        program_id=program().id,
        reason=form.reason.data if form else "",
        before=before,
        after=after,
        request_id=request_id(),
    )
