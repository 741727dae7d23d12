"""Figures as pictures, tables and files: all three are made of the same numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from adapter.admin.i18n import Lazy, _, _l
from adapter.admin.words import channel_words as own_words
from adapter.admin.writing import shown_day, shown_number
from adapter.core import programs
from adapter.core.amounts import Amount, Unit
from adapter.core.exchanges import Outcome
from adapter.core.programs import ProgramTerms
from adapter.core.stats import Overview
from adapter.protocols import PROTOCOLS

TITLES = {protocol.name: protocol.title for protocol in PROTOCOLS}
Number = Decimal | int


@dataclass(frozen=True, slots=True)
class Series:
    """A column of numbers; in the picture unless it is not `charted`."""

    title: Lazy | str
    numbers: Sequence[Number]
    decimals: int = 0
    is_charted: bool = True

    def shown(self, place: int) -> str:
        """A number as it is written in this language."""
        return shown_number(self.numbers[place], decimals=self.decimals)


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its numbers: what the rows are of, and a column for each series."""

    name: str
    title: Lazy
    about: Lazy
    kind: str  # of the picture: `bar` or `line`
    head: Lazy
    rows: Sequence[tuple[str, object]]  # as shown, and as written to a file
    series: Sequence[Series]
    is_stacked: bool = False
    is_by_name: bool = False  # the rows are of things with long names, and not of days

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be seen in it."""
        return not any(number for series in self.series for number in series.numbers)

    @property
    def heads(self) -> list[str]:
        """The titles of the columns."""
        return [str(self.head), *(str(series.title) for series in self.series)]

    def lines(self) -> Iterator[list[object]]:
        """The rows as they are written to a file."""
        for place, (_shown, written) in enumerate(self.rows):
            yield [written, *(series.numbers[place] for series in self.series)]


def figures(
    overview: Overview, program: ProgramTerms, errors: Mapping[str, Mapping[Outcome, int]]
) -> list[Figure]:
    """All pictures of a period."""
    return [
        *_of_points(overview, program),
        *_of_people(overview, program),
        _of_channels(overview, program),
        _of_errors(errors),
    ]


def money(program: ProgramTerms, minor: int) -> Decimal:
    """Money of a program's currency in whole units."""
    return Amount(minor, money_unit(program)).whole


def money_unit(program: ProgramTerms) -> Unit:
    """The currency, with as many decimals as it has."""
    return Unit(program.currency, programs.money_decimals(program.currency))


def channel_words(channel: str) -> str:
    """A channel by the name of its platform, where it is one."""
    return TITLES.get(channel) or own_words(channel) or _("unknown")


def _of_points(overview: Overview, program: ProgramTerms) -> Iterator[Figure]:
    days, decimals = overview.points, program.points.decimals
    rows = list(_days(day.day for day in days))

    def series(title: Lazy, amounts: Iterable[Amount]) -> Series:
        return Series(title, [one.whole for one in amounts], decimals)

    def worth(title: Lazy, minors: Iterable[int], *, is_charted: bool = True) -> Series:
        numbers = [money(program, minor) for minor in minors]
        return Series(title, numbers, money_unit(program).decimals, is_charted)

    yield Figure(
        "points",
        _l("Points by day"),
        _l("What was given is above the line, what was taken below it."),
        "bar",
        _l("Day"),
        rows,
        [
            series(_l("Issued"), (day.issued for day in days)),
            series(_l("Redeemed"), (day.redeemed for day in days)),
            series(_l("Expired"), (day.expired for day in days)),
            series(_l("Returned"), (day.returned for day in days)),
            series(_l("Adjusted"), (day.adjusted for day in days)),
            series(_l("Reversed"), (day.reversed for day in days)),
            series(_l("Opening balances"), (day.opening for day in days)),
        ],
        is_stacked=True,
    )
    yield Figure(
        "outstanding",
        _l("Points and credit outstanding"),
        _l("What members hold at the end of a day: spendable, pending and reserved."),
        "line",
        _l("Day"),
        rows,
        [
            series(_l("Points"), (day.outstanding for day in days)),
            worth(
                _l("Worth of the points, %(currency)s", currency=program.currency),
                (day.worth_minor for day in days),
                is_charted=False,
            ),
            worth(
                _l("Credit, %(currency)s", currency=program.currency),
                (day.credit.minor for day in days),
            ),
            worth(
                _l("Liability, %(currency)s", currency=program.currency),
                (day.liability_minor for day in days),
            ),
        ],
    )


