"""Changes that know nothing of the form: what is used where there is no libFuzzer."""

from __future__ import annotations

from random import Random

from fuzz.mutators import odd


def changed(data: bytes, random: Random) -> bytes:
    """The input with one to four small changes."""
    out = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(out) + 1)
        _ONE[random.randrange(len(_ONE))](out, at, random)
    return bytes(out)


def _flip(out: bytearray, at: int, random: Random) -> None:
    if at < len(out):
        out[at] ^= 1 << random.randrange(8)


def _any_byte(out: bytearray, at: int, random: Random) -> None:
    if at < len(out):
        out[at] = random.getrandbits(8)


def _insert(out: bytearray, at: int, random: Random) -> None:
    out[at:at] = random.randbytes(random.randint(1, 8))


def _odd(out: bytearray, at: int, random: Random) -> None:
    out[at:at] = odd.text(random).encode("utf-8", "surrogatepass")


def _remove(out: bytearray, at: int, random: Random) -> None:
    del out[at : at + random.randint(1, 32)]


def _repeat(out: bytearray, at: int, random: Random) -> None:
    out[at:at] = out[at : at + random.randint(1, 64)]


def _cut(out: bytearray, at: int, random: Random) -> None:
    if random.random() < 0.2:
        del out[at:]


def _swap(out: bytearray, at: int, random: Random) -> None:
    other = random.randrange(len(out) + 1)
    first, second = sorted((at, other))
    length = random.randint(1, 16)
    out[first : first + length], out[second : second + length] = (
        out[second : second + length],
        out[first : first + length],
    )


_ONE = (_flip, _any_byte, _insert, _odd, _remove, _repeat, _cut, _swap)
