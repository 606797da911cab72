"""Outside time: the window of a statement by the stamps around it, under the authority that is believed."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding

from registry.provenance.base64_text import encode_base64
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import HashTree, root_at
from registry.v1 import statement_pb2 as pb
from registry.verification import Outcome, Report, check_receipt
from tests.support.stamps import PlainAuthority
from tests.verification.forger import NOON_MS, ORIGIN, Forger, Holder
from tests.verification.test_keys import FINANCE, UNKNOWN, event

AUTHORITY = PlainAuthority()
SECOND_MS = 1000


def anchor(log: Forger, stamped_ms: int, *, by: PlainAuthority = AUTHORITY, stated_ms: int = 0) -> None:
    tree = HashTree(map(leaf_hash, log.leaves))
    head = Checkpoint(ORIGIN, tree.size, root_at(tree, tree.size))
    token = by.token(head.text(), stamped_ms)
    stated = pb.TimeAnchor(size=head.size, root=head.root, token=token, gen_time_ms=stated_ms or stamped_ms)
    log.say(Holder(log.log_key, log.operator.department, 0), time_anchor=stated)


def report_of(log: Forger, *, believed: bool = True) -> Report:
    log.map()
    certificate = encode_base64(AUTHORITY.root.public_bytes(Encoding.DER))
    more = (f"tsa {certificate}",) if believed else ()
    return check_receipt(log.receipt(UNKNOWN), log.policy(*more))


def stamped(*, before_ms: int = -SECOND_MS, after_ms: int = SECOND_MS) -> tuple[Forger, int]:
    """A statement received at noon between two stamps."""
    log = Forger()
    key = log.enrol(FINANCE)
    anchor(log, NOON_MS + before_ms)
    at = log.say(key, event=event())
    log.clock_ms = NOON_MS + max(after_ms, 0)
    anchor(log, NOON_MS + after_ms)
    return log, at


def test_a_statement_is_dated_by_the_stamps_around_it() -> None:
    log, at = stamped(before_ms=1)
    report = report_of(log)
    assert report.ok, report.faults
    (line,) = [line for line in report if line.name == "time"]
    assert line.outcome is Outcome.OK
    assert line.detail.startswith(f"序号{at}: 记于 2026-11-25 ")
    assert "stamped root" in [line.name for line in report.claims]


def test_a_time_of_receipt_outside_the_window_is_refused() -> None:
    too_early, too_late = stamped(before_ms=60_000, after_ms=90_000), stamped(after_ms=-60_000)
    for log, _ in (too_early, too_late):
        (fault,) = report_of(log).faults
        assert "收到时间不在外部时间戳的窗口内" in fault.detail


def test_a_stamp_of_an_authority_that_is_not_believed_is_refused() -> None:
    log = Forger()
    log.enrol(FINANCE)
    anchor(log, NOON_MS + SECOND_MS, by=PlainAuthority())
    (fault,) = report_of(log).faults
    assert fault.detail == "序号2的时间戳不成立, 或不是策略所信的机构所签"


def test_a_time_that_is_not_the_stamps_is_refused() -> None:
    log = Forger()
    log.enrol(FINANCE)
    anchor(log, NOON_MS + SECOND_MS, stated_ms=NOON_MS)
    (fault,) = report_of(log).faults
    assert fault.detail == "序号2自称的时间不是时间戳中的"


def test_without_an_authority_in_the_policy_the_time_is_the_registrys_word() -> None:
    log, at = stamped()
    report = report_of(log, believed=False)
    assert report.ok
    claims = {line.name: line.detail for line in report.claims}
    assert claims["time authority"].startswith("策略没有时间戳机构")
    assert claims["time"].startswith(f"序号{at}: 登记系统称收到于 ")
