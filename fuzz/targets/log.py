"""What the log is made of: leaves, tiles, notes, checkpoints, proofs, policies, requests to witnesses."""

from __future__ import annotations

from hashlib import sha256
from random import Random

from google.protobuf.message import DecodeError

from fuzz.mutators import lines, plain, wire
from fuzz.target import Prepared, holds, text_of
from fuzz.targets.keys import ORIGIN, note_key, signer
from registry.provenance.checkpoint import Checkpoint, CheckpointError, open_checkpoint, sign_checkpoint
from registry.provenance.cosignature import cosigner_of, sign_cosignature
from registry.provenance.leaf import LEAF_BYTES, Leaf, LeafType
from registry.provenance.map_entry import MapEntry
from registry.provenance.map_mirror import MapMirror
from registry.provenance.map_proof import MapProof, MapProofError, verify_absent, verify_present
from registry.provenance.note import NoteError, add_line, join_note, split_note
from registry.provenance.proof import (
    HashTree,
    ProofError,
    consistency_proof,
    inclusion_proof,
    root_at,
    verify_consistency,
    verify_inclusion,
    verify_range,
)
from registry.provenance.tile_path import TileError, TilePath, decode_bundle, encode_bundle
from registry.provenance.tiles import tile_root, tile_rows
from registry.provenance.tlog_proof import TlogProof
from registry.provenance.vkey import parse_vkey
from registry.provenance.witness_policy import Policy, PolicyError
from registry.v1.receipt_pb2 import MapProof as MapProofMessage
from registry.witness.submission import CheckpointSubmission, SubmissionError

_LEAVES = [sha256(b"%d" % number).digest() for number in range(300)]
_TREE = HashTree(_LEAVES)
_ROOTS = {size: root_at(_TREE, size) for size in range(len(_LEAVES) + 1)}
_HASH = 32


def leaf() -> Prepared:
    """The leaf of the log: what is read is written again as it was."""

    def run(data: bytes) -> bool:
        try:
            read = Leaf.decode(data)
        except ValueError:
            return False
        holds(read.encode() == data, "a leaf is written otherwise than it was read")
        return True

    seeds = [
        Leaf(kind, 1_700_000_000_000 + kind, bytes([kind]) * 32, kind, bytes(32), b"\xcc" * 32, 5).encode()
        for kind in LeafType
    ]
    return Prepared(run, [*seeds, bytes(LEAF_BYTES)])


def tile() -> Prepared:
    """The path of a tile, a bundle of entries and a tile of hashes, by the first byte."""

    def path(data: bytes) -> bool:
        text = text_of(data)
        holds(str(TilePath.parse(text)) == text, "a tile has two paths")
        return True

    def bundle(data: bytes) -> bool:
        width = data[0] if data else 1
        holds(encode_bundle(decode_bundle(data[1:], width)) == data[1:], "a bundle has two spellings")
        return True

    def hashes(data: bytes) -> bool:
        holds(len(tile_rows(data)) == 510 * _HASH and len(tile_root(data)) == _HASH, "a tile lacks rows")
        return True

    def run(data: bytes) -> bool:
        try:
            return (path, bundle, hashes)[data[0] % 3](data[1:]) if data else False
        except TileError:
            return False

    paths = ("tile/0/000", "tile/entries/x001/x234/067", "tile/2/000.p/1", "tile/63/x999/999.p/255")
    seeds = [b"\x00" + each.encode() for each in paths]
    seeds += [b"\x01\x02" + encode_bundle([b"abc", b""]), b"\x01\x01" + encode_bundle([bytes(LEAF_BYTES)])]
    seeds += [b"\x02" + bytes(256 * _HASH), b"\x02" + b"".join(_LEAVES[:256])]
    return Prepared(run, seeds)


def _note(*names: str, size: int = 300, extensions: tuple[str, ...] = ()) -> str:
    made = Checkpoint(ORIGIN, size, _ROOTS[size], extensions)
    return sign_checkpoint(made, *map(signer, names))


