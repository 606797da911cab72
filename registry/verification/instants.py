"""Between which outside stamps a statement was recorded (时间窗口), whatever the registry's clock said.

A time anchor that is shown holds a stamp (RFC 3161) over a checkpoint, by an authority that the policy names.
A leaf behind it was recorded after the stamp; a leaf that the stamped checkpoint covers before it. That the
stamped root is one of this log is the registry's own statement, which its witnesses and followers check: the
receipt has no proof of it, and the upper bound is told so.

The time of receipt in the leaf lies within the window, the answer was given after the last leaf it knows.

Example: anchors stamped 10:00:00 and 11:00:00 around a ban: "2026-11-23 09:59:59 至 11:00:01".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from registry.provenance.checkpoint import Checkpoint, CheckpointError
from registry.provenance.time_window import Anchor, TimeWindow, time_window
from registry.provenance.timestamp import TimestampError
from registry.provenance.witness_policy import Policy
from registry.v1 import receipt_pb2
from registry.verification.head import milliseconds_text
from registry.verification.report import FailedError, Report
from registry.verification.statements import Evidence, Shown


def check_instants(answer: receipt_pb2.Answer, evidence: Evidence, policy: Policy, report: Report) -> None:
    """Notes the windows of the statements about subjects. Raises FailedError for a stamp that is wrong."""
    anchors = list(_anchors(evidence, policy, report))
    for position, leaf in evidence.leaves.items():
        window = time_window(position, anchors)
        if not window.is_possible or not window.contains(leaf.received_ms):
            raise FailedError(f"序号{position}的收到时间不在外部时间戳的窗口内: {window_text(window)}")
        if position <= answer.position and leaf.received_ms > answer.answered_ms:
            raise FailedError(f"答复时间早于它所依据的序号{position}的收到时间")
    for position, shown in evidence.statements.items():
        if shown.about_subject:
            _tell(position, shown, time_window(position, anchors), report)


def window_text(window: TimeWindow) -> str:
    """A window as it is told."""
    first, last = window
    begin = milliseconds_text(first) if first is not None else "无下限"
    end = milliseconds_text(last) if last is not None else "无上限"
    return f"{begin} 至 {end}"


def _tell(position: int, shown: Shown, window: TimeWindow, report: Report) -> None:
    received = milliseconds_text(shown.leaf.received_ms)
    if window == TimeWindow():
        report.claimed("time", f"序号{position}: 登记系统称收到于 {received}, 没有外部时间戳")
        return
    report.passed("time", f"序号{position}: 记于 {window_text(window)}; 登记系统称 {received}")
    if window.not_after_ms is not None:
        report.claimed(
            "stamped root", f"序号{position}: 所盖时间戳的根属于本日志, 由登记系统签名、见证人核对"
        )


def _anchors(evidence: Evidence, policy: Policy, report: Report) -> Iterable[Anchor]:
    shown: Mapping[int, Shown] = evidence.statements
    anchors = {at: each for at, each in shown.items() if each.body == "time_anchor"}
    if anchors and not policy.certificates:
        report.claimed("time authority", "策略没有时间戳机构 (tsa 行): 回执所附的时间戳没有核对")
        return
    for position, each in anchors.items():
        yield _anchor(position, each, evidence.origin, policy)


def _anchor(position: int, shown: Shown, origin: str, policy: Policy) -> Anchor:
    stated = shown.statement.time_anchor
    try:
        text = Checkpoint(origin, stated.size, stated.root).text()
        stamp = policy.check_stamp(stated.token, text)
        anchor = Anchor(position, stated.size, stamp.earliest_ms, stamp.latest_ms)
    except (TimestampError, CheckpointError, ValueError):
        raise FailedError(f"序号{position}的时间戳不成立, 或不是策略所信的机构所签") from None
    if stated.gen_time_ms != stamp.gen_time_ms:
        raise FailedError(f"序号{position}自称的时间不是时间戳中的")
    return anchor
