"""Checks an archive of a registry without any program of the registry: standard library and `cryptography`.

    python3 verify_export.py DIRECTORY [--policy FILE] [--passphrase-file FILE] [--checkpoint FILE]...

1. Every file is as SHA256SUMS says, none is missing, and there is no other.
2. Every statement that is there has the SHA-256 that its leaf names (over DSSE's encoding), is in its place,
   and each subject's leaves form a chain.
3. The leaves come to the root (RFC 6962) that `checkpoint` names, every tile is what its leaves give, and the
   log's key signed it. `--checkpoint` names others that somebody held: each root must be the one at its size.

Keys are those of verify.policy in the archive, unless `--policy` names one that came from somewhere else,
which proves more: what lies in the archive anybody may have put there. Ed25519 and ECDSA P-256 are verified;
of an SM2 line it is told that it was not. Not checked: the law and departments' signatures (`registry import
--open` does), and records that are in no leaf (queries, notices, reports). Exit code 0: all of it holds.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BLOCK, TAG, WIDTH, PER_FILE, LONGEST_LINE = 65536, 16, 256, 1024, 1 << 24
IN_CLEAR = {"archive.json", "README.md", "verify_export.py", "SHA256SUMS"}
ED25519, P256 = b"\x01", b"\xffregistry.v1/ecdsa-p256-sha256\n"


class FaultError(Exception):
    """The archive is not what it says; the message says where."""


def need(holds: object, message: str) -> None:
    """Raises FaultError unless something holds."""
    if not holds:
        raise FaultError(message)


def check_sums(home: Path) -> dict[str, str]:
    """The sums of every file, once each is as they say."""
    sums = {}
    for line in (home / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        need(name and not name.startswith("/") and ".." not in name.split("/"), f"SHA256SUMS: {name!r}")
        sums[name] = digest
    there = {p.relative_to(home).as_posix() for p in home.rglob("*") if p.is_symlink() or not p.is_dir()}
    for name in sorted(there ^ (sums.keys() | {"SHA256SUMS"})):
        raise FaultError(f"{name}: " + ("in no sum" if name in there else "missing"))
    for name, digest in sums.items():
        found = hashlib.sha256()
        with (home / name).open("rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                found.update(block)
        need(found.hexdigest() == digest, f"{name}: another SHA-256")
    return sums


class Archive:
    """Files of an archive, opened where they are sealed."""

    def __init__(self, home: Path, passphrase: bytes) -> None:
        self.home = home
        self.key: bytes | None = None
        self.header = json.loads((home / "archive.json").read_text("utf-8"))
        need(self.header["format"] == "registry-archive/1", "archive.json: another format")
        if self.header["salt"]:
            need(passphrase, "the archive is sealed: --passphrase-file")
            salt = bytes.fromhex(self.header["salt"])
            self.key = hashlib.scrypt(passphrase, salt=salt, n=1 << 17, r=8, p=1, maxmem=1 << 28, dklen=32)

    def parts(self, name: str) -> Iterator[bytes]:
        """The content of a file, part by part."""
        with (self.home / name).open("rb") as file:
            if self.key is None or name in IN_CLEAR:
                yield from iter(lambda: file.read(1 << 20), b"")
                return
            cipher = AESGCM(hmac.digest(self.key, f"registry-archive/1 {name}".encode(), "sha256"))
            number, block = 0, file.read(BLOCK + TAG)
            while True:
                after = file.read(BLOCK + TAG)
                nonce = number.to_bytes(11, "big") + bytes([not after])
                try:
                    yield cipher.decrypt(nonce, block, None)
                except (InvalidTag, ValueError):
                    raise FaultError(f"{name}: does not open (wrong pass phrase?)") from None
                if not after:
                    return
                number, block = number + 1, after

    def read(self, name: str) -> bytes:
        """The content of a file."""
        return b"".join(self.parts(name))

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """The lines of a file."""
        held, length = [], 0  # Put together once: a line may come in hundreds of blocks.
        for part in self.parts(name):
            first, *more = part.split(b"\n")
            held.append(first)
            length += len(first)
            need(length <= LONGEST_LINE, f"{name}: a line is too long")
            if more:
                yield from map(json.loads, (b"".join(held), *more[:-1]))
                held, length = more[-1:], len(more[-1])
        need(not length, f"{name}: its last line is not whole")


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees (RFC 6962)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """One hash for each complete subtree at the right edge, and the hashes of each level's last tile."""

    def __init__(self, wanted: list[int], tile: Callable[[int | str, int, int, bytes], None]) -> None:
        self.peaks: list[tuple[int, bytes]] = []
        self.levels: list[list[bytes]] = [[]]
        self.roots: dict[int, bytes] = {}
        self.size, self.wanted, self.tile = 0, set(wanted), tile

    def add(self, hashed: bytes) -> None:
        """Takes the hash of one more leaf."""
        self.size += 1
        self._tile(0, hashed)
        self.peaks.append((1, hashed))
        while len(self.peaks) > 1 and self.peaks[-1][0] == self.peaks[-2][0]:
            (count, left), (_, right) = self.peaks[-2:]
            self.peaks[-2:] = [(2 * count, node(left, right))]
        if self.size in self.wanted:
            self.roots[self.size] = self.root()

    def root(self) -> bytes:
        """The root over all of them."""
        root = self.peaks[-1][1]
        for _, peak in reversed(self.peaks[:-1]):
            root = node(peak, root)
        return root

    def _tile(self, level: int, hashed: bytes) -> None:
        held = self.levels[level]
        held.append(hashed)
        if len(held) < WIDTH:
            return
        number = (self.size >> 8 * (level + 1)) - 1
        self.tile(level, number, WIDTH, b"".join(held))
        row = list(held)
        while len(row) > 1:
            row = [node(row[n], row[n + 1]) for n in range(0, len(row), 2)]
        held.clear()
        if level + 1 == len(self.levels):
            self.levels.append([])
        self._tile(level + 1, row[0])


