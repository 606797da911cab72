"""Files of supervision ↔ their rows: what they are found by, and the file itself, serialised canonically."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from registry.domain.files import file_key, file_ref
from registry.v1.supervision_file_pb2 import SupervisionFile


def file_values(file: SupervisionFile) -> dict[str, Any]:
    """The row of a file of supervision."""
    kind, department, number = file_key(file.file)
    linked = file.acts[0].linked
    return {
        "kind": kind,
        "department": department,
        "number": number,
        "subject": file.subject,
        "matter": file.matter,
        "addressee": file.addressee,
        "source": file_ref(linked) if linked.kind else "",
        "opened": file.acts[0].position,
        "changed": file.acts[-1].position,
        "told": file.SerializeToString(deterministic=True),
    }


def file_from(row: Row[Any]) -> SupervisionFile:
    """The file of supervision of a row."""
    return SupervisionFile.FromString(row.told)
