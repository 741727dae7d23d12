"""What stands in a cell and is more than text: made by the macros of a template."""

from __future__ import annotations

from typing import Any, cast

from markupsafe import Markup

from adapter.admin.render import environment


def cell(macro: str, *values: Any) -> Markup:
    """What a macro of `members/cells.html` makes of these values."""
    made = getattr(environment().get_template("members/cells.html").module, macro)
    return cast(Markup, made(*values))