def checkpoint() -> Prepared:
    """A signed checkpoint: as it came, and with the text signed again, so that its own reader is reached."""
    key = note_key("log")

    def run(data: bytes) -> bool:
        text = text_of(data)
        try:
            body, signed = split_note(text)
            holds(join_note(body, signed) == text, "a note has two spellings")
            holds(add_line(text, signed[0].text) == text, "a line that is there is added again")
            read = Checkpoint.parse(body)
            holds(read.text() == body, "a checkpoint has two spellings")
            opened = open_checkpoint(text, key, origin=ORIGIN)
        except (NoteError, CheckpointError):
            return False
        holds(opened.size == 300 or opened.size in (0, 7), "a checkpoint that nobody signed is believed")
        return True

    seeds = [
        _note("log"),
        _note("log", "second"),
        _note("log", size=7, extensions=("a", "b c")),
        _note("other"),
    ]
    return Prepared(run, [each.encode() for each in seeds], (lines.changed,))


def checkpoint_text() -> Prepared:
    """The text of a checkpoint alone."""

    def run(data: bytes) -> bool:
        text = text_of(data)
        try:
            read = Checkpoint.parse(text)
        except CheckpointError:
            return False
        holds(read.text() == text, "a checkpoint has two spellings")
        return True

    seeds = [Checkpoint(ORIGIN, size, _ROOTS[size], ("x",) * (size % 3)).text() for size in (0, 1, 300)]
    return Prepared(run, [each.encode() for each in seeds], (lines.changed,))


def vkey() -> Prepared:
    """A verifier key."""

    def run(data: bytes) -> bool:
        text = text_of(data)
        try:
            read = parse_vkey(text)
        except NoteError:
            return False
        holds(read.vkey == text, "a verifier key has two spellings")
        return True

    seeds = [note_key("log").vkey, cosigner_of("w", signer("w").public_key).vkey]
    return Prepared(run, [each.encode() for each in seeds], (lines.changed,))


def policy() -> Prepared:
    """A verifier's policy: what is read, written and read again is the same."""
    note = _note("log", "second")
    cosigned = sign_cosignature(split_note(note)[0], 1_700_000_000, name="w1.example", signer=signer("w1"))
    note = add_line(note, cosigned)

    def run(data: bytes) -> bool:
        try:
            read = Policy.parse(data)
        except PolicyError:
            return False
        holds(Policy.parse(read.text()) == read, "a policy is read otherwise than it was written")
        checked = read.examine(note)
        holds(checked.faults or checked.log_keys or not read.logs, "a checkpoint is accepted by nobody's key")
        return True

    log, second = note_key("log").vkey, note_key("second").vkey
    witnesses = "".join(
        f"witness W{each} {cosigner_of(f'w{each}.example', signer(f'w{each}').public_key).vkey}\n"
        for each in range(3)
    )
    seeds = [
        f"log {log}\nquorum none\n",
        f"# one\nlog {log} https://log.example/\nrequire {second} 5 -\nreceipt {second} 0 7\n{witnesses}"
        "group G 2 W0 W1 W2\ngroup H any G\nquorum H\nsuite ed25519 0\n",
    ]
    return Prepared(run, [each.encode() for each in seeds], (lines.changed,))


def submission() -> Prepared:
    """A request to a witness to cosign."""

    def run(data: bytes) -> bool:
        try:
            read = CheckpointSubmission.parse(data)
        except SubmissionError:
            return False
        holds(read.encode() == data, "a request to a witness has two spellings")
        return True

    proof = consistency_proof(_TREE, 7, 300)
    seeds = [CheckpointSubmission(7, proof, _note("log")).encode(), CheckpointSubmission(0, (), "x").encode()]
    return Prepared(run, seeds, (lines.changed,))


