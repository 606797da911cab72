"""What a log may not do, and the alarm that its followers raise when it does."""

from __future__ import annotations

import base64

import pytest

from registry.provenance.checkpoint import Checkpoint, sign_checkpoint
from registry.provenance.cosignature import cosigner_of, sign_cosignature
from registry.provenance.keys import FileSigner
from registry.provenance.leaf import Leaf, LeafType
from registry.provenance.merkle import leaf_hash
from registry.provenance.note import add_line, split_note
from registry.provenance.proof import verify_consistency
from registry.provenance.tile_path import TilePath, decode_bundle, encode_bundle
from registry.provenance.witness_policy import Policy
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.statement_pb2 import MapState, Statement
from tests.follow.conftest import Watch
from tests.follow.made_log import BEGAN_MS, MadeLog
from tests.provenance.test_witness_policy import certificate

SIGNER = FileSigner.generate(SUITE_ED25519)


def root_in(note: str) -> bytes:
    return Checkpoint.parse(split_note(note)[0]).root


def files_of(watch: Watch) -> dict[str, bytes]:
    """The mirror without the follower's own record."""
    return {
        str(path): path.read_bytes()
        for path in watch.directory.rglob("*")
        if path.is_file() and "follow" not in path.relative_to(watch.directory).parts
    }


# --- forks


@pytest.mark.parametrize("more", [0, 1, 300])
def test_a_fork_is_told_with_both_roots_and_nothing_of_it_is_mirrored(watch: Watch, more: int) -> None:
    watch.look()
    before, honest = files_of(watch), watch.log
    watch.served.log = fork = honest.twin(200)
    fork.grow(honest.size + more, "other")
    assert watch.look() == ["FORK"]
    assert files_of(watch) == before
    evidence = watch.evidence("FORK")
    assert root_in(evidence["known.checkpoint"]) == honest.checkpoint().root
    assert root_in(evidence["offered.checkpoint"]) == fork.checkpoint().root
    if more:
        proof = [base64.b64decode(line) for line in evidence["consistency-proof"].splitlines()]
        had = base64.b64decode(evidence["computed-root"])
        verify_consistency(honest.size, had, fork.size, fork.checkpoint().root, proof)
        assert had == fork.checkpoint(honest.size).root != honest.checkpoint().root


def test_a_fork_of_an_earlier_size_is_told_by_what_is_in_the_mirror(watch: Watch) -> None:
    watch.look()
    fork = watch.log.twin(100)
    fork.grow(150, "other")
    watch.log.served_note = fork.note()
    assert watch.look() == ["FORK"]
    assert base64.b64decode(watch.evidence("FORK")["computed-root"]) == watch.log.checkpoint(150).root


def test_a_fork_is_told_once_while_it_stands_and_again_when_it_comes_back(watch: Watch) -> None:
    watch.look()
    honest = watch.log
    fork = honest.twin(200)
    fork.grow(900, "other")
    for _ in range(2):
        watch.served.log = fork
        assert watch.look(3) == ["FORK"]
        watch.served.log = honest
        honest.grow(honest.size + 10)
        assert watch.look() == []
        assert watch.mirrored().size == honest.size


def test_a_fork_is_told_by_a_follower_started_anew(watch: Watch) -> None:
    watch.look()
    watch.served.log = fork = watch.log.twin(200)
    fork.grow(900, "other")
    watch.again()
    assert watch.look() == ["FORK"]


def test_a_fork_against_a_checkpoint_that_was_seen_and_not_yet_mirrored_is_told(watch: Watch) -> None:
    log = watch.log
    log.grow(900)
    log.pages["tile/entries/002"] = None
    assert watch.look() == ["MISSING"]
    watch.served.log = fork = log.twin(600)
    fork.grow(1000, "other")
    watch.again()
    assert watch.look() == ["FORK"]


def test_a_log_that_rewinds_is_told(watch: Watch) -> None:
    watch.look()
    size = watch.log.size
    watch.log.served_size = 200
    assert watch.look(2) == ["SHRUNK"]
    assert watch.mirrored().size == size
    watch.log.served_size = None
    assert watch.look() == []


