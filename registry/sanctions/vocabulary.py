"""The words an edition's files may use where a column is closed, and what they stand for.

Enum words are the lower-case names of ``registry.v1`` without their prefix: ``procurement`` is
DOMAIN_PROCUREMENT, ``natural_person`` SUBJECT_KIND_NATURAL_PERSON, ``legal_rep`` CAPACITY_LEGAL_REP.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.v1 import subject_pb2


def _enum_words(names: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix).lower(): value for name, value in names.items() if value}


DOMAINS: Mapping[str, subject_pb2.Domain.ValueType]
DOMAINS = _enum_words(dict(subject_pb2.Domain.items()), "DOMAIN_")  # type: ignore[assignment]
