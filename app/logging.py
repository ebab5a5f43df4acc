"""Log lines: readable on a terminal, JSON where a machine reads them; never a text, name or address of a person."""

import logging
import sys
from typing import Literal

import structlog


def configure(log_format: Literal["console", "json"]) -> None:
    """Set up structlog for this process; lines go to standard error."""
    renderer = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # where it points now, not at the start
        cache_logger_on_first_use=False,
    )
