"""Lines of the log, as text or as JSON (日志): one line a record, whatever is in it.

    {"time": "2026-11-26T08:00:00.123+00:00", "level": "ERROR", "logger": "registry.servicer.gate",
     "process": "reader", "message": "incident 4f1c9b0a7d22 in /registry.v1.…", "request_id": "4f1c9b0a7d22",
     "method": "RestrictionService/Check", "role": "system/bidding", "exception": "Traceback …"}

What a record was made for, its call says: number, method and role of the caller are added where a call is
being served. With ``[logging] access`` each call leaves a line when it ends, with ``code``, ``reason`` and
``duration_ms``; a reading process and the writer it passes on to leave one each, under the same number.

Nothing about a caller but its role stands in a line, and nothing of what it asked or stated.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import IO, Any

from registry.config_options.observing import Logging
from registry.current_call import current_call
from registry.observing.interceptor import Ended
from registry.servicer.gate import current_caller

FIELDS = "fields"
"""The attribute of a record that holds further fields of its line."""
_BREAKS = {number: f"\\u{number:04x}" for number in (*range(0x7F, 0xA0), 0x2028, 0x2029)}
"""What JSON lets stand and some take for the end of a line, or for an order to a terminal."""
_CONTROLS = {number: f"\\x{number:02x}" for number in range(0x20) if number != 0x09} | _BREAKS
access = logging.getLogger("registry.access_log")


def start_logging(settings: Logging, process: str = "", stream: IO[str] | None = None) -> None:
    """Has every record written to a stream (standard error) from now on; ``process`` names who writes."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(process or "single") if settings.format == "json" else text_lines(process))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in ("alembic", "uvicorn"):  # They tell of each step that they take.
        logging.getLogger(name).setLevel(logging.WARNING)


def text_lines(process: str = "") -> logging.Formatter:
    """Lines for people."""
    named = f"{process} " if process else ""
    return TextLines(f"%(asctime)s %(levelname)s {named}%(message)s")


class TextLines(logging.Formatter):
    """Lines for people; further fields stand behind as ``name=value``. What a message quotes of others (a
    witness, a database) begins no line and steers no terminal; a trace stands on lines of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging dictates the name)
        """See logging.Formatter."""
        return super().formatMessage(record).translate(_CONTROLS)

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        line = super().format(record)
        fields = _of_call() | getattr(record, FIELDS, {}) if hasattr(record, FIELDS) else {}
        return " ".join([line, *(f"{name}={value}" for name, value in fields.items() if value != "")])


class JsonLines(logging.Formatter):
    """Lines for programs."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": self._process,
            "message": record.getMessage(),
        }
        line |= _of_call() | getattr(record, FIELDS, {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str).translate(_BREAKS)


def _of_call() -> dict[str, Any]:
    call, caller = current_call.get(), current_caller.get(None)
    if call is None:
        return {}
    shown = call.method.rpartition("registry.v1.")[2].removeprefix("/")
    role = {"role": caller.role.value} if caller is not None else {}
    return {"request_id": call.request_id, "method": shown, **role}


def note_access(ended: Ended) -> None:
    """Leaves a line for a call that ended."""
    fields: dict[str, Any] = {
        "request_id": ended.call.request_id,
        "method": ended.method,
        "role": ended.role,
        "code": ended.code,
        "reason": ended.reason,
        "verdict": ended.verdict,
        "duration_ms": round(ended.seconds * 1000, 3),
    }
    access.info("call", extra={FIELDS: fields})
