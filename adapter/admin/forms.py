"""Forms: what is wrong is said beside the field, and what was typed stays."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from unicodedata import category

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import Field, Form, IntegerField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.i18n import get_translations
from wtforms.validators import DataRequired, Length, ValidationError

from adapter.admin import csrf
from adapter.admin.i18n import _, _l, language
from adapter.admin.sessions import CSRF
from adapter.admin.wording import said

INVALID = 422
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


def choices(pairs: Iterable[tuple[str, object]]) -> list[SelectChoice]:
    """What can be chosen in a `SelectField`: values with their labels."""
    return [SelectChoice(value, label) for value, label in pairs]


def stripped(text: str | None) -> str | None:
    """A text without the blanks around it."""
    return text.strip() if isinstance(text, str) else text


class ConsoleForm(FlaskForm):
    """A form of the console: signed, in the language of the request, its texts stripped."""

    class Meta(FlaskForm.Meta):
        """How fields are made."""

        @property
        def csrf_secret(self) -> str:
            """With what the form's token is signed."""
            return csrf.secret()

        def get_translations(self, form: Form) -> Any:
            """What WTForms itself says, in the language of the request."""
            return get_translations([language()])

        def bind_field(self, form: Form, unbound_field: Any, options: dict[str, Any]) -> Field:
            """A field; texts lose the blanks around them, passwords do not."""
            kinds = (StringField, TextAreaField)
            if unbound_field.field_class in kinds and "filters" not in unbound_field.kwargs:
                options = {**options, "filters": [stripped]}
            return unbound_field.bind(form=form, **options)

    def __init__(self, formdata: Any = _Auto, *, ids: str = "", **more: Any) -> None:
        """A form; with `ids` its fields begin theirs with it, where a page has several forms."""
        super().__init__(formdata=formdata, **more)
        for field in self:
            if field.name == CSRF:
                field.id = f"{type(self).__name__}-{ids}-csrf"
            elif ids:
                field.id = field.label.field_id = f"{ids}-{field.id}"

    def blame(self, field: str, error: Exception | str) -> None:
        """Say beside a field why it was refused; the answer is then to have status `INVALID`."""
        words = error if isinstance(error, str) else said(error)
        found = self[field]
        found.errors = [*found.errors, words]

    @property
    def faults(self) -> list[tuple[str, str, str]]:
        """The id, the label and the words of everything that is wrong."""
        return [
            (field.id, str(field.label.text), str(words))
            for field in self
            for words in _flat(field.errors)
        ]


class WholeNumberField(IntegerField):
    """A whole number of at most eighteen digits, which is more than anything here is counted in."""

    data: int | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed, unless nobody could reckon with it."""
        typed = valuelist[0].strip() if valuelist else ""
        if typed and not _WHOLE.fullmatch(typed):
            self.data = None
            raise ValueError(_("A whole number of at most 18 digits is wanted."))
        super().process_formdata([typed] if typed else [])


class FilterForm(ConsoleForm):
    """What a list is filtered by: read from the address, changes nothing, needs no signature."""

    class Meta(ConsoleForm.Meta):
        """Without a signature."""

        csrf = False

    @classmethod
    def from_address(cls) -> FilterForm:
        """The filters as the address of this request has them."""
        return cls(formdata=request.args)

    @property
    def given(self) -> dict[str, str]:
        """What the address says of the filters, as text, for other addresses of the same list."""
        return {
            field.name: value for field in self if (value := request.args.get(field.name, "")) != ""
        }


def no_control_characters(_form: Form, field: Field) -> None:
    """A validator: no characters that nobody can see.

    Raises:
        ValidationError: There is one.
    """
    if field.data and any(category(letter) == "Cc" for letter in str(field.data)):
        raise ValidationError(str(_l("There is a character in it that cannot be seen.")))


def not_before_since(form: Form, field: Field) -> None:
    """A validator: the last day is not before the first.

    Raises:
        ValidationError: It is.
    """
    since = form["since"].data
    if since and field.data and field.data < since:
        raise ValidationError(str(_l("The last day is before the first.")))


class ReasonForm(ConsoleForm):
    """Whatever is done with a reason."""

    reason = StringField(
        _l("Reason"),
        validators=[DataRequired(), Length(min=3, max=255), no_control_characters],
        description=_l("For the audit: why, without anybody's name."),
    )


def _flat(errors: Any) -> list[Any]:
    return [words for one in errors for words in (one if isinstance(one, list | tuple) else [one])]
