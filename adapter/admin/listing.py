"""Lists: filters in the address, pages by key, and a CSV of exactly what is filtered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Generic, TypeVar

from flask import Response, g, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from adapter.admin import csvfile
from adapter.admin.access import actor, person
from adapter.admin.forms import INVALID, FilterForm
from adapter.admin.i18n import Lazy
from adapter.admin.render import shown as rendered
from adapter.core import trail
from adapter.core.staff import Permission
from adapter.web.request_log import request_id
from adapter.web.work import unit_of_work

R = TypeVar("R")
PAGE = 50
CHUNK = 500  # rows of a CSV looked up at once


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column: what a row has in it, as shown and as written to a file.

    `cell` returns text, or Markup made by a template's macro. Without `csv` the file has the same;
    with `csv=False` the column is not in it, with `is_shown=False` it is there alone.
    """

    key: str
    title: Lazy
    cell: Callable[[R], Any]
    csv: Callable[[R], Any] | bool = True
    is_number: bool = False
    is_shown: bool = True

    def written(self, row: R) -> Any:
        """What a file has in this column."""
        return self.csv(row) if callable(self.csv) else self.cell(row)


@dataclass
class Listing(Generic[R]):
    """A list of the rows that `rows` finds by filters, from the one after a key.

    `key` says by which text the rows after a row are asked for.
    """

    name: str
    columns: Sequence[Column[R]]
    rows: Callable[[Any, str | None, int], Sequence[R]]
    key: Callable[[R], str]
    filters: type[FilterForm] = FilterForm
    form: FilterForm = field(init=False)
    found: Sequence[R] = field(init=False, default=())
    next_key: str | None = field(init=False, default=None)

    def reply(self, template: str = "listing.html", **context: Any) -> ResponseReturnValue:
        """The page of the list, or the file if `format=csv` is asked for.

        Raises:
            Forbidden: A file is asked for by somebody who may not have one.
        """
        self.form = self.filters.from_address()
        as_file = request.args.get("format") == "csv"
        if as_file and not person().may(Permission.DOWNLOAD):
            raise Forbidden
        if not self.form.validate():
            return self._shown(template, context), INVALID
        if as_file:
            return self._file()
        after = request.args.get("after") or None
        found = list(self.rows(self.form, after, PAGE + 1))
        self.found = found[:PAGE]
        self.next_key = self.key(found[PAGE - 1]) if len(found) > PAGE else None
        return self._shown(template, context)

    @property
    def shown(self) -> Sequence[Column[R]]:
        """The columns of the page."""
        return [column for column in self.columns if column.is_shown]

    @property
    def next_page(self) -> str | None:
        """The address of the rows that follow."""
        return self._address(after=self.next_key) if self.next_key else None

    @property
    def first_page(self) -> str | None:
        """The address of the first rows, where others are shown."""
        return self._address() if request.args.get("after") else None

    @property
    def file(self) -> str | None:
        """The address of the same as a file, for those who may have one."""
        if not any(column.csv for column in self.columns):
            return None
        return self._address(format="csv") if person().may(Permission.DOWNLOAD) else None

    @property
    def is_filtered(self) -> bool:
        """Whether the address says what is sought."""
        return bool(self.form.given)

    def _address(self, **more: str) -> str:
        values = {**(request.view_args or {}), **self.form.given, **more}
        return url_for(str(request.endpoint), **values)

    def _shown(self, template: str, context: dict[str, Any]) -> str:
        return rendered(template, listing=self, **context)

    def _file(self) -> Response:
        columns = [column for column in self.columns if column.csv]
        # The first rows before anything is sent, so that an error is still a page.
        first = list(self.rows(self.form, None, CHUNK))
        self._tell()
        rows = chain(first, self._after(first))
        written = ([column.written(row) for column in columns] for row in rows)
        lines = csvfile.lines([str(column.title) for column in columns], written)
        response = Response(stream_with_context(lines), mimetype="text/csv")
        program = g.get("console_program")
        name = f"{program.code}-{self.name}.csv" if program else f"{self.name}.csv"
        response.headers.set("Content-Disposition", "attachment", filename=name)
        return response

    def _after(self, chunk: Sequence[R]) -> Iterator[R]:
        while len(chunk) == CHUNK:
            chunk = list(self.rows(self.form, self.key(chunk[-1]), CHUNK))
            yield from chunk

    def _tell(self) -> None:
        # By what it was filtered, not by which values: a phone may be among them.
        program = g.get("console_program")
        with unit_of_work() as work:
            trail.record(
                work,
                actor=actor(),
                action="list.download",
                subject_kind="list",
                subject_id=None,
                program_id=program.id if program else None,
                after={"list": self.name, "filters": sorted(self.form.given)},
                request_id=request_id(),
            )
