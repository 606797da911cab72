"""Has checkpoints stamped by an outside authority (RFC 3161), and puts the stamps into the log as anchors.

Every ``interval_s`` the latest checkpoint's text is sent to the authority. What comes back is checked as a
verifier would (`registry.provenance.timestamp`), and if the log holds anything but the registry's own
statements beyond the last anchor, a TIME_ANCHOR statement is placed. Otherwise the stamp only shows that the
authority answers. A failure is told in the log file and tried again after ``retry_s``; after ``max_age_s``
without success new statements are refused (`registry.upkeep.stamping`).

A stamp from before the anchor that went before it would give leaves a window that is none: it counts as a
failure, whoever's clock is wrong.

Example: 600 s pass, the log has 1,200 leaves. The text "origin, 1200, root" is stamped at 10:00:03; the
anchor {size 1200, gen_time 10:00:03} becomes leaf 1200 or a later one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from registry.commands.jobs import Answer, Job, OwnStatement, Placed
from registry.commands.ledger import REGISTRY_REF
from registry.commands.state import RegistryState
from registry.config import ConfigError, Stamping
from registry.outbound import Outbound, OutboundError
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.note import split_note
from registry.provenance.time_window import Anchor
from registry.provenance.timestamp import (
    MAX_RESPONSE_BYTES,
    NONCE_BYTES,
    REQUEST_TYPE,
    Stamp,
    TimeAuthority,
    TimestampError,
    check_token,
    timestamp_request,
    token_in,
)
from registry.store.interface import QueueFullError, StoreError
from registry.store.writer import Writer
from registry.upkeep.beside import Beside
from registry.upkeep.stamping import LoggedTimes, StampingState
from registry.v1.statement_pb2 import Statement, TimeAnchor

RETRY_S = 10.0
TICK_S = 0.5
PLACING_S = 60.0
_OK = 200
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Authority:
    """Where stamps are had, and by which certificates they are believed."""

    url: str
    believed: TimeAuthority

    @classmethod
    def configured(cls, stamping: Stamping) -> Authority:
        """As a configuration says. Raises ConfigError."""
        try:
            return cls(stamping.url, TimeAuthority.from_pem(stamping.certificate.read_bytes()))
        except OSError as error:
            message = f"[stamping] certificate {stamping.certificate} 不能读取: {error.strerror}"
            raise ConfigError(message) from error
        except TimestampError as error:
            message = f"[stamping] certificate {stamping.certificate} 应含时间戳机构的根证书(PEM)"
            raise ConfigError(message) from error


def stamping_state(
    state: RegistryState,
    max_age_s: float,
    *,
    clock: Callable[[], int],
    steady: Callable[[], float] = time.monotonic,
) -> StampingState:
    """Whether new statements may be taken, by what the log says of the last anchor. Raises StoreError."""
    anchors = list(state.store.anchors())
    anchored = state.received_ms(anchors[-1].position) if anchors else None
    last = state.head.last_received_ms if state.head else 0
    return StampingState(max_age_s, LoggedTimes(last, anchored), clock=clock, steady=steady)


class Stamper(Beside):
    """The thread that has checkpoints stamped. ``close`` comes before the writer's."""

    def __init__(
        self,
        state: RegistryState,
        writer: Writer[Job, Answer],
        authority: Authority,
        stamping: StampingState,
        *,
        interval_s: float,
        retry_s: float = RETRY_S,
        random_bytes: Callable[[int], bytes],
        outbound: Outbound | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("stamper")
        self._state = state
        self._writer = writer
        self._authority = authority
        self._stamping = stamping
        self._interval_s = interval_s
        self._retry_s = min(retry_s, interval_s)
        self._random = random_bytes
        self._outbound = outbound or Outbound(connections=1)
        self._steady = steady
        anchors = list(state.store.anchors())
        self._last: Anchor | None = anchors[-1] if anchors else None

    def close(self) -> None:
        """See Beside."""
        super().close()
        self._outbound.close()

    def stamp(self) -> bool:
        """One attempt; tells whether it succeeded."""
        head = self._state.head
        if head is None:
            return False
        text, _ = split_note(head.note)
        try:
            token, stamp = self._stamped(text)
            if self._is_new(head.size):
                self._place(Checkpoint.parse(text), token, stamp)
        except (OutboundError, TimestampError, StoreError, QueueFullError, TimeoutError) as error:
            logger.error("stamping: checkpoint of size %d: %s", head.size, error)
            return False
        self._stamping.succeeded()
        return True

    def _run(self) -> None:
        due = self._steady()
        while not self._stopping.wait(TICK_S if self._steady() < due else 0):
            if self._steady() < due - self._sooner_s():
                continue
            try:
                wait_s = self._interval_s if self.stamp() else self._retry_s
            except Exception:
                logger.exception("stamping failed")
                wait_s = self._retry_s
            due = self._steady() + wait_s

    def _sooner_s(self) -> float:
        """How much sooner than planned: if nothing is taken although the last attempt succeeded, a clock was
        set, and the interval is not waited out."""
        return 0.0 if self._stamping.is_open else self._interval_s - self._retry_s

    def _stamped(self, text: str) -> tuple[bytes, Stamp]:
        """A token over a text, checked. Raises OutboundError, TimestampError."""
        nonce = int.from_bytes(self._random(NONCE_BYTES), "big")
        request = timestamp_request(text, nonce)
        url = self._authority.url
        reply = self._outbound.post(url, request, limit=MAX_RESPONSE_BYTES, content_type=REQUEST_TYPE)
        if reply.status != _OK:
            raise OutboundError(f"{url}: 状态 {reply.status}")
        token = token_in(reply.body)
        stamp = check_token(token, text, self._authority.believed, nonce=nonce)
        if self._last is not None and stamp.latest_ms < self._last.earliest_ms:
            raise TimestampError("the time stamp is from before the anchor that went before it")
        return token, stamp

    def _is_new(self, size: int) -> bool:
        """Whether the log up to a size holds more than the registry's own beyond the last anchor."""
        first = self._last.size if self._last else 0
        rows = self._state.store.statements(first)
        return any(row.subject != REGISTRY_REF for row in rows if row.position < size)

    def _place(self, checkpoint: Checkpoint, token: bytes, stamp: Stamp) -> None:
        """Raises StoreError, QueueFullError, TimeoutError."""
        anchor = TimeAnchor(
            size=checkpoint.size, root=checkpoint.root, token=token, gen_time_ms=stamp.gen_time_ms
        )
        (promise,) = self._writer.put([OwnStatement(Statement(time_anchor=anchor))])
        placed = promise.result(PLACING_S)
        if not isinstance(placed, Placed):
            raise StoreError("时间锚未能登记")
        self._last = Anchor(placed.position, checkpoint.size, stamp.earliest_ms, stamp.latest_ms)
