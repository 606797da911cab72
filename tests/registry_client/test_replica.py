"""The replica: signed snapshots, loaded, asked, and refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from registry.commands.snapshots import HORIZON_DAYS, Seal, build_snapshot
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.policy_lines import LogLine, RangedKey
from registry.provenance.snapshot import open_snapshot, write_snapshot
from registry.provenance.vkey import NoteKey
from registry.provenance.witness_policy import Policy
from registry.sanctions.verdict_file import is_in_table
from registry.v1 import envelope_pb2, subject_pb2
from registry_client import Replica, ReplicaError, StaleError, Verdict
from tests.support import events
from tests.support.clock import SetClock, instant_ms
from tests.support.editions import adopt, edition_files
from tests.support.events import firm, person
from tests.support.history import short_ban, write_rich_history
from tests.support.spine import ORIGIN, TODAY, Spine, found_spine, furnish

BIDDER = subject_pb2.SUBJECT_ROLE_BIDDER
COMPULSORY = subject_pb2.TENDER_KIND_COMPULSORY
PROCUREMENT = subject_pb2.DOMAIN_PROCUREMENT
MAX_AGE_S = 600


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path / "registry"))
    yield furnished
    furnished.engine.close()


def receipt_key(spine: Spine) -> FileSigner:
    return FileSigner.load(spine.directory / "keys" / "receipt.key", None)


def policy_of(*signers: FileSigner) -> Policy:
    keys = [load_verifying_key(signer.suite, signer.public_key) for signer in signers]
    return Policy(receipts=tuple(RangedKey(NoteKey.of(ORIGIN, key)) for key in keys))


def whole_policy(spine: Spine) -> Policy:
    """A policy that asks for the log's own signature as well."""
    log = FileSigner.load(spine.directory / "keys" / "log.key", None)
    key = NoteKey.of(ORIGIN, load_verifying_key(log.suite, log.public_key))
    return replace(policy_of(receipt_key(spine)), logs=(LogLine(key),))


def snapshot_of(
    spine: Spine, *signers: FileSigner, domain: subject_pb2.Domain.ValueType = PROCUREMENT
) -> bytes:
    pieces = build_snapshot(spine.engine.state, domain, seal_of(spine, *signers), made_ms=spine.clock())
    return b"".join(pieces)


def seal_of(spine: Spine, *signers: FileSigner) -> Seal:
    """What the registry seals with, by its own receipt key or by other keys."""
    return Seal(lambda _size: signers or [receipt_key(spine)], spine.engine.upkeep.checkpoints.covering)


def loaded(spine: Spine, content: bytes | None = None) -> Replica:
    replica = Replica(policy_of(receipt_key(spine)), max_age_s=MAX_AGE_S, clock=spine.clock)
    replica.load(content or snapshot_of(spine))
    return replica


def code_of(number: int) -> str:
    return str(firm(number).identifier.value)


def test_replica_answers_what_the_registry_answers(spine: Spine) -> None:
    write_rich_history(spine)
    spine.clock.move_to(date(2026, 11, 26))
    replica, chance, met = loaded(spine), Random(1), set[Verdict]()
    organisations = [each.ref for each in spine.engine.state.index.records() if is_in_table(each.ref)]
    for day in (None, date(2026, 12, 1), date(2027, 3, 1)):
        asker = replica.asker(role=BIDDER, tender_kind=COMPULSORY, day=day)
        codes = [*chance.sample(organisations, 120), code_of(70), "91130902DEM000000X"]
        many = asker.check_many("".join(codes).encode())
        for number, code in enumerate(codes):
            answer = asker.check(code)
            assert (many.verdicts[number], many.ask[number]) == (answer.verdict, answer.ask)
            if answer.ask:
                assert answer.verdict == Verdict.INDETERMINATE
                continue
            decision = spine.ask(code, role=BIDDER, on=day or date(2026, 11, 26))
            assert (answer.verdict.word, answer.indeterminate_reason) == (
                {1: "未见限制", 2: "需研判", 3: "禁止", 4: "无法判定"}[decision.verdict],
                decision.indeterminate,
            )
            measures = {each.measure for each in answer.measures}
            assert measures == {hit.restriction.measure.code for hit in decision.hits}
            met.add(answer.verdict)
    assert met == {Verdict.CLEAR, Verdict.BLOCKED, Verdict.INDETERMINATE, Verdict.REVIEW}
    assert replica.header.position == spine.position


