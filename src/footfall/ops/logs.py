"""Logs: one JSON line an occurrence on standard error, readable lines on a terminal."""

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Set up logging for the process; ``level`` is one of debug, info, warning, error."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    last = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
