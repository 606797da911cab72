"""A draw repeated offline from its package (``registryctl verify-draw``): a lie is one line, with its place.

    report = check_draw(read_package(Path("抽取核验包.zip")), trusting("credit.example/cangzhou+c771467…"))
    report.ok

In the order of the check, where what is needed further on fails the rest is left out:

    checkpoint    signed as the verifier demands
    statements    each is what its leaf says, each leaf is in the log
    signatures    each by an official's key that the log enrolled before for that department
    order         plan, rosters, order and result belong together and stand in this order in the log
    leaves        the leaves between order and beacon are the log's, none left out
    beacon        the first leaf after the order that counts, and the root up to it
    rosters       both files have the roots that were committed
    rows          each object has an id that there can be, and no two inspectors one certificate; where this
                  fails the draw is repeated all the same
    recusals      the file is that of the order
    result file   the file is that of the result
    draw          drawn again from the seed, it is the same, row by row

Example: two rows exchanged in result.csv fail ``result file``, and ``draw`` names the first of the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from registry.provenance.checkpoint import Checkpoint, open_checkpoint
from registry.provenance.draw import ALGORITHM, Beacon, DrawError, Drawn, Seeding, Terms, drawn_by, seed_of
from registry.provenance.draw.lists import Pairs, read_recusals, read_result
from registry.provenance.draw.rosters import Committed, Inspectors, Objects, read_inspectors, read_objects
from registry.provenance.draw.seed import NO_RECUSALS, beacon_position
from registry.provenance.leaf import Leaf
from registry.provenance.merkle import leaf_hash
from registry.provenance.note import parse_vkey
from registry.provenance.proof import ProofError, root_within, verify_consistency, verify_range
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement, TimeAnchor
from registry.verification.report import FailedError, Report
from registry_client.supervision.draw_package import (
    INSPECTORS,
    OBJECTS,
    RECUSALS,
    RESULT,
    DrawPackage,
    PackageError,
)
from registry_client.supervision.draw_statements import Said, check_signatures, check_statements

Opened = Callable[[str], Checkpoint]
"""Opens a checkpoint's note, or raises ValueError."""
Stamped = Callable[[bytes, str], object]
"""Checks a token over a checkpoint's text, or raises ValueError."""
_FILE = pb.FileReference
_BATCH = 1 << 16


def trusting(*keys: str) -> Opened:
    """For checkpoints that each of these keys of the log must have signed, C2SP verifier keys. NoteError if
    one is none, ValueError if they name two logs."""
    parsed = [parse_vkey(key) for key in keys]
    if len({key.name for key in parsed}) != 1:
        raise ValueError("日志公钥应属同一日志, 至少一个")
    return lambda note: open_checkpoint(note, *parsed, origin=parsed[0].name)


def check_draw(package: DrawPackage, opened: Opened, stamped: Stamped | None = None) -> Report:
    """What repeating a draw finds. Never raises for a package that is wrong. ``stamped`` checks the signature
    of a time stamp; without it that of a time-anchored draw is the registry's word."""
    return _Check(package, stamped).run(opened)


@dataclass(frozen=True, slots=True)
class _Files:
    objects: Objects
    inspectors: Inspectors
    recusals: Pairs


