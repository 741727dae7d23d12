"""JSON lines on stderr, and tracebacks that tell where but never with which values."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

import structlog

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# The last frames tell enough; endless recursion has a thousand of them.
_FRAMES = 50
_threshold = logging.INFO


def configure(level: str = "INFO") -> None:
    """Send our log lines, and those of the libraries we use, to stderr as JSON."""
    global _threshold  # of the process, as all of structlog's configuration is
    threshold = _threshold = logging.getLevelName(level)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, _Foreign) for handler in root.handlers):
        root.addHandler(_Foreign())


def is_told(level: int) -> bool:
    """Whether lines of this severity are written, asked where making one would cost."""
    return level >= _threshold


def traceback_of(error: BaseException) -> str:
    """Where an exception came from: frames and class names, no message, for those hold values."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.extract_tb(current.__traceback__, limit=-_FRAMES)
        parts.append("".join(frames.format()) + _class_name(current))
        quiet = current.__suppress_context__
        current = current.__cause__ or (None if quiet else current.__context__)
    return "\n\nand then\n\n".join(reversed(parts))


def _class_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


class _Foreign(logging.Handler):
    """What libraries log, from warnings up, in the same form."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line: dict[str, Any] = {"event": record.getMessage(), "logger": record.name}
            if record.exc_info and record.exc_info[1]:
                line["traceback"] = traceback_of(record.exc_info[1])
            line["level"] = record.levelname.lower()
            line["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat()
            print(json.dumps(line), file=sys.stderr, flush=True)
        except Exception:
            self.handleError(record)
