"""Files of supervision (监管卷宗): under what the acts of supervision are kept.

A file is opened by one act and carried on by others. The reference of a file in the log is ``V:``, its kind,
the department that opened it and the number that this gave it; so each file has a chain of leaves of its own,
and no act in it can be dropped unseen. No file is about a subject's credit.

Example: the inspection ``JC-7`` of 91130900DEM0000000 is ``V:7/91130900DEM0000000/JC-7``, and so is the leaf
of its publication.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement

FILE_PREFIX = "V:"
FileKey = tuple[int, str, str]
"""Kind, department and number."""
ALERT = "risk_alert"
"""The one act that is a body of its own: the registry makes it."""
OPENING: Mapping[str, pb.FileKind.ValueType] = {
    "matter": pb.FILE_KIND_MATTER,
    "intermediary": pb.FILE_KIND_INTERMEDIARY,
    "rule": pb.FILE_KIND_RULE,
    "roster": pb.FILE_KIND_ROSTER,
    "plan": pb.FILE_KIND_PLAN,
    "draw_order": pb.FILE_KIND_DRAW,
    "inspection": pb.FILE_KIND_INSPECTION,
    "referral": pb.FILE_KIND_REFERRAL,
    "complaint": pb.FILE_KIND_COMPLAINT,
    "indicator": pb.FILE_KIND_INDICATOR,
    ALERT: pb.FILE_KIND_ALERT,
    "association_note": pb.FILE_KIND_ASSOCIATION_NOTE,
    "accident": pb.FILE_KIND_ACCIDENT,
    "custodian_key": pb.FILE_KIND_CUSTODIAN,
}
"""The kind of file that an act opens, or states again."""
RESTATED = frozenset({"matter", "intermediary", "indicator", "association_note", "custodian_key"})
"""Opening acts that may come again: the last one counts."""
TAKES_TWO = frozenset({"inspection", "identity_opening"})
"""Acts that two officials sign."""
ACT_NUMBERS: Mapping[str, int] = {
    **{field.name: field.number for field in pb.Supervision.DESCRIPTOR.fields},
    ALERT: Statement.DESCRIPTOR.fields_by_name[ALERT].number,
}
ACT_NAMES: Mapping[int, str] = {number: name for name, number in ACT_NUMBERS.items()}
"""The act of a number, as a file's acts name it."""


def act_of(statement: Statement) -> str:
    """The name of the act that a statement is; empty if it is none."""
    if statement.HasField("risk_alert"):
        return ALERT
    return statement.supervision.WhichOneof("act") or ""


def takes_two(statement: Statement) -> bool:
    """Whether two officials have to sign a statement."""
    return statement.HasField("supervision") and act_of(statement) in TAKES_TWO


def file_of(statement: Statement) -> pb.FileReference:
    """The file that an act opens or carries on; one of no kind for a statement that is no act."""
    name = act_of(statement)
    if not name:
        return pb.FileReference()
    act: Any = statement.risk_alert if name == ALERT else getattr(statement.supervision, name)
    if name in OPENING:
        return pb.FileReference(kind=OPENING[name], department=statement.department, number=act.number)
    reference: pb.FileReference = act.file
    return reference


def file_key(reference: pb.FileReference) -> FileKey:
    """A file's key."""
    return reference.kind, reference.department, reference.number


def file_ref(reference: pb.FileReference) -> str:
    """A file's reference in the log; nothing of a department's code or a number can be a ``/``."""
    return f"{FILE_PREFIX}{reference.kind}/{reference.department}/{reference.number}"