def test_later_snapshot_takes_the_place_of_an_earlier_one_and_not_the_reverse(spine: Spine) -> None:
    spine.say("市场监管", event=events.licence("市场监管", firm(1)))
    earlier = snapshot_of(spine)
    replica = loaded(spine, earlier)
    asker = replica.asker(role=BIDDER)
    assert asker.check(code_of(1)).verdict == Verdict.CLEAR
    spine.say("财政", event=short_ban(1))
    replica.load(snapshot_of(spine))
    assert asker.check(code_of(1)).verdict == Verdict.BLOCKED
    with pytest.raises(ReplicaError, match="早于已载入"):
        replica.load(earlier)
    assert asker.check(code_of(1)).verdict == Verdict.BLOCKED


def test_replica_past_its_bound_answers_nothing(spine: Spine) -> None:
    replica = loaded(spine)
    asker = replica.asker(role=BIDDER)
    spine.clock.now_ms += MAX_AGE_S * 1000 - 1
    assert asker.check(code_of(1)).verdict == Verdict.INDETERMINATE
    assert replica.age_s == pytest.approx(MAX_AGE_S, abs=0.01)
    spine.clock.now_ms += 1
    with pytest.raises(StaleError, match="600秒的限度"):
        asker.check(code_of(1))
    with pytest.raises(StaleError):
        asker.check_many(code_of(1).encode())
    replica.load(snapshot_of(spine))
    assert asker.check(code_of(1)).verdict == Verdict.INDETERMINATE


def test_replica_without_a_snapshot_answers_nothing(spine: Spine) -> None:
    replica = Replica(policy_of(receipt_key(spine)), max_age_s=1, clock=spine.clock)
    with pytest.raises(StaleError, match="还没有载入"):
        replica.asker().check(code_of(1))


def test_question_about_today_is_about_the_new_day_after_midnight_in_china(spine: Spine) -> None:
    ban = events.ban("财政", firm(1), "M-PRO-01", "2025-11-23", "2026-11-23")
    events.placed(spine.say("财政", event=ban))
    spine.clock.now_ms = instant_ms(TODAY, hour=23)
    spine.deliver()
    replica = Replica(policy_of(receipt_key(spine)), max_age_s=86_400, clock=spine.clock)
    replica.load(snapshot_of(spine))
    asker = replica.asker(role=BIDDER, tender_kind=COMPULSORY)
    assert asker.check(code_of(1)).verdict == Verdict.BLOCKED
    spine.clock.now_ms += 3_600_000
    assert asker.check(code_of(1)).verdict == Verdict.CLEAR


def test_source_that_will_be_stale_on_the_day_asked_about_is_indeterminate(spine: Spine) -> None:
    spine.say("市场监管", event=events.licence("市场监管", firm(1)))
    replica = loaded(spine)
    later = replica.asker(role=BIDDER, day=TODAY + timedelta(days=120)).check(code_of(1))
    assert later.verdict == Verdict.INDETERMINATE
    assert spine.ask(code_of(1), on=TODAY + timedelta(days=120)).indeterminate == later.indeterminate_reason


def test_day_that_the_snapshot_does_not_speak_of_is_asked_of_the_registry(spine: Spine) -> None:
    spine.say("市场监管", event=events.licence("市场监管", firm(1)))
    replica = loaded(spine)
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=HORIZON_DAYS + 1), date.max):
        answer = replica.asker(role=BIDDER, day=day).check(code_of(1))
        assert (answer.ask, answer.verdict) == (True, Verdict.INDETERMINATE)


