"""Findings outside the remit that are to be told to another body (线索告知), and whether they were.

An inspection that marks findings as outside its department's remit obliges the department to tell them: a
referral that comes from this inspection. Neither file alone knows of that: it is worked out from both.

Example: JC-7 of 2026-11-20 saw a blocked exit; told to 消防 by YS-3 on 11-25: met in time (by 11-27).
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.domain.files import file_ref
from registry.store.interface import Store
from registry.supervision.duties import Clocks, known_by
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_INSPECTION, FILE_KIND_REFERRAL, FileKind

DEADLINE = "referral_finding_told"


def untold_findings(store: Store, clocks: Clocks, department: str = "") -> Iterator[Obligation]:
    """The duty of every inspection with findings outside the remit, met or not, as known on the clocks'
    day; if a department is named, of its own."""
    told = _told(store, clocks, department)
    for file in _files(store, FILE_KIND_INSPECTION, department):
        then = known_by(file, clocks.day)
        if not then.acts or not then.acts[0].outside_findings:
            continue
        referral = told.get(file_ref(then.file))
        made = clocks.by_law(
            then,
            DEADLINE,
            then.acts[0].on,
            whose=then.file.department,
            task=f"将超出职责的{then.acts[0].outside_findings}项发现告知有关部门",
            met_on=(referral.counted_on or referral.on) if referral is not None else "",
            cause=then.acts[0],
        )
        if made is not None:
            yield made


def _files(store: Store, kind: FileKind.ValueType, department: str) -> Iterator[SupervisionFile]:
    return store.all_files((kind,), department) if department else store.all_files((kind,))


def _told(store: Store, clocks: Clocks, department: str) -> dict[str, FileAct]:
    """The first referral that comes from each inspection, as known on the clocks' day."""
    found: dict[str, FileAct] = {}
    for file in _files(store, FILE_KIND_REFERRAL, department):
        then = known_by(file, clocks.day)
        if then.acts and then.acts[0].linked.kind == FILE_KIND_INSPECTION:
            found.setdefault(file_ref(then.acts[0].linked), then.acts[0])
    return found