def test_a_checkpoint_of_another_log_is_told(watch: Watch) -> None:
    other = MadeLog("other.example/log", watch.log.signers)
    third = MadeLog("third.example/log")
    other.grow(900)
    third.grow(900)
    watch.look()
    watch.served.log = other
    assert watch.look() == ["SIGNATURE"]
    both = f"log {watch.log.keys()[0].vkey}\nlog {third.keys()[0].vkey}\nquorum none\n"
    watch.policy = Policy.parse(both)
    watch.again()
    watch.served.log = third
    assert watch.look() == ["FORK"]


# --- signatures


def test_a_checkpoint_that_the_log_has_not_signed_is_told_and_not_taken(watch: Watch) -> None:
    for change in (
        lambda log: sign_checkpoint(log.checkpoint(), SIGNER),
        lambda log: log.note().replace(f"\n{log.size}\n", f"\n{log.size + 1}\n"),
        lambda log: "no checkpoint",
        lambda log: "",
    ):
        watch.log.served_note = None
        assert watch.look() == []
        size = watch.log.size
        watch.log.grow(size + 9)
        watch.log.served_note = change(watch.log)
        assert "SIGNATURE" in watch.look(2)
        assert watch.mirrored().size == size


def test_a_required_signature_that_was_stripped_is_told(watch: Watch) -> None:
    keys = MadeLog(watch.log.origin, (SIGNER,)).keys()[0].vkey
    watch.policy = Policy.parse(f"{watch.policy.text()}require {keys} 350 -\n")
    assert watch.look() == []
    watch.log.grow(349)
    assert watch.look() == []
    watch.log.grow(350)
    assert watch.look() == ["SIGNATURE"]
    watch.log.signers = (*watch.log.signers, SIGNER)
    assert watch.look() == []


def test_a_quorum_that_is_not_met_is_told(watch: Watch) -> None:
    key = cosigner_of("w.example", SIGNER.public_key).vkey
    lines = watch.policy.text().replace("quorum none", f"witness w {key}\nquorum w")
    watch.policy = Policy.parse(lines)
    assert watch.look() == ["SIGNATURE"]
    note = watch.log.note()
    line = sign_cosignature(split_note(note)[0], 5, name="w.example", signer=SIGNER)
    watch.log.served_note = add_line(note, line)
    assert watch.look() == []


# --- pages


def flipped(content: bytes | None, at: int = 100) -> bytes:
    assert content
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tile/0/000", "TILES"),
        ("tile/0/001.p/45", "TILES"),
        ("tile/1/000.p/1", "TILES"),
        ("tile/entries/000", "LEAF"),
        ("tile/entries/001.p/45", "LEAF"),
    ],
)
def test_one_changed_byte_of_any_page_is_told(watch: Watch, name: str, kind: str) -> None:
    good = watch.log.tile(TilePath.parse(name))
    at = 5 if name == "tile/1/000.p/1" else 100
    watch.log.pages[name] = flipped(good, at)
    assert watch.look(2) == [kind]
    assert not (watch.directory / "checkpoint").exists()
    del watch.log.pages[name]
    assert watch.look() == []


def test_a_leaf_changed_together_with_its_tile_is_told(watch: Watch) -> None:
    """The registry rewrites a record and every page that shows it, but has signed the root."""
    log = watch.log
    entries = decode_bundle(log.tile(TilePath(None, 0)) or b"", 256)
    hashes = log.tile(TilePath(0, 0)) or b""
    entries[7] = flipped(entries[7])
    log.pages["tile/entries/000"] = encode_bundle(entries)
    log.pages["tile/0/000"] = hashes[: 7 * 32] + leaf_hash(entries[7]) + hashes[8 * 32 :]
    assert watch.look() == ["TILES"]


@pytest.mark.parametrize("name", ["tile/0/000", "tile/entries/000"])
def test_a_page_changed_after_it_was_mirrored_is_told_when_its_lot_falls(watch: Watch, name: str) -> None:
    watch.look()
    watch.log.pages[name] = flipped(watch.log.tile(TilePath.parse(name)))
    assert watch.look() == ["ALTERED"]
    assert watch.mirrored().size == watch.log.size


