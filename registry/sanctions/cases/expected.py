"""What a case expects (用例的结论), read from its row.

* ``verdict`` BLOCKED, REVIEW, CLEAR, or INDETERMINATE with its reason.
* ``hits`` measure → effect, and reasons if it matters which, with where the restriction stands if that is not
  in force and no reason says it (COMING, CONTESTED); none named, none expected.
* ``listed`` the lists the subject is on that day; ``incentives`` that apply. Not named: not looked at.
* or ``refused``: every reason for which a statement does not enter; those before it do.

Example: ``{verdict: CLEAR, hits: {M-BID-01: INFORMATION VOLUNTARY_TENDER}, listed: []}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import Row
from registry.v1 import error_reason_pb2
from registry.v1 import verdict_pb2 as pb


def _names(items: Iterable[tuple[str, int]], prefix: str) -> tuple[str, ...]:
    return tuple(name.removeprefix(prefix) for name, value in items if value)


_INDETERMINATE = _names(pb.IndeterminateReason.items(), "INDETERMINATE_REASON_")
_SETTLED = [name for name in _names(pb.Verdict.items(), "VERDICT_") if name != "INDETERMINATE"]
_VERDICTS = {word: word for word in (*_SETTLED, *(f"INDETERMINATE {why}" for why in _INDETERMINATE))}
_EFFECTS = _names(pb.HitEffect.items(), "HIT_EFFECT_")
_AFTER_EFFECT = frozenset(
    _names(pb.HitReason.items(), "HIT_REASON_") + _names(pb.HitStatus.items(), "HIT_STATUS_")
)
_REFUSALS = _names(error_reason_pb2.ErrorReason.items(), "ERROR_REASON_")


@dataclass(frozen=True, slots=True)
class Expected:
    """The answer. ``hits`` are words: effect, then reasons if it matters which. ``listed`` and ``incentives``
    None: not looked at. ``refused`` not empty: nothing is asked."""

    verdict: str
    hits: Mapping[str, str]
    listed: frozenset[str] | None
    incentives: frozenset[str] | None
    refused: frozenset[str]


def read_expected(row: Row, edition: Edition) -> Expected:
    """The answer that a case expects; faults are noted in the row's log."""
    refused = row.references("refused", _REFUSALS) if row.has("refused") else ()
    if row.has("verdict") == bool(refused):
        row.fault("verdict", "a case says either a verdict or why a statement is refused")
    hits = row.names("hits") if row.has("hits") else {}
    for code, text in hits.items():
        effect, *reasons = text.split() or [""]
        if code not in edition.measures:
            row.fault("hits", f"there is no {code}")
        if effect not in _EFFECTS or not _AFTER_EFFECT.issuperset(reasons):
            row.fault("hits", f"{text} is not an effect with reasons")
    return Expected(
        verdict=row.choice("verdict", _VERDICTS) if row.has("verdict") else "",
        hits=hits,
        listed=frozenset(row.references("listed", edition.lists)) if row.has("listed") else None,
        incentives=frozenset(row.references("incentives", edition.measures))
        if row.has("incentives")
        else None,
        refused=frozenset(refused),
    )
