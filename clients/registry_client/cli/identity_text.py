"""Whom an identifier names, as people read it and as a program reads it.

Example: ``已识别，现用代码 91130902DEM0000263；同一主体的另一代码 91130902DEM0000271（序号88）``.
"""

from __future__ import annotations

from typing import Any

from registry.v1 import verdict_pb2
from registry.v1.verdict_pb2 import ResolutionStatus, SubjectRelation
from registry_client.cli.hit_text import message, name
from registry_client.identity import Identity, Related
from registry_client.words import RELATIONS, RESOLUTIONS, word_of


def identity_line(identity: Identity, asked: str) -> str:
    """The status, the code in use where it is not the one asked about, disputed names, related subjects."""
    parts = [word_of(RESOLUTIONS, identity.status)]
    if identity.current is not None and identity.current.value not in ("", asked):
        parts[0] += f"，现用代码 {identity.current.value}"
    if identity.disputed_names:
        parts.append(f"有争议的名称：{'、'.join(identity.disputed_names)}")
    parts += map(_related, identity.related)
    return "；".join(parts)


def worth_telling(identity: Identity | None) -> bool:
    """Whether there is more to it than one subject under one code: other codes, or names in dispute."""
    return identity is not None and bool(identity.related or identity.disputed_names)


def as_json(identity: Identity) -> dict[str, Any]:
    """The identity as JSON."""
    return {
        "status": name(ResolutionStatus, identity.status, "RESOLUTION_STATUS_"),
        "current": None if identity.current is None else message(identity.current),
        "names": list(identity.names),
        "disputed_names": list(identity.disputed_names),
        "related": [
            {
                "identifier": message(each.identifier),
                "relation": name(SubjectRelation, each.relation, "SUBJECT_RELATION_"),
                "position": each.position,
            }
            for each in identity.related
        ],
    }


def _related(each: Related) -> str:
    unsettled = verdict_pb2.SUBJECT_RELATION_UNSPECIFIED
    relation = "可能是" if each.relation == unsettled else word_of(RELATIONS, each.relation)
    return f"{relation} {each.identifier.value}（序号{each.position}）"