def tlog_proof() -> Prepared:
    """A proof as a file of text (C2SP tlog-proof)."""

    def run(data: bytes) -> bool:
        text = text_of(data)
        try:
            read = TlogProof.parse(text)
        except (ProofError, NoteError, CheckpointError):
            return False
        holds(read.text() == text, "a proof has two spellings")
        return True

    seeds = [TlogProof(at, inclusion_proof(_TREE, at, 300), _note("log")).text() for at in (0, 7, 299)]
    return Prepared(run, [each.encode() for each in seeds], (lines.changed,))


def _sized(data: bytes) -> tuple[int, int, list[bytes]]:
    """Two numbers and hashes: what a proof is made of."""
    first, second = int.from_bytes(data[:8], "big"), int.from_bytes(data[8:16], "big")
    rest = data[16:]
    return first, second, [rest[at : at + _HASH] for at in range(0, len(rest), _HASH)]


def inclusion() -> Prepared:
    """An inclusion proof: nothing but the one proof of a leaf leads to the root."""

    def run(data: bytes) -> bool:
        index, size, hashes = _sized(data)
        if not hashes:
            return False
        root = _ROOTS.get(size, bytes(_HASH))  # A root says nothing of trees of another size.
        try:
            verify_inclusion(hashes[0], index, size, hashes[1:], root)
            verify_range([hashes[0]], index, size, (hashes[1:], hashes[1:]), root)
        except ProofError:
            return False
        holds(size <= 300 and hashes[0] == _LEAVES[index], "a leaf is proven that is not there")
        holds(tuple(hashes[1:]) == inclusion_proof(_TREE, index, size), "a leaf has two proofs")
        return True

    def seed(index: int, size: int) -> bytes:
        head = index.to_bytes(8, "big") + size.to_bytes(8, "big")
        return head + _LEAVES[index] + b"".join(inclusion_proof(_TREE, index, size))

    return Prepared(run, [seed(0, 1), seed(0, 7), seed(6, 7), seed(3, 8), seed(255, 300), seed(299, 300)])


def consistency() -> Prepared:
    """A consistency proof: nothing but the one proof leads from tree to tree."""

    def run(data: bytes) -> bool:
        old, new, hashes = _sized(data)
        # A root says nothing of trees of another size.
        roots = [_ROOTS.get(size, bytes(_HASH)) for size in (old, new)]
        try:
            verify_consistency(old, roots[0], new, roots[1], hashes)
        except ProofError:
            return False
        holds(old == 0 or old <= new <= 300, "a tree is grown that is not there")
        holds(not hashes or tuple(hashes) == consistency_proof(_TREE, old, new), "a growth has two proofs")
        return True

    def seed(old: int, new: int) -> bytes:
        proof = consistency_proof(_TREE, old, new)
        return old.to_bytes(8, "big") + new.to_bytes(8, "big") + b"".join(proof)

    return Prepared(run, [seed(0, 7), seed(7, 7), seed(4, 8), seed(7, 300), seed(256, 300), seed(299, 300)])


def map_proof() -> Prepared:
    """A proof of the map: no key is both there and not there, and what is there has one head."""
    random = Random(9)
    entries = [MapEntry(random.randbytes(32), count + 1, random.randbytes(32)) for count in range(40)]
    mirror = MapMirror(entries)
    present, absent = entries[7], random.randbytes(32)

    def run(data: bytes) -> bool:
        try:
            proof = MapProof.from_message(MapProofMessage.FromString(data))
        except DecodeError:
            return False
        taken = False
        for key, there in ((present.key, True), (absent, False)):
            try:
                verify_absent(mirror.root, key, proof)
            except MapProofError:
                pass
            else:
                holds(not there, "a key that is there is proven absent")
                taken = True
        for key, count, head in ((present.key, 8, bytes(32)), (absent, 1, bytes(32)), present):
            try:
                verify_present(mirror.root, key, count, head, proof)
            except MapProofError:
                continue
            holds((key, count, head) == present, "what is not there is proven present")
            taken = True
        return taken

    def message(key: bytes) -> bytes:
        content: bytes = mirror.prove(key).proof.to_message().SerializeToString()
        return content

    return Prepared(run, [message(present.key), message(absent)], (wire.changed, plain.changed))
