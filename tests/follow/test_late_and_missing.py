"""A log that is silent, stands still or does not answer, and the alarm that its followers raise."""

from __future__ import annotations

import pytest

from registry.follow.checks import SKEW_MS
from registry.provenance.cosignature import cosigner_of, sign_cosignature
from registry.provenance.keys import FileSigner
from registry.provenance.note import add_line, split_note
from registry.provenance.witness_policy import Policy
from registry.v1.envelope_pb2 import SUITE_ED25519
from tests.follow.conftest import Watch
from tests.follow.made_log import BEGAN_MS
from tests.witness.liars import for_ever, reply, serving

SIGNER = FileSigner.generate(SUITE_ED25519)


def test_a_log_that_does_not_answer_is_told_once_patience_is_over(watch: Watch) -> None:
    watch.patience_s = 60
    watch.url = "http://127.0.0.1:1/"
    assert watch.look() == []
    watch.elapsed_s += 59
    assert watch.look() == []
    watch.elapsed_s += 2
    assert watch.look(2) == ["MISSING"]


@pytest.mark.parametrize("set_by_ms", [-86_400_000, 86_400_000])
def test_patience_is_no_longer_and_no_shorter_when_the_clock_is_set(watch: Watch, set_by_ms: int) -> None:
    watch.patience_s = 60
    watch.now_ms = watch.log.now_ms
    watch.url = "http://127.0.0.1:1/"
    assert watch.look() == []
    watch.now_ms += set_by_ms
    watch.elapsed_s = 59
    assert watch.look() == []
    watch.elapsed_s = 60
    assert watch.look() == ["MISSING"]


def test_a_log_in_which_nothing_happens_for_too_long_is_told(watch: Watch) -> None:
    watch.max_age_s = 3600
    watch.now_ms = watch.log.now_ms + 3_599_000
    assert watch.look() == []
    watch.now_ms += 2_000
    assert watch.look(2) == ["LATE"]
    watch.log.now_ms = watch.now_ms
    watch.log.add("甲")
    assert watch.look() == []


def test_a_leaf_dated_in_the_future_is_told_and_does_not_keep_a_log_from_being_late(watch: Watch) -> None:
    watch.max_age_s = 3600
    watch.now_ms = watch.log.now_ms + 1000
    assert watch.look() == []
    watch.log.now_ms = BEGAN_MS + 10 * 31_536_000_000
    watch.log.add("甲")
    assert watch.look() == ["TIME", "LATE"]
    assert "本机的时钟" in watch.said[0]
    watch.now_ms += 86_400_000
    watch.again()
    assert watch.look(2) == ["LATE"]


def test_a_leaf_a_little_ahead_of_the_followers_clock_is_a_sign_of_life(watch: Watch) -> None:
    watch.max_age_s = 3600
    watch.now_ms = watch.log.now_ms + 1000 - SKEW_MS
    watch.log.add("甲")
    assert watch.look() == []
    watch.now_ms -= 1
    watch.log.add("乙")
    assert watch.look() == ["TIME", "LATE"]


def test_a_witness_that_dates_ahead_does_not_keep_a_log_from_being_late(watch: Watch) -> None:
    watch.max_age_s = 3600
    key = cosigner_of("w.example", SIGNER.public_key).vkey
    watch.policy = Policy.parse(watch.policy.text().replace("quorum", f"witness w {key}\nquorum"))
    watch.now_ms = watch.log.now_ms + 10**7
    text, ahead_s = split_note(watch.log.note())[0], watch.now_ms // 1000 + 86_400
    line = sign_cosignature(text, ahead_s, name="w.example", signer=SIGNER)
    watch.log.served_note = add_line(watch.log.note(), line)
    assert watch.look() == ["LATE"]


def test_a_log_that_rests_is_not_late_while_a_witness_signs_it(watch: Watch) -> None:
    watch.max_age_s = 3600
    key = cosigner_of("w.example", SIGNER.public_key).vkey
    watch.policy = Policy.parse(watch.policy.text().replace("quorum", f"witness w {key}\nquorum"))
    watch.now_ms = watch.log.now_ms + 10**7
    assert watch.look() == ["LATE"]
    note = watch.log.note()
    line = sign_cosignature(split_note(note)[0], watch.now_ms // 1000 - 60, name="w.example", signer=SIGNER)
    watch.log.served_note = add_line(note, line)
    assert watch.look() == []
    assert "w.example" in (watch.directory / "checkpoint").read_text("utf-8")


def test_answers_without_end_cost_a_limit_and_an_alarm(watch: Watch) -> None:
    with serving(lambda c, _: for_ever(c, b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 65_536)) as url:
        watch.url = url
        assert watch.look() == ["MISSING"]
    with serving(lambda c, _: c.sendall(reply(302, b"", f"Location: {watch.url}"))) as url:
        watch.url = url
        watch.again()
        assert watch.look() == ["MISSING"]
