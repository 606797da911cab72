"""The map's tree by its definition alone, bit by bit: the slow reference; and sets of keys that try it."""

from hashlib import sha256
from random import Random

from registry.provenance.map_entry import MapEntry

KEYS_ALIKE = 24


def defined_root(entries: list[MapEntry], depth: int = 0) -> bytes:
    if not entries:
        return bytes(32)
    if len(entries) == 1:
        entry = entries[0]
        return sha256(b"\x00" + entry.key + entry.count.to_bytes(8, "big") + entry.head).digest()
    halves: tuple[list[MapEntry], list[MapEntry]] = ([], [])
    for entry in entries:
        halves[int(bits_of(entry.key)[depth])].append(entry)
    left, right = (defined_root(half, depth + 1) for half in halves)
    return sha256(b"\x01" + left + right).digest()


def bits_of(key: bytes) -> str:
    return f"{int.from_bytes(key, 'big'):0256b}"


def entry(key: bytes, leaves: int = 1) -> MapEntry:
    return MapEntry(key, leaves, sha256(key + bytes([leaves])).digest())


def scattered(count: int, seed: int = 1) -> list[bytes]:
    dice = Random(seed)
    return [dice.randbytes(32) for _ in range(count)]


def alike(seed: int = 1) -> list[bytes]:
    """Keys that differ from one another in a few places only, the last bit among them."""
    dice = Random(seed)
    first = dice.getrandbits(256)
    turned = {0, 1, 2, 3, 100, 254, *dice.sample(range(256), KEYS_ALIKE)}
    return [(first ^ 1 << place).to_bytes(32, "big") for place in turned] + [first.to_bytes(32, "big")]


KEY_SETS = {
    "none": [],
    "one": scattered(1),
    "two that part at the first bit": [bytes(32), b"\x80" + bytes(31)],
    "two that part at the last bit": [bytes(32), bytes(31) + b"\x01"],
    "ends of the range": [bytes(32), b"\xff" * 32],
    "alike": alike(),
    "alike in the beginning, then scattered": [bytes(20) + key[:12] for key in scattered(60)],
    "scattered": scattered(300),
    "scattered and alike": scattered(100, 2) + alike(2),
}