def tile_name(level: int | str, number: int, width: int) -> str:
    """The path of a tile (C2SP tlog-tiles)."""
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03}")
    return f"tile/{level}/{'/'.join(reversed(groups))}" + ("" if width == WIDTH else f".p/{width}")


class Statements:
    """The statements one after another: each what its leaf names, each leaf in its chain and in the tree."""

    def __init__(self, archive: Archive, wanted: list[int]) -> None:
        self.archive = archive
        self.tree = Tree(wanted, self.compare)
        self.tiles: set[str] = set()
        self.erased = self.received_ms = 0
        self.chains: dict[bytes, tuple[int, bytes]] = {}
        self.bundle: list[bytes] = []

    def compare(self, level: int | str, number: int, width: int, content: bytes) -> None:
        """Compares a tile with what the leaves give."""
        name = tile_name(level, number, width)
        need(self.archive.read(name) == content, f"{name}: not what the leaves give")
        self.tiles.add(name)

    def check(self) -> None:
        """Goes through all of them."""
        size = self.archive.header["size"]
        for start in range(0, size, PER_FILE):
            name = f"statements/{start // PER_FILE:06}.jsonl"
            rows = self.archive.rows(name)
            for position in range(start, min(start + PER_FILE, size)):
                row = next(rows, None)
                need(row and row["position"] == position, f"{name}: no statement {position}")
                self.take(position, row or {})
            need(next(rows, None) is None, f"{name}: more statements than there are positions")
        if self.bundle:
            self.flush()
        for level, held in enumerate(self.tree.levels):
            if held:
                self.compare(level, size >> 8 * (level + 1), len(held), b"".join(held))

    def take(self, position: int, row: dict[str, Any]) -> None:
        """One statement."""
        leaf = base64.b64decode(row["leaf"], validate=True)
        need(len(leaf) == 122 and leaf[0] == 1, f"statement {position}: no leaf")
        received_ms, subject = int.from_bytes(leaf[2:10], "big"), leaf[10:42]
        need(received_ms >= self.received_ms, f"statement {position}: received before the one before it")
        chain = (int.from_bytes(leaf[42:50], "big"), leaf[50:82])
        expected = self.chains.get(subject, (0, bytes(32)))
        need(chain == expected, f"statement {position}: not the next of its subject")
        if row["payload"] is None:
            need(row["erased_by"] is not None, f"statement {position}: neither there nor erased")
            self.erased += 1
        else:
            payload, kind = base64.b64decode(row["payload"], validate=True), row["payload_type"].encode()
            signed = hashlib.sha256(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
            need(signed.digest() == leaf[82:114], f"statement {position}: not what its leaf names")
        hashed = hashlib.sha256(b"\x00" + leaf).digest()
        self.received_ms, self.chains[subject] = received_ms, (chain[0] + 1, hashed)
        self.bundle.append(leaf)
        self.tree.add(hashed)
        if len(self.bundle) == WIDTH:
            self.flush()

    def flush(self) -> None:
        """Compares the bundle of the last leaves."""
        content = b"".join(len(each).to_bytes(2, "big") + each for each in self.bundle)
        self.compare("entries", (self.tree.size - 1) // WIDTH, len(self.bundle), content)
        self.bundle.clear()


def policy_keys(text: str) -> tuple[dict[tuple[str, bytes], bytes], list[tuple[str, bytes, int, int]]]:
    """Keys by name and id, of `log` and `require` lines; and which of them sizes in a range need."""
    keys: dict[tuple[str, bytes], bytes] = {}
    required = []
    for line in text.splitlines():
        words = line.split()
        if words and words[0] in ("log", "require"):
            name, key_id, content = words[1].split("+", 2)
            decoded = base64.b64decode(content)
            named = hashlib.sha256(name.encode() + b"\n" + decoded).hexdigest()[:8]
            need(named == key_id, f"verify.policy: {words[1]} is not what its id says")
            keys[name, bytes.fromhex(key_id)] = decoded
            if words[0] == "require":
                first = int(words[2]) if len(words) > 2 else 0
                last = int(words[3]) if len(words) > 3 and words[3] != "-" else 1 << 64
                required.append((name, bytes.fromhex(key_id), first, last))
    return keys, required


def verify_line(key: bytes, text: bytes, signature: bytes) -> bool | None:
    """Whether a signature holds; None for a suite that is not known here."""
    try:
        if key.startswith(ED25519):
            ed25519.Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature, text)
            return True
        if key.startswith(P256):
            half = len(signature) // 2
            r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
            public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key[len(P256) :])
            public.verify(encode_dss_signature(r, s), text, ec.ECDSA(hashes.SHA256()))
            return True
    except InvalidSignature:
        return False
    return None


