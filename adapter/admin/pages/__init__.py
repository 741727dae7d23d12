"""The pages of the console: importing this adds all of them to the blueprint."""

from adapter.admin.pages import (
    account,
    backtests,
    credentials,
    files,
    home,
    jobs,
    members,
    people,
    program,
    requests,
    rules,
    signing,
    start,
    trail,
    webhooks,
)

__all__ = [
    "account",
    "backtests",
    "credentials",
    "files",
    "home",
    "jobs",
    "members",
    "people",
    "program",
    "requests",
    "rules",
    "signing",
    "start",
    "trail",
    "webhooks",
]
