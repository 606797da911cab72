"""What a line and a section of ``registry.toml`` are, and what holds without a line."""

from __future__ import annotations

from dataclasses import dataclass

Value = str | int | float | bool | list[str]

SNAPSHOT_INTERVAL_S = 60.0
WITNESS_INTERVAL_S = 1.0
STAMP_INTERVAL_S, STAMP_MAX_AGE_S = 600.0, 86_400.0
MAP_INTERVAL_S = 10.0
RISK_INTERVAL_S = 60.0
LOAD_RUNNING, LOAD_WAITING, LOAD_WAIT_MS, LOAD_STREAMS_EACH, LOAD_HELD_MIB = 1, 256, 50, 6, 128
EVIDENCE_MAX_MIB, EVIDENCE_QUOTA_MIB, EVIDENCE_UPLOAD_DAYS = 4_096, 1_048_576, 7


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a section. ``needed``: the section makes no sense without it. ``default`` is what holds
    without the line, in words where it is no value. ``zero``: a ``float`` that may be 0 as well."""

    name: str
    kind: type
    meaning: str
    english: str
    example: Value
    needed: bool = False
    default: Value | None = None
    zero: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One section, what it is for, and its options. ``always``: every file has it. ``free``: its names are
    not fixed, so it has only an example line."""

    name: str
    meaning: str
    english: str
    options: tuple[Option, ...] = ()
    always: bool = False
    free: tuple[tuple[str, str, str], ...] = ()
    """Name as an example, value as an example, meaning."""