def test_question_with_a_scope_is_asked_of_the_registry_where_the_ban_has_one(spine: Spine) -> None:
    local, whole = short_ban(1), short_ban(2)
    local.measures[0].scope.region = "130902"
    for ban in (local, whole):
        events.placed(spine.say("财政", event=ban))
    asker = loaded(spine).asker(role=BIDDER, scoped=True)
    answers = asker.check_many("".join(map(code_of, (1, 2))).encode())
    assert answers.ask.tolist() == [asker.check(code_of(number)).ask for number in (1, 2)] == [True, False]
    assert answers.verdicts.tolist() == [Verdict.INDETERMINATE, Verdict.BLOCKED]
    assert asker.check(code_of(1)).verdict == Verdict.INDETERMINATE


def test_linked_subject_is_asked_of_the_registry(spine: Spine) -> None:
    events.placed(spine.say("市场监管", subject_link=events.succession(firm(3), firm(4), "2026-06-01")))
    answer = loaded(spine).asker(role=BIDDER).check(code_of(3))
    assert (answer.ask, answer.verdict) == (True, Verdict.INDETERMINATE)


def test_code_is_read_as_it_is_written_and_no_person_is_there(spine: Spine) -> None:
    events.placed(spine.say("财政", event=short_ban(1)))
    events.placed(spine.say("法院", event=events.ban("法院", person(1), "M-EXI-01", "2026-04-01")))
    asker = loaded(spine).asker(role=BIDDER)
    code = code_of(1)
    for written in (
        code.lower(),
        f" {code[:8]}-{code[8:]} ",
        "".join(chr(ord(each) + 0xFEE0) for each in code),
    ):
        assert asker.check(written).verdict == Verdict.BLOCKED
    for written in (person(1).identifier.value, "", "１", code + "0", "㎤" * 6):
        answer = asker.check(written)
        assert (answer.verdict, answer.ask, answer.measures) == (Verdict.INDETERMINATE, False, ())


def test_snapshot_ends_on_the_day_before_another_edition_is_law(spine: Spine) -> None:
    events.placed(spine.say("财政", event=short_ban(1)))
    adopt(spine, edition_files("2026.9"), "2027-01-01")
    replica = loaded(spine)
    assert replica.header.last == date(2026, 12, 31)
    asked = {day: replica.asker(role=BIDDER, tender_kind=COMPULSORY, day=day).check(code_of(1))
             for day in (date(2026, 12, 31), date(2027, 1, 1))}  # fmt: skip
    assert [(each.verdict, each.ask) for each in asked.values()] == [
        (Verdict.BLOCKED, False),
        (Verdict.INDETERMINATE, True),
    ]


# --- what is not believed -------------------------------------------------------------------------


def refused(spine: Spine, content: bytes, policy: Policy | None = None) -> str:
    replica = Replica(policy or policy_of(receipt_key(spine)), max_age_s=600, clock=spine.clock)
    with pytest.raises(ReplicaError) as caught:
        replica.load(content)
    with pytest.raises(StaleError):
        replica.asker().check(code_of(1))
    return str(caught.value)


def test_snapshot_that_another_key_signed_is_refused(spine: Spine) -> None:
    other = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    assert "签名" in refused(spine, snapshot_of(spine, other))
    both = snapshot_of(spine, receipt_key(spine), other)
    assert loaded(spine, both).header.origin == ORIGIN
    assert "签名" in refused(spine, snapshot_of(spine), policy_of(receipt_key(spine), other))
    assert "receipt" in refused(spine, snapshot_of(spine), Policy())


def test_no_byte_of_a_snapshot_can_be_changed(spine: Spine) -> None:
    events.placed(spine.say("财政", event=short_ban(1)))
    content, chance = snapshot_of(spine), Random(5)
    assert loaded(spine, content).header.origin == ORIGIN
    envelope = 16 + int.from_bytes(content[8:12], "little")
    table = envelope + -envelope % 64
    for at in [
        *range(12),
        *chance.sample(range(16, envelope), 60),
        *chance.sample(range(table, len(content)), 200),
    ]:
        changed = bytearray(content)
        changed[at] ^= 1 << chance.randrange(8)
        if bytes(changed[16:envelope]) != content[16:envelope] or at < 12 or at >= table:
            assert refused(spine, bytes(changed)), at


