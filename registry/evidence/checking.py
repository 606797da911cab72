"""Is everything there that should be, and nothing that should not?

    objects     each is read from beginning to end and has its digest; without content: it has its length
    the log     what its acts name is in the store (or was erased by law), and of the size that they state
    erased      of what was erased by law nothing lies there
    places      nothing lies there that the catalogue does not know

Only evidence without a place of its own (EvidenceItem.place) is looked for: the other is not the store's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from registry.commands.intake import open_envelope
from registry.commands.state import Log
from registry.domain.evidence_items import named_in
from registry.evidence.keep import Keep
from registry.evidence.objects import storage_faults_told
from registry.evidence.sealing import sealed_size
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_pb2 import EvidenceItem

SHOWN = 16
"""Hexadecimal digits of a digest that are told: they tell it from every other."""


@dataclass(slots=True)
class Checked:
    """What was looked at, and what is wrong, one line each."""

    objects: int = 0
    size: int = 0
    named: int = 0
    erased: int = 0
    faults: list[str] = field(default_factory=list)


def check(keep: Keep, log: Log, *, content: bool, progress: Callable[[int, int], None]) -> Checked:
    """Looks at everything. ``progress`` is told bytes, of how many. Raises StoreError."""
    found = Checked()
    _objects(keep, found, content=content, progress=progress)
    _erased(keep, found)
    _places(keep, found)
    for position, item in named_by_acts(log):
        found.named += 1
        if fault := _named(keep, item):
            found.faults.append(f"序号{position}的监管行为所指材料 {_short(item.sha256)}…: {fault}")
    return found


def named_by_acts(log: Log) -> Iterator[tuple[int, EvidenceItem]]:
    """What acts of supervision name that is to be in the store, with their positions."""
    for file in log.store.all_files():
        for act in file.acts:
            row = log.store.statement(act.position)
            if row is not None:
                statement = Statement.FromString(open_envelope(row, log).payload)
                yield from ((act.position, item) for item in named_in(statement) if not item.place)


def _objects(keep: Keep, found: Checked, *, content: bool, progress: Callable[[int, int], None]) -> None:
    rows = keep.catalogue.rows("SELECT sha256, size, place FROM object ORDER BY sha256")
    total = sum(size for _, size, _ in rows)
    for sha256, size, place in rows:
        with storage_faults_told():
            there = keep.shelf.intact(place, sealed_size(size))
        fault = "缺失或长度不对" if not there else keep.objects.fault(sha256) if content else ""
        if fault:
            found.faults.append(f"材料 {_short(sha256)}…: {fault}")
        found.objects, found.size = found.objects + 1, found.size + size
        progress(found.size, total)


def _erased(keep: Keep, found: Checked) -> None:
    sql = "SELECT sha256, sha256 IN (SELECT sha256 FROM object) FROM erased"
    for sha256, remains in keep.catalogue.rows(sql):
        found.erased += 1
        if remains:
            found.faults.append(f"材料 {_short(sha256)}…: 删除没有做完, 请再次运行 registry evidence erase")


def _places(keep: Keep, found: Checked) -> None:
    with storage_faults_told():
        places = list(keep.shelf.places())
    for place in places:  # Asked about after they were listed: one that came meanwhile is known.
        known = "SELECT 1 FROM object WHERE place = ? UNION ALL SELECT 1 FROM upload WHERE instr(?, id)"
        if not keep.catalogue.rows(known, place, place) and not _coming(keep, place):
            found.faults.append(f"{place}: 目录里没有这份材料, 是中断的上传或删除留下的, 可以移走")


def _coming(keep: Keep, place: str) -> bool:
    """Whether an upload is just getting this place."""
    return any(
        upload.sha256.hex() == place.removeprefix("objects/").replace("/", "")
        for upload in keep.catalogue.uploads()
    )


def _named(keep: Keep, item: EvidenceItem) -> str:
    held = keep.held(item.sha256)
    if held is None:
        return "不在证据库"
    return "" if held.size == item.size else f"大小是{held.size}字节, 行为所写为{item.size}字节"


def _short(sha256: bytes) -> str:
    return sha256.hex()[:SHOWN]