def open_note(note: str, policy: str, origin: str, *, unsigned: bool = False) -> tuple[int, bytes]:
    """Size and root of a signed checkpoint. Raises FaultError unless the keys that it needs signed it."""
    text, _, lines = note.partition("\n\n")
    text += "\n"
    name, size, root = text.split("\n")[:3]
    need(name == origin, f"a checkpoint of {name!r}")
    if unsigned and not lines:
        print(
            "note: this is what there was at an earlier moment; its checkpoint is not signed (--checkpoint)"
        )
        return int(size), base64.b64decode(root)
    keys, required = policy_keys(policy)
    seen: dict[tuple[str, bytes], bool | None] = {}
    for line in lines.splitlines():
        _, who, content = line.split(" ", 2)
        decoded = base64.b64decode(content)
        key = keys.get((who, decoded[:4]))
        if key is not None:
            held = verify_line(key, text.encode(), decoded[4:])
            need(held is not False, f"a signature of {who}+{decoded[:4].hex()} is wrong")
            seen[who, decoded[:4]] = held
            if held is None:
                print(f"note: {who}+{decoded[:4].hex()} signs with a suite that is not checked here")
    need(any(seen.values()), "no key of the policy signed the checkpoint in a suite that is checked here")
    for who, key_id, first, last in required:
        if first <= int(size) <= last:
            need((who, key_id) in seen, f"the line of {who}+{key_id.hex()} is missing")
    return int(size), base64.b64decode(root)


def check(arguments: argparse.Namespace) -> None:
    """All of it."""
    home: Path = arguments.directory
    sums = check_sums(home)
    phrase = arguments.passphrase_file.read_bytes().rstrip(b"\r\n") if arguments.passphrase_file else b""
    archive = Archive(home, phrase)
    header = archive.header
    policy = (
        arguments.policy.read_text("utf-8") if arguments.policy else archive.read("verify.policy").decode()
    )
    note, past = archive.read("checkpoint").decode(), bool(header["as_of"])
    size, root = open_note(note, policy, header["origin"], unsigned=past)
    need((size, root.hex()) == (header["size"], header["root"]), "checkpoint and archive.json differ")
    held = [open_note(path.read_text("utf-8"), policy, header["origin"]) for path in arguments.checkpoint]
    statements = Statements(archive, [each for each, _ in held])
    statements.check()
    tree, tiles, erased = statements.tree, statements.tiles, statements.erased
    need((tree.size, tree.root()) == (size, root), "the leaves do not come to the root that was signed")
    for each, hashed in held:
        need(each <= size, f"a checkpoint of {each} statements is held; here are {size}")
        need(tree.roots[each] == hashed, f"a checkpoint of size {each} is held that is not of this log")
    named = {name for name in sums if name.startswith("tile/")}
    need(named == tiles, f"tiles that are none of the tree: {sorted(named - tiles)[:3]}")
    print(f"{header['origin']}: {size} statements, {erased} erased, {len(sums) + 1} files, root {root.hex()}")
    print(f"holds: sums, statements, chains, leaves, tiles, signature, {len(held)} held checkpoints")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Checks an archive of a registry (README.md).")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--policy", type=Path)
    parser.add_argument("--passphrase-file", type=Path)
    parser.add_argument("--checkpoint", type=Path, action="append", default=[])
    try:
        check(parser.parse_args())
    except (FaultError, OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
        sys.exit(f"does not hold: {fault}")


if __name__ == "__main__":
    main()
