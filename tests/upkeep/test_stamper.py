from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from registry.commands.intake import Intake, open_envelope
from registry.commands.jobs import OwnStatement, Placed
from registry.commands.rebuild import rebuild
from registry.commands.submission import Rejection
from registry.config import ConfigError, Stamping
from registry.errors import RegistryError
from registry.outbound import Outbound
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.keys import FileSigner
from registry.provenance.leaf import Leaf, LeafType
from registry.provenance.proof import root_at
from registry.provenance.time_window import Anchor, time_window
from registry.provenance.timestamp import check_token
from registry.steady_clock import ClockJumpedError
from registry.store.opening import create_store
from registry.upkeep.stamper import TICK_S, Authority, Stamper, stamping_state
from registry.v1.statement_pb2 import KEY_REVOCATION_REASON_RETIRED, KeyRevocation, Statement, TimeAnchor
from tests.support.events import firm, penalty
from tests.support.spine import ORIGIN, Spine, found_spine, furnish
from tests.support.stamps import PlainAuthority
from tests.support.tsa import Mode, Tsa, authority, serving

DAY_S = 86_400.0
DEADLINE_S, SHORT_S = 20.0, 0.5
"""What an authority on a busy machine is given; and where a test is about the deadline."""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Tsa:
    return authority(tmp_path_factory.mktemp("tsa") / "authority", "ec")


@pytest.fixture
def tsa(keys: Tsa) -> Iterator[Tsa]:
    keys.mode = Mode.STAMPS
    with serving(keys) as served:
        yield served


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    yield spine
    spine.engine.close()


