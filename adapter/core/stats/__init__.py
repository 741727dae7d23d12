"""Figures drawn from all the others, by day and channel, rolled up outside every till's call."""

from adapter.core.stats.backtest import Backtest, Compared, OneSale, backtest, with_draft
from adapter.core.stats.models import (
    POINTS,
    REVERSED,
    ActiveDay,
    DailyFigure,
    Measure,
    RollUpMark,
    RollUpSlice,
)
from adapter.core.stats.queries import (
    LONGEST,
    Overview,
    PeopleDay,
    Period,
    PointsDay,
    overview,
    sales_by_day,
    state,
)
from adapter.core.stats.rolling import Rolled, roll_up, start_anew

__all__ = [
    "LONGEST",
    "POINTS",
    "REVERSED",
    "ActiveDay",
    "Backtest",
    "Compared",
    "DailyFigure",
    "Measure",
    "OneSale",
    "Overview",
    "PeopleDay",
    "Period",
    "PointsDay",
    "RollUpMark",
    "RollUpSlice",
    "Rolled",
    "backtest",
    "overview",
    "roll_up",
    "sales_by_day",
    "start_anew",
    "state",
    "with_draft",
]
