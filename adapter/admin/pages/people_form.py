"""What is asked about those who may sign in to the console."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput

from adapter.admin.forms import ConsoleForm, FilterForm, choices, no_control_characters
from adapter.admin.i18n import LANGUAGES, Lazy, _, _l
from adapter.admin.render import ROLES, STATES
from adapter.core import programs
from adapter.core.staff import Role
from adapter.web.work import reading

_ROLES = [(role.value, Lazy(ROLES[role])) for role in Role]
_STATES = [(state, Lazy(STATES[state])) for state in ("active", "disabled")]


class PeopleFilters(FilterForm):
    """Who is looked for."""

    text = StringField(_l("Login or name"), validators=[Length(max=255)])
    role = SelectField(_l("Role"), choices=choices([("", _l("any")), *_ROLES]), default="")
    state = SelectField(_l("State"), choices=choices([("", _l("any")), *_STATES]), default="")


class AccessForm(ConsoleForm):
    """What somebody may do, and where."""

    role = SelectField(_l("Role"), choices=choices(_ROLES))
    everywhere = BooleanField(_l("All programs, those to come as well"))
    programs = SelectMultipleField(
        _l("Or these programs alone"), option_widget=CheckboxInput(), validate_choice=True
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        """A form that offers the programs there are."""
        super().__init__(*given, **more)
        with reading() as work:
            codes = [one.code for one in programs.all_programs(work)]
        self.programs.choices = choices((code, code) for code in codes)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all of it can be, together."""
        is_valid: bool = super().validate(extra_validators)
        if is_valid and self.role.data == Role.ADMINISTRATOR and not self.everywhere.data:
            self.blame("everywhere", _("Whoever decides on people sees all programs."))
        elif is_valid and not self.everywhere.data and not self.programs.data:
            self.blame("programs", _("Choose one at least."))
        return not self.faults

    @property
    def codes(self) -> list[str] | None:
        """The programs chosen; None for all of them."""
        return None if self.everywhere.data else list(self.programs.data or ())


class NewPersonForm(AccessForm):
    """Somebody who may sign in from now on."""

    login = StringField(
        _l("Login"),
        validators=[DataRequired(), Length(max=64)],
        description=_l("2 to 64 small Latin letters, digits, and . _ - @; it stays theirs."),
    )
    name = StringField(
        _l("Name"),
        validators=[Length(max=255), no_control_characters],
        description=_l("What they are called; empty: the login."),
    )
    language = SelectField(
        _l("Language"),
        choices=choices([("", _l("As the browser asks")), *LANGUAGES.items()]),
        default="",
    )