@pytest.mark.parametrize("left", [0, 8, 15, 16, 100, -1, -1000])
def test_snapshot_that_was_cut_off_is_refused(spine: Spine, left: int) -> None:
    content = snapshot_of(spine)
    assert "快照" in refused(spine, content[: len(content) + left if left < 0 else left])


def test_snapshot_of_another_domain_does_not_take_the_place_of_one(spine: Spine) -> None:
    replica = loaded(spine)
    with pytest.raises(ReplicaError, match="另一领域"):
        replica.load(snapshot_of(spine, domain=subject_pb2.DOMAIN_BIDDING))


def test_header_that_speaks_of_another_table_is_refused(spine: Spine) -> None:
    content, signer = snapshot_of(spine), receipt_key(spine)
    header, table = open_snapshot(
        content, lambda origin, size: [load_verifying_key(signer.suite, signer.public_key)]
    )
    later = replace(header, position=header.position - 1)
    assert "不符" in refused(spine, b"".join(write_snapshot(later, [table], [signer])))


@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(days=3)])
def test_snapshot_from_the_future_is_refused(spine: Spine, ahead: timedelta) -> None:
    content = snapshot_of(spine)
    clock = SetClock(TODAY)
    clock.now_ms = spine.clock() - int(ahead.total_seconds() * 1000)
    replica = Replica(policy_of(receipt_key(spine)), max_age_s=600, clock=clock)
    with pytest.raises(ReplicaError, match="时钟"):
        replica.load(content)


@pytest.mark.parametrize("jump_s", [-12 * 3600, 12 * 3600], ids=["back", "forth"])
def test_replica_is_not_young_again_when_the_clock_is_set(spine: Spine, jump_s: int) -> None:
    wall, passed = SetClock(TODAY), SetClock(TODAY)
    wall.now_ms = passed.now_ms = spine.clock()
    replica = Replica(policy_of(receipt_key(spine)), max_age_s=600, clock=wall, passed=passed)
    replica.load(snapshot_of(spine))
    asked = replica.asker()
    asked.check(code_of(1))
    wall.now_ms += jump_s * 1000
    with pytest.raises(StaleError, match="跳变"):
        replica.asker().check(code_of(1))
    wall.now_ms, passed.now_ms = wall() + 600_000, passed() + 600_000
    with pytest.raises(StaleError):  # Also who had asked before.
        asked.check(code_of(1))
    assert replica.age_s >= 600
    spine.clock.now_ms += 600_000
    wall.now_ms = spine.clock()
    replica.load(snapshot_of(spine))
    assert asked.check(code_of(1)).position == replica.header.position


def test_file_is_mapped_and_a_missing_one_is_one_line(spine: Spine, tmp_path: Path) -> None:
    path = tmp_path / "procurement.snapshot"
    path.write_bytes(snapshot_of(spine))
    replica = Replica(policy_of(receipt_key(spine)), max_age_s=600, clock=spine.clock)
    assert replica.load(path).domain == PROCUREMENT
    path.write_bytes(b"")
    with pytest.raises(ReplicaError, match="不是快照文件"):
        replica.load(path)
    with pytest.raises(ReplicaError, match="不能读取快照"):
        replica.load(tmp_path / "nothing")
    assert replica.header.domain == PROCUREMENT


def test_what_is_signed_is_a_snapshot_and_nothing_else(spine: Spine) -> None:
    """A receipt key's signature over something of another kind makes no snapshot."""
    content = snapshot_of(spine)
    size = int.from_bytes(content[8:12], "little")
    envelope = envelope_pb2.Envelope.FromString(content[16 : 16 + size])
    envelope.payload_type = "application/vnd.registry.v1.answer+protobuf"
    changed = envelope.SerializeToString()
    head = content[:8] + len(changed).to_bytes(4, "little") + bytes(4) + changed
    head += bytes(-len(head) % 64)
    assert "不是快照" in refused(spine, head + content[16 + size + -(16 + size) % 64 :])
