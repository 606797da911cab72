"""What has to be done in a file of supervision, by whom, by when, and whether it was done (义务、逾期).

    obligations_of(file, clocks)      every duty of a file, met or not, as known on the clocks' day

Each kind of file has its rules in a module beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from registry.supervision.duties import Clocks, known_by
from registry.supervision.obligations import complaints, draws, inspections, matters, monitoring, referrals
from registry.supervision.obligations.urgings import urged
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import Obligation, SupervisionFile

_OF_KIND: Mapping[int, Callable[[SupervisionFile, Clocks], Iterator[Obligation]]] = {
    pb.FILE_KIND_MATTER: matters.obligations,
    pb.FILE_KIND_INTERMEDIARY: matters.obligations,
    pb.FILE_KIND_RULE: matters.obligations,
    pb.FILE_KIND_PLAN: draws.obligations,
    pb.FILE_KIND_DRAW: draws.obligations,
    pb.FILE_KIND_INSPECTION: inspections.obligations,
    pb.FILE_KIND_REFERRAL: referrals.obligations,
    pb.FILE_KIND_COMPLAINT: complaints.obligations,
    pb.FILE_KIND_ALERT: monitoring.obligations,
}
CLOCKED = tuple(_OF_KIND)
"""Kinds of file in which something may have to be done."""


def obligations_of(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation]:
    """Every duty of a file as known on the clocks' day; the urgings of any kind (督办) among them."""
    then = known_by(file, clocks.day)
    if not then.acts:
        return
    made = _OF_KIND.get(then.file.kind)
    if made is not None:
        duties = list(made(then, clocks))
        yield from duties
        yield from urged(then, clocks, made, duties)
