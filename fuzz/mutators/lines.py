"""Text changed line by line and word by word: policies, notes, tables, TOML and YAML."""

from __future__ import annotations

from random import Random

from fuzz.mutators import odd
from fuzz.mutators.plain import changed as plainly

_ENDS = (b"\n", b"\r\n", b"\r", b"", b"\n\n", b" \n", b"\x00\n")
_PARTERS = (b" ", b",", b"=", b":", b"\t", b"+", b'"', b";", b"/", b".", b"-")


def changed(data: bytes, random: Random) -> bytes:
    """One line changed, moved, repeated or taken away, or one word of it."""
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    act = random.randrange(9)
    if act == 0:
        del lines[at]
    elif act == 1:
        lines.insert(random.randrange(len(lines) + 1), lines[at])
    elif act == 2:
        other = random.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif act == 3:
        lines[at] = plainly(lines[at], random)
    elif act == 4:
        lines[at] += random.choice(_ENDS)
    elif act == 5 and random.random() < 0.2:
        lines[at:at] = [lines[at]] * random.choice((30, 300))
    else:
        lines[at] = _word(lines[at], random)
    return b"\n".join(lines)


def _word(line: bytes, random: Random) -> bytes:
    parter = random.choice([each for each in _PARTERS if each in line] or [b" "])
    words = line.split(parter)
    at = random.randrange(len(words))
    act = random.randrange(5)
    if act == 0:
        del words[at]
    elif act == 1:
        words.insert(at, words[at])
    elif act == 2:
        other = random.randrange(len(words))
        words[at], words[other] = words[other], words[at]
    else:
        words[at] = odd.text(random).encode("utf-8", "surrogatepass")
    return parter.join(words)