class _Check:
    """One check: what its steps find out rests here for the next ones."""

    def __init__(self, package: DrawPackage, stamped: Stamped | None) -> None:
        self._package, self._stamped = package, stamped
        self._report = Report()

    def run(self, opened: Opened) -> Report:
        steps: tuple[tuple[str, Callable[[], str]], ...] = (
            ("checkpoint", lambda: self._checkpoint(opened)),
            ("statements", self._statements),
            ("signatures", self._signatures),
            ("order", self._order),
            ("leaves", self._leaves),
            ("beacon", self._beacon),
        )
        if all(self._step(name, step) for name, step in steps):
            files = [self._step(name, step) for name, step in self._of_files()]
            if all(files[:2]):
                self._step("rows", self._rows)
            self._step("result file", self._result_file)
            if all(files):
                self._step("draw", self._draw)
        return self._report

    def _of_files(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        return (
            ("objects", self._objects),
            ("inspectors", self._inspectors),
            ("recusals", self._recusals),
        )

    def _step(self, name: str, step: Callable[[], str]) -> bool:
        try:
            self._report.passed(name, step())
        except ProofError:
            self._report.failed(name, "证明与检查点不符: 叶、位置或根不是日志的")
        except (ValueError, PackageError) as fault:
            self._report.failed(name, str(fault))
        except Exception as fault:  # Whatever a forged package makes it trip over refuses the package.
            self._report.failed(name, f"核验包的内容不合规则, 不能核验({type(fault).__name__})")
        else:
            return True
        return False

    def _checkpoint(self, opened: Opened) -> str:
        self._head = opened(self._package.checkpoint)
        return f"{self._head.origin} 的检查点, 共{self._head.size}条"

    def _statements(self) -> str:
        self._said = check_statements(self._package, self._head)
        return f"{len(self._package.statements)}份陈述都与日志的叶相符, 都在检查点之内"

    def _signatures(self) -> str:
        names = check_signatures(self._package, self._said)
        return f"签名相符: {'、'.join(names)}"

    def _order(self) -> str:
        said = self._said
        order = said.body("order").draw_order
        _check_together(said)
        _check_order(said, order)
        self._terms = Terms(
            order.wanted, order.inspectors_each, {each.grade: each.weight for each in order.weights}
        )
        items = (item for item in said.body("plan").plan.items if item.number == order.plan_item)
        item = next(items, None)
        if item is None:
            raise FailedError(f"计划中没有抽查事项{order.plan_item}")
        self._matter = item.matter
        return f"抽取{order.number}: 事项{item.number}, {order.wanted}户, 每户{order.inspectors_each}人"

    def _leaves(self) -> str:
        package, first = self._package, self._said.at("order") + 1
        if not package.leaves:
            raise FailedError("没有抽取令之后的叶")
        hashes = [leaf_hash(leaf) for leaf in package.leaves]
        verify_range(hashes, first, self._head.size, package.range, self._head.root)
        return f"序号{first}至{first + len(hashes) - 1}的叶与日志相符, 没有缺漏"

    def _beacon(self) -> str:
        said, package = self._said, self._package
        order, result = said.body("order").draw_order, said.body("result").draw_result
        place = said.at("order")
        types = [(at, Leaf.decode(leaf).type) for at, leaf in enumerate(package.leaves, place + 1)]
        anchors = {each.position: said.statement_of(each) for each in package.of_role("anchor")}
        first = beacon_position(
            types,
            place,
            anchored=order.time_anchored,
            stamped=lambda at: _anchor_at(anchors, at).time_anchor.size,
        )
        stated = result.beacon_position
        if stated <= place:
            raise FailedError(f"结果取自序号{stated}, 早于抽取令(序号{place}): 抽取令作出时它已存在")
        if first is None or first != stated:
            raise FailedError(f"结果取自序号{stated}, 抽取令之后首个可取随机数的叶在序号{first}")
        size, head = stated + 1, self._head
        verify_consistency(size, result.beacon_root, head.size, head.root, package.growth)
        if order.time_anchored:
            anchor = anchors[stated].time_anchor
            self._check_stamped(anchor)
            self._check_stamp(anchor)
            self._drawn_from = Beacon.of_anchor(stated, anchor)
        else:
            self._drawn_from = Beacon.of_root(stated, result.beacon_root)
        return f"随机数取自序号{stated}, 抽取令(序号{place})之后的首个, 当时尚不存在"

    def _check_stamped(self, anchor: TimeAnchor) -> None:
        """What was stamped is the log itself, with the order in it. A token over another root can have been
        asked for before the order: who has it knows the randomness, and tries orders until one pleases."""
        package, first = self._package, self._said.at("order") + 1
        hashes = [leaf_hash(leaf) for leaf in package.leaves]
        if not first <= anchor.size < first + len(hashes):
            raise FailedError(f"时间戳盖的是前{anchor.size}条, 不在抽取令和它自己之间")
        if root_within(hashes, first, self._head.size, package.range[0], anchor.size) != anchor.root:
            raise FailedError(f"时间戳盖的不是日志前{anchor.size}条的根: 可能在抽取令之前已经取得")

    def _check_stamp(self, anchor: TimeAnchor) -> None:
        text = Checkpoint(self._head.origin, anchor.size, anchor.root).text()
        if self._stamped is None:
            told = "没有给出时间戳机构的证书(--policy), 令牌的签名没有核对"
            self._report.claimed("time stamp", told)
            return
        self._stamped(anchor.token, text)
        self._report.passed("time stamp", f"时间戳机构对前{anchor.size}条的签名相符")

    def _objects(self) -> str:
        stated = self._said.body("objects").roster
        self._of_objects = read_objects(self._package.lines(OBJECTS), self._matter, looked_at=True)
        return _as_committed(OBJECTS, self._of_objects.committed, stated)

    def _inspectors(self) -> str:
        stated = self._said.body("inspectors").roster
        self._of_inspectors = read_inspectors(self._package.lines(INSPECTORS), self._matter, looked_at=True)
        return _as_committed(INSPECTORS, self._of_inspectors.committed, stated)

    def _rows(self) -> str:
        for name, fault in ((OBJECTS, self._of_objects.fault), (INSPECTORS, self._of_inspectors.fault)):
            if fault:
                raise FailedError(f"{name} {fault}: 这样的名录不能用来抽取")
        return "检查对象的编号合乎规则, 检查人员的执法证号没有重复"

    def _recusals(self) -> str:
        order = self._said.body("order").draw_order
        self._pairs: Pairs = {}
        if not order.HasField("recusals"):
            return "抽取令没有回避名单"
        _same_file(self._package, RECUSALS, order.recusals)
        self._pairs = read_recusals(self._package.lines(RECUSALS))
        return f"{RECUSALS} 与抽取令相符, 涉及{len(self._pairs)}户"

    def _result_file(self) -> str:
        _same_file(self._package, RESULT, self._said.body("result").draw_result.result)
        return f"{RESULT} 与登记的结果相符"

    def _draw(self) -> str:
        drawn = drawn_by(
            self._seed(),
            objects=self._of_objects.by_grade,
            inspectors=self._of_inspectors.ids,
            recusals=self._pairs,
            terms=self._terms,
        )
        _compare(drawn, read_result(self._package.lines(RESULT), self._terms.wanted))
        stated = self._said.body("result").draw_result.drawn
        if stated != len(drawn.assignments):
            raise FailedError(f"结果称抽取{stated}户, 应为{len(drawn.assignments)}户")
        return drawn.failure or f"重新抽取{len(drawn.assignments)}户及其检查人员, 与结果逐行相同"

    def _seed(self) -> bytes:
        said = self._said
        order = said.body("order").draw_order
        fixed = Seeding(
            self._head.origin,
            said.leaf("order").statement_hash,
            said.body("objects").roster.root,
            said.body("inspectors").roster.root,
            order.recusals.sha256 if order.HasField("recusals") else NO_RECUSALS,
        )
        return seed_of(fixed, self._drawn_from)


def _check_together(said: Said) -> None:
    """The statements are of one department, and refer to one another."""
    order, result = said.body("order").draw_order, said.body("result").draw_result
    if said.body("objects").roster.kind != pb.ROSTER_KIND_OBJECTS:
        raise FailedError("检查对象名录不是对象名录")
    if said.body("inspectors").roster.kind != pb.ROSTER_KIND_INSPECTORS:
        raise FailedError("检查人员名录不是人员名录")
    for name, kind, stated, number in (
        ("plan", pb.FILE_KIND_PLAN, order.plan, said.body("plan").plan.number),
        ("objects", pb.FILE_KIND_ROSTER, order.objects, said.body("objects").roster.number),
        ("inspectors", pb.FILE_KIND_ROSTER, order.inspectors, said.body("inspectors").roster.number),
        ("result", pb.FILE_KIND_DRAW, result.file, order.number),
    ):
        if _FILE(kind=kind, department=said.department(name), number=number) != stated:
            raise FailedError(f"{name} 不是抽取令所指的卷宗")
        if said.department(name) != said.department("order"):
            raise FailedError(f"{name} 由另一部门陈述")


def _check_order(said: Said, order: pb.DrawOrder) -> None:
    at = said.at("order")
    for name in ("plan", "objects", "inspectors"):
        if said.at(name) >= at:
            raise FailedError(f"{name}(序号{said.at(name)})在抽取令(序号{at})之后才登记")
    if order.algorithm != ALGORITHM:
        raise FailedError(f"抽取令的算法不是{ALGORITHM}")
    if said.at("result") <= said.body("result").draw_result.beacon_position:
        raise FailedError("结果早于它所取的随机数")


def _anchor_at(anchors: dict[int, Statement], position: int) -> Statement:
    if position not in anchors:
        raise FailedError(f"核验包中没有序号{position}的时间戳陈述")
    return anchors[position]


def _as_committed(name: str, found: Committed, stated: pb.Roster) -> str:
    if found.rows != stated.rows:
        raise FailedError(f"{name} 有{found.rows}行, 登记的是{stated.rows}行: 名录在登记后被改动")
    if found.root != stated.root:
        raise FailedError(f"{name} 的根哈希与登记的不同: 名录在登记后被改动")
    if (found.sha256, found.size) != (stated.file.sha256, stated.file.size):
        raise FailedError(f"{name} 的摘要或大小与登记的不同")
    return f"{name} 共{found.rows}行, 根哈希与登记的相同"


def _same_file(package: DrawPackage, name: str, stated: pb.EvidenceItem) -> None:
    digest, source = sha256(), package.opened(name)
    if source is None:
        raise FailedError(f"核验包中没有{name}")
    with source:
        while block := source.read(_BATCH):
            digest.update(block)
    if digest.digest() != stated.sha256:
        raise FailedError(f"{name} 的摘要与登记的不同: 文件被改动")


def _compare(drawn: Drawn, stated: list[tuple[str, tuple[str, ...]]]) -> None:
    """Names the first row that is another."""
    for number, (ours, theirs) in enumerate(zip(drawn.assignments, stated, strict=False), 1):
        if ours[0] != theirs[0]:
            raise DrawError(f"{RESULT} 第{number + 1}行: 抽中的应是{ours[0]}")
        if ours[1] != theirs[1]:
            raise DrawError(f"{RESULT} 第{number + 1}行: {ours[0]}的检查人员应是{';'.join(ours[1])}")
    if len(drawn.assignments) != len(stated):
        told = f"({drawn.failure})" if drawn.failure else ""
        raise DrawError(f"{RESULT} 有{len(stated)}户, 应有{len(drawn.assignments)}户{told}")
