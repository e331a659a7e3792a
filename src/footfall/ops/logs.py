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
    logging.basicConfig(handlers=[_Forward()], level=logging.WARNING, force=True)


class _Forward(logging.Handler):
    """Has what libraries log come out in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        say = structlog.get_logger(record.name)
        tell = say.error if record.levelno >= logging.ERROR else say.warning
        tell("library_message", message=record.getMessage(), exc_info=record.exc_info)