@pytest.mark.parametrize("name", ["tile/0/{}.p/{}", "tile/entries/{}.p/{}"])
@pytest.mark.parametrize("gone", [False, True])
def test_its_own_last_page_is_looked_at_each_round(watch: Watch, name: str, gone: bool) -> None:
    watch.look()
    number, width = divmod(watch.log.size, 256)
    own = watch.directory / name.format(f"{number:03}", width)
    content = own.read_bytes()
    own.unlink() if gone else own.write_bytes(flipped(content))
    assert watch.look() == ["ALTERED"]
    watch.log.grow(watch.log.size + 3)  # The page that takes its place is the log's.
    assert watch.look() == []
    assert watch.mirrored().size == watch.log.size


@pytest.mark.parametrize("content", [b"", b"\0", bytes(31), bytes(40_000)], ids=len)
def test_pages_of_a_wrong_length_are_told_or_refused(watch: Watch, content: bytes) -> None:
    for name in ("tile/0/000", "tile/entries/000", "tile/0/001.p/45"):
        watch.log.pages[name] = content
        (kind,) = watch.look()
        assert kind in ("TILES", "LEAF", "MISSING")
        del watch.log.pages[name]
    assert watch.look() == []


# --- leaves


def test_an_entry_that_is_no_leaf_is_told_and_the_log_followed(watch: Watch) -> None:
    one, two = watch.log.leaf("甲").encode(), watch.log.leaf("乙").encode()
    for entry in (b"", b"short", one + b"\0", b"\x02" + one[1:], two[:1] + b"\xff" + two[2:]):
        watch.log.put(entry)
    watch.log.grow(310)
    watch.log.map_state(300)
    assert watch.look() == ["LEAF"] * 5
    watch.log.grow(320)
    watch.again()
    assert watch.look() == []


def test_a_time_of_receipt_that_goes_back_is_told(watch: Watch) -> None:
    watch.look()
    watch.log.now_ms = BEGAN_MS
    watch.log.add("甲")
    watch.log.now_ms = BEGAN_MS + 10**9
    watch.log.add("甲")
    assert watch.look() == ["TIME"]


def test_a_time_of_receipt_before_the_last_of_the_round_before_is_told(watch: Watch) -> None:
    watch.look()
    watch.again()
    watch.log.now_ms -= 5000
    watch.log.add("甲")
    assert watch.look() == ["TIME"]


def broken_leaf(log: MadeLog, how: str) -> Leaf:
    """A leaf about the subject 甲 that does not carry on its chain."""
    good = log.leaf("甲")
    sequence, previous = {
        "begins anew": (0, bytes(32)),
        "leaves one out": (good.subject_sequence + 1, good.previous),
        "repeats": (good.subject_sequence - 1, good.previous),
        "other previous": (good.subject_sequence, bytes(32)),
        "largest number": ((1 << 64) - 1, good.previous),
    }[how]
    return Leaf(
        LeafType.EVENT, good.received_ms, good.subject_key, sequence, previous, good.statement_hash, 0
    )


@pytest.mark.parametrize(
    "how", ["begins anew", "leaves one out", "repeats", "other previous", "largest number"]
)
@pytest.mark.parametrize("started_anew", [False, True])
def test_a_subjects_chain_that_breaks_is_told(watch: Watch, how: str, started_anew: bool) -> None:
    watch.log.add("甲", "乙", "甲")
    assert watch.look() == []
    if started_anew:
        watch.again()
    watch.log.put(broken_leaf(watch.log, how).encode())
    assert watch.look() == ["CHAIN"]
    watch.log.add("乙")
    assert watch.look() == []


# --- the map


def test_map_states_of_every_size_up_to_their_own_position_are_checked(watch: Watch) -> None:
    log = watch.log
    for back in (0, 1, 7, 0, 30, 2):
        log.grow(log.size + 40)
        log.map_state(log.size - back)
        assert watch.look() == []
        if back == 7:
            watch.again()


