"""Rules and settings as somebody edits them by hand: read by the very schemas of the file."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from adapter.core import programs
from adapter.core.programs import Program
from adapter.db import Work
from adapter.programfile import schemas
from adapter.programfile.condition_schemas import CONDITION_KEYS
from adapter.programfile.fields import Setting, reading_in
from adapter.programfile.fixed import faults_of_change
from adapter.programfile.heads import terms_of
from adapter.programfile.rule_schemas import RuleKind, earn_rule, rule_keys
from adapter.programfile.shown import ordered

__all__ = ["BASICS", "CONDITION_KEYS", "RuleKind", "read_basics", "read_rule", "rule_as_given"]

BASICS = ("name", "currency", "country", "timezone", "settings", "card_numbers")


def read_rule(work: Work, program: Program, raw: dict[str, Any]) -> dict[str, Any]:
    """A rule of a program: its `code`, its `kind`, and its `terms` as they are kept.

    Raises:
        ValidationError: The file would be refused for it; its messages name the keys.
    """
    tiers = frozenset(tier.code for tier in programs.tiers(work, program.id))
    with reading_in(Setting(program.terms(), work.now, tiers)):
        return earn_rule(raw)


def rule_as_given(code: str, kind: str, terms: dict[str, Any]) -> dict[str, Any]:
    """A rule as the file has it."""
    return {"code": code, "kind": kind} | ordered(terms, rule_keys(kind))


def read_basics(work: Work, program: Program, raw: dict[str, Any]) -> dict[str, Any]:
    """What a program says of itself, as it is kept.

    Raises:
        ValidationError: The file would be refused for it; its messages name the keys.
    """
    after = terms_of(work, raw, program)
    with reading_in(Setting(after, work.now)):
        given: dict[str, Any] = schemas.Program(only=BASICS).load(raw)
    if faults := faults_of_change(work, program.terms(), after):
        raise ValidationError(faults)
    return given