class Stamped:
    """A spine whose statements are taken only while stamping works, with clocks that a test sets."""

    def __init__(
        self,
        spine: Spine,
        tsa: Tsa,
        *,
        interval_s: float = 3600.0,
        retry_s: float = 0.2,
        deadline_s: float = DEADLINE_S,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self.spine, self.tsa, self.steady_s = spine, tsa, 0.0
        engine = spine.engine
        self.state = stamping_state(
            engine.state, DAY_S, clock=clock or spine.clock, steady=lambda: self.steady_s
        )
        self.stamper = Stamper(
            engine.state,
            engine.writer,
            Authority(tsa.url, tsa.authority),
            self.state,
            interval_s=interval_s,
            retry_s=retry_s,
            random_bytes=os.urandom,
            outbound=Outbound(deadline_s=deadline_s),
        )
        engine.intake = Intake(engine.state, engine.writer, self.state.check)

    @property
    def anchors(self) -> list[Anchor]:
        return list(self.spine.engine.store.anchors())

    def penalise(self, number: int = 1) -> None:
        outcome = self.spine.say("财政", event=penalty("财政", firm(number)))
        assert isinstance(outcome, Placed), outcome

    def pass_s(self, seconds: float) -> None:
        self.steady_s += seconds
        self.spine.clock.now_ms += int(seconds * 1000)


@pytest.fixture
def stamped(spine: Spine, tsa: Tsa) -> Stamped:
    return Stamped(spine, tsa)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_checkpoint_is_stamped_and_the_stamp_becomes_a_leaf(stamped: Stamped) -> None:
    spine, before = stamped.spine, stamped.spine.engine.state.size
    assert stamped.stamper.stamp()
    row = spine.engine.store.statement(before)
    assert row is not None
    assert Leaf.decode(row.leaf).type is LeafType.TIME_ANCHOR
    assert (row.subject, row.statement_id) == ("R:", f"~time_anchor-{before}")
    statement = Statement.FromString(open_envelope(row, spine.engine.state.log).payload)
    anchor = statement.time_anchor
    assert (anchor.size, anchor.root) == (before, root_at(spine.engine.state.tree, before))
    text = Checkpoint(ORIGIN, anchor.size, anchor.root).text()
    stamp = check_token(anchor.token, text, stamped.tsa.authority)
    assert stamp.gen_time_ms == anchor.gen_time_ms
    assert stamped.anchors == [Anchor(before, before, stamp.earliest_ms, stamp.latest_ms)]


def test_window_of_a_leaf_follows_from_the_anchors_in_the_log(stamped: Stamped) -> None:
    stamped.stamper.stamp()
    stamped.penalise()
    position = stamped.spine.position
    stamped.stamper.stamp()
    first, second = stamped.anchors
    assert time_window(position, stamped.anchors) == (first.earliest_ms, second.latest_ms)


def test_nothing_new_is_not_recorded_again_and_still_counts_as_success(stamped: Stamped) -> None:
    stamped.stamper.stamp()
    stamped.pass_s(DAY_S - 1)
    assert stamped.stamper.stamp()
    assert stamped.state.age_s == 0
    assert len(stamped.anchors) == 1
    stamped.penalise()
    stamped.stamper.stamp()
    assert len(stamped.anchors) == 2


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.STAMPS])
def test_whatever_the_authority_does_wrong_is_a_failure_and_leaves_nothing(
    spine: Spine, tsa: Tsa, mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    stamped = Stamped(spine, tsa, deadline_s=SHORT_S)
    tsa.mode = mode
    size = stamped.spine.engine.state.size
    with caplog.at_level(logging.ERROR):
        assert not stamped.stamper.stamp()
    assert "stamping: checkpoint of size" in caplog.text
    assert "Traceback" not in caplog.text
    assert stamped.spine.engine.state.size == size
    assert stamped.state.age_s is None


def test_authority_that_is_not_there_is_a_failure(spine: Spine, keys: Tsa) -> None:
    keys.url = "http://127.0.0.1:9/"
    assert not Stamped(spine, keys).stamper.stamp()


def test_new_statements_are_refused_when_stamping_failed_for_too_long_and_taken_again_after_it(
    stamped: Stamped,
) -> None:
    stamped.stamper.stamp()
    stamped.penalise()
    stamped.tsa.mode = Mode.REFUSES
    stamped.pass_s(DAY_S + 1)
    stamped.stamper.stamp()
    with pytest.raises(RegistryError, match="已有24小时未取得可信时间戳"):
        stamped.penalise(2)
    stamped.tsa.mode = Mode.STAMPS
    assert stamped.stamper.stamp()
    stamped.penalise(2)


def test_questions_are_answered_while_statements_are_refused(stamped: Stamped) -> None:
    with pytest.raises(RegistryError):
        stamped.penalise()
    assert stamped.spine.ask(firm(1).identifier.value) is not None


def test_statement_that_is_in_the_log_is_answered_again_while_new_ones_are_refused(stamped: Stamped) -> None:
    spine = stamped.spine
    stamped.stamper.stamp()
    known = spine.seal("财政", spine.statement("财政", "known", event=penalty("财政", firm(1))))
    (first,) = spine.put("财政", known)
    stamped.pass_s(DAY_S + 1)
    (again,) = spine.put("财政", known)
    assert isinstance(first, Placed)
    assert isinstance(again, Placed)
    assert (again.position, again.again) == (first.position, True)
    new = spine.seal("财政", spine.statement("财政", event=penalty("财政", firm(2))))
    with pytest.raises(RegistryError):
        spine.put("财政", known, new)


def test_key_can_be_revoked_while_new_statements_are_refused(stamped: Stamped) -> None:
    spine = stamped.spine
    keyid = spine.signers["财政"].keyid
    revocation = KeyRevocation(keyid=keyid, reason=KEY_REVOCATION_REASON_RETIRED)
    assert isinstance(spine.say("信用办", key_revocation=revocation), Placed)


def test_success_outlives_a_restart(stamped: Stamped) -> None:
    stamped.stamper.stamp()
    stamped.spine.reopen()
    stamped.pass_s(DAY_S - 1)
    again = Stamped(stamped.spine, stamped.tsa)
    again.penalise()
    again.pass_s(2)
    with pytest.raises(RegistryError):
        again.penalise(2)


def test_thread_stamps_at_once_and_by_its_interval_until_it_is_closed(spine: Spine, tsa: Tsa) -> None:
    stamped = Stamped(spine, tsa, interval_s=0.1)
    stamped.stamper.start()
    wait_for(lambda: stamped.state.is_open)
    stamped.penalise()
    wait_for(lambda: len(stamped.anchors) == 2)
    stamped.stamper.close()
    stamped.stamper.close()
    asked = tsa.asked
    time.sleep(0.3)
    assert tsa.asked == asked


def test_close_does_not_wait_for_a_slow_authority_longer_than_its_deadline(spine: Spine, tsa: Tsa) -> None:
    tsa.mode = Mode.SLOW
    stamped = Stamped(spine, tsa, deadline_s=SHORT_S)
    stamped.stamper.start()
    wait_for(lambda: tsa.asked > 0)
    began = time.monotonic()
    stamped.stamper.close()
    assert time.monotonic() - began < 4 * SHORT_S


def test_thread_recovers_by_itself_when_the_clock_was_set_forward(spine: Spine, tsa: Tsa) -> None:
    stamped = Stamped(spine, tsa)
    stamped.stamper.start()
    wait_for(lambda: stamped.state.is_open)
    spine.clock.move_to(date(2030, 1, 1))
    assert not stamped.state.is_open
    wait_for(lambda: stamped.state.is_open)
    stamped.stamper.close()


def test_thread_outlives_a_clock_that_jumped_and_came_back(spine: Spine, tsa: Tsa) -> None:
    jumped: list[bool] = []

    def clock() -> int:
        if jumped:
            raise ClockJumpedError("系统时钟发生跳变")
        return spine.clock()

    stamped = Stamped(spine, tsa, retry_s=0.1, clock=clock)
    stamped.stamper.start()
    wait_for(lambda: stamped.state.is_open)
    jumped.append(True)
    assert stamped.state.age_s is None
    with pytest.raises(ClockJumpedError):  # Told as what it is, and not as a stamp that is missing.
        stamped.penalise()
    time.sleep(3 * TICK_S)
    jumped.clear()
    stamped.pass_s(DAY_S + 1)
    wait_for(lambda: stamped.state.is_open)
    stamped.penalise()
    stamped.stamper.close()


def own_anchor(spine: Spine, stamps: PlainAuthority, at_ms: int, **changes: object) -> object:
    """An anchor over the latest checkpoint, placed as the registry's own statement."""
    state = spine.engine.state
    root = root_at(state.tree, state.size)
    token = stamps.token(Checkpoint(ORIGIN, state.size, root).text(), at_ms)
    fields = {"size": state.size, "root": root, "token": token, "gen_time_ms": at_ms, **changes}
    body = Statement(time_anchor=TimeAnchor(**fields))  # type: ignore[arg-type]
    return spine.engine.writer.put([OwnStatement(body)])[0].result(30)


def test_anchor_that_says_anything_but_what_is_so_is_not_placed(spine: Spine) -> None:
    stamps, size = PlainAuthority(), spine.engine.state.size
    wrong: list[dict[str, object]] = [
        {"size": size + 1},
        {"size": size - 1},
        {"size": 0},
        {"root": bytes(32)},
        {"token": b"\x30\x00"},
        {"token": stamps.token("something else", 1_000_000)},
        {"gen_time_ms": 999_999},
    ]
    for changes in wrong:
        assert isinstance(own_anchor(spine, stamps, 1_000_000, **changes), Rejection), changes
    assert spine.engine.state.size == size
    assert isinstance(own_anchor(spine, stamps, 1_000_000), Placed)


def test_stamp_from_before_the_last_anchor_is_a_failure(
    spine: Spine, tsa: Tsa, caplog: pytest.LogCaptureFixture
) -> None:
    ahead_ms = time.time_ns() // 1_000_000 + 3_600_000
    own_anchor(spine, PlainAuthority(), ahead_ms)
    stamped = Stamped(spine, tsa)
    assert not stamped.stamper.stamp()
    assert "before the anchor" in caplog.text


def test_rebuild_folds_anchors_again(stamped: Stamped, tmp_path: Path) -> None:
    stamped.stamper.stamp()
    stamped.penalise()
    stamped.stamper.stamp()
    spine = stamped.spine
    target = create_store(tmp_path / "again.db")
    signer = FileSigner.load(spine.config.log_key, None)
    result = rebuild(spine.engine.state.log, target, [signer])
    assert result.differences == []
    assert list(target.anchors()) == stamped.anchors
    assert len(stamped.anchors) == 2
    target.close()


@pytest.mark.parametrize(("content", "words"), [(None, "不能读取"), (b"nothing", "根证书"), (b"", "根证书")])
def test_configured_certificate_that_is_none_is_told_in_one_line(
    content: bytes | None, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "tsa.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=words):
        Authority.configured(Stamping("http://tsa.example/", path))


def test_configured_certificate_is_read(tsa: Tsa) -> None:
    configured = Authority.configured(Stamping(tsa.url, tsa.certificate))
    assert configured == Authority(tsa.url, tsa.authority)