def _of_people(overview: Overview, program: ProgramTerms) -> Iterator[Figure]:
    days = overview.people
    rows = list(_days(day.day for day in days))
    yield Figure(
        "cards",
        _l("New cards by channel"),
        _l("Cards issued on a day, by the platform through which they were."),
        "bar",
        _l("Day"),
        rows,
        [
            Series(channel_words(channel), [by_day.get(day.day, 0) for day in days])
            for channel, by_day in overview.cards_by_day.items()
        ],
        is_stacked=True,
    )
    yield Figure(
        "members",
        _l("Members"),
        _l("Active is who bought, paid, or was given something; each is counted once."),
        "line",
        _l("Day"),
        rows,
        [
            Series(_l("Active on the day"), [day.active for day in days]),
            Series(_l("Active in 30 days"), [day.active_30 for day in days]),
            Series(_l("New members"), [day.new_members for day in days]),
        ],
    )
    decimals = money_unit(program).decimals
    yield Figure(
        "sales",
        _l("Sales"),
        _l("As tills told of them; those cancelled later are counted on that later day."),
        "bar",
        _l("Day"),
        rows,
        [
            Series(_l("Sales"), [day.sales for day in days]),
            Series(_l("Returns"), [day.refunds for day in days]),
            Series(_l("Cancelled"), [day.cancelled for day in days]),
            Series(
                _l("Turnover, %(currency)s", currency=program.currency),
                [
                    money(program, day.sales_minor + day.refunds_minor + day.cancelled_minor)
                    for day in days
                ],
                decimals,
                is_charted=False,
            ),
        ],
    )


_MOVED = {
    "issued": _l("Issued"),
    "redeemed": _l("Redeemed"),
    "expired": _l("Expired"),
    "returned": _l("Returned"),
    "adjusted": _l("Adjusted"),
    "reversed": _l("Reversed"),
    "opening": _l("Opening balances"),
}
_COUNTED = {
    "sales": _l("Sales"),
    "refunds": _l("Returns"),
    "cards": _l("New cards"),
    "members": _l("New members"),
}


def _of_channels(overview: Overview, program: ProgramTerms) -> Figure:
    unit = program.points
    # What came through the others, such as credit or a sale that was cancelled, has no column.
    channels = [
        channel
        for channel, sums in overview.by_channel.items()
        if any(sums.get(measure) for measure in (*_MOVED, *_COUNTED))
    ]

    def found(measure: str) -> list[int]:
        return [overview.by_channel[channel].get(measure, 0) for channel in channels]

    def points(measure: str, title: Lazy) -> Series:
        minors = found(measure)
        return Series(title, [Amount(minor, unit).whole for minor in minors], unit.decimals)

    return Figure(
        "channels",
        _l("By channel"),
        _l("All of the period, by the platform through which it came."),
        "bar",
        _l("Channel"),
        [(_came_through(channel, overview.by_channel[channel]), channel) for channel in channels],
        [
            *(points(measure, title) for measure, title in _MOVED.items()),
            *(
                Series(title, found(measure), is_charted=False)
                for measure, title in _COUNTED.items()
            ),
        ],
        is_by_name=True,
    )


def _came_through(channel: str, sums: Mapping[str, int]) -> str:
    """A channel in words; what expired came through none, for its time was over."""
    is_expiry = not channel and {measure for measure, sum_ in sums.items() if sum_} == {"expired"}
    return _("by time") if is_expiry else channel_words(channel)


def _of_errors(errors: Mapping[str, Mapping[Outcome, int]]) -> Figure:
    protocols = sorted(errors)

    def ended(title: Lazy, outcome: Outcome, *, is_charted: bool = True) -> Series:
        return Series(
            title, [errors[one].get(outcome, 0) for one in protocols], is_charted=is_charted
        )

    return Figure(
        "errors",
        _l("Errors by platform"),
        _l("Refused is what the rules say no to; failed is our fault, or the database's."),
        "bar",
        _l("Platform"),
        [(channel_words(one), one) for one in protocols],
        [
            ended(_l("Refused"), Outcome.REFUSED),
            ended(_l("Failed"), Outcome.FAILED),
            ended(_l("Answered"), Outcome.OK, is_charted=False),
        ],
        is_by_name=True,
    )


def _days(days: Iterable[date]) -> Iterator[tuple[str, object]]:
    for day in days:
        yield shown_day(day), day.isoformat()