def test_a_map_root_that_does_not_follow_is_told_with_both_roots(watch: Watch) -> None:
    watch.log.map_state(root=bytes(32))
    assert watch.look() == ["MAP"]
    evidence = watch.evidence("MAP")
    assert base64.b64decode(evidence["stated"]) == bytes(32)
    assert base64.b64decode(evidence["computed"]) == watch.log.map_root(watch.log.size - 1)
    watch.log.map_state()
    assert watch.look() == []


def test_a_subject_that_the_map_leaves_out_is_told(watch: Watch) -> None:
    log = watch.log
    log.add("甲")
    without = log.twin(log.size - 1)
    log.map_state(root=without.map_root(without.size))
    assert watch.look() == ["MAP"]


def test_a_map_state_of_more_leaves_than_there_were_is_told(watch: Watch) -> None:
    watch.log.map_state(watch.log.size + 1, root=bytes(32))
    watch.log.grow(400)
    assert watch.look() == ["MAP"]


def test_a_map_state_that_goes_back_is_told(watch: Watch) -> None:
    watch.log.grow(400)
    watch.log.map_state(390)
    watch.log.map_state(380)
    assert watch.look() == ["MAP"]


# --- the registry's own statements


def test_a_statement_that_is_not_the_one_in_the_log_is_told(watch: Watch) -> None:
    at = watch.log.size - 1
    watch.log.pages[f"statement/{at}"] = watch.log.statements[0]
    assert watch.look() == ["STATEMENT"]


@pytest.mark.parametrize("content", [None, b"", b"\xff\xff", b"\x0a\x02\x0a\x00"])
def test_a_statement_that_is_not_published_is_told(watch: Watch, content: bytes | None) -> None:
    watch.log.pages[f"statement/{watch.log.size - 1}"] = content
    assert watch.look() == ["STATEMENT"]
    assert watch.mirrored().size == watch.log.size


def test_a_map_state_that_the_log_has_not_signed_is_told(watch: Watch) -> None:
    stated = Statement(map_state=MapState(size=300, root=watch.log.map_root(300)))
    watch.log.state(LeafType.MAP_STATE, stated, SIGNER)
    assert watch.look() == ["STATEMENT"]


def test_a_statement_of_another_log_or_kind_is_told(watch: Watch) -> None:
    state = MapState(size=300, root=watch.log.map_root(300))
    watch.log.state(LeafType.MAP_STATE, Statement(map_state=state, origin="other.example"))
    watch.log.state(LeafType.TIME_ANCHOR, Statement(map_state=state))
    assert watch.look() == ["STATEMENT"] * 2


# --- time anchors


def test_a_time_anchor_over_the_logs_own_root_is_good_and_over_another_is_told(watch: Watch) -> None:
    log = watch.log
    log.anchor(250, log.now_ms)
    assert watch.look() == []
    log.anchor(251, log.now_ms, root=bytes(32))
    log.anchor(log.size + 1, log.now_ms, root=bytes(32))
    log.anchor(0, log.now_ms, root=bytes(32))
    assert watch.look() == ["ANCHOR"] * 3


def test_time_anchors_that_go_back_are_told(watch: Watch) -> None:
    log = watch.log
    log.anchor(250, log.now_ms)
    log.anchor(260, log.now_ms - 10_000)
    assert watch.look() == ["ANCHOR"]


def test_leaves_that_are_dated_otherwise_than_a_stamp_shows_are_told(watch: Watch) -> None:
    """A record that was stamped at noon cannot have been received at one, nor a later one at eleven."""
    log = watch.log
    log.anchor(log.size, log.now_ms - 3_600_000)
    assert watch.look() == ["TIME"]
    log.anchor(log.size, log.now_ms + 3_600_000)
    assert watch.look() == ["TIME"]


def test_a_stamp_by_nobody_that_is_believed_is_told(watch: Watch) -> None:
    watch.policy = Policy.parse(f"{watch.policy.text()}tsa {certificate('TSA')}\n")
    watch.log.anchor(250, watch.log.now_ms)
    assert watch.look() == ["ANCHOR"]
