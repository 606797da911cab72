"""JSON changed value by value: what is no JSON at all is left to the mutator of bytes."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from fuzz.mutators import odd
from fuzz.mutators.plain import changed as plainly


class _Raw(float):
    """A number that is written as it stands."""

    def __new__(cls, written: str) -> _Raw:
        made = super().__new__(cls, 0.5)
        made.written = written
        return made

    written: str

    def __repr__(self) -> str:
        return self.written


_RAW = ("NaN", "Infinity", "-Infinity", "1e999", "-0", "1e-999", "1.0", "1E2", "0.1", "9" * 400, "9" * 5000)


def changed(data: bytes, random: Random) -> bytes:
    """One value of the text changed, a name repeated, or the whole nested deeper."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return plainly(data, random)
    act = random.random()
    if act < 0.05:
        return b"[" * 2000 + data + b"]" * random.choice((0, 1999, 2000))
    if act < 0.1:
        return data.replace(b",", b', "a": 1, "a": 2,', 1) if act < 0.08 else data + data
    where = list(_places(value))
    if not where:
        return _text(_odd(random)).encode("utf-8", "surrogatepass")
    holder, key = random.choice(where)
    _act(holder, key, random)
    return _text(value, spaced=random.random() < 0.2).encode("utf-8", "surrogatepass")


def _text(value: Any, *, spaced: bool = False) -> str:
    # repr of _Raw is asked for only by the encoder written in Python.
    plain = json.JSONEncoder(ensure_ascii=False, indent=1 if spaced else None)
    marked: dict[str, str] = {}

    def mark(each: Any) -> Any:
        if isinstance(each, _Raw):
            name = f"\x01raw{len(marked)}\x01"
            marked[json.dumps(name, ensure_ascii=False)] = each.written
            return name
        if isinstance(each, dict):
            return {name: mark(held) for name, held in each.items()}
        return [mark(held) for held in each] if isinstance(each, list) else each

    text = plain.encode(mark(value))
    for name, written in marked.items():
        text = text.replace(name, written)
    return text


def _places(value: Any) -> Any:
    if isinstance(value, dict):
        keys: Any = list(value)
    elif isinstance(value, list):
        keys = range(len(value))
    else:
        return
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _odd(random: Random) -> Any:
    kind = random.randrange(7)
    if kind < 3:
        return odd.text(random)
    if kind == 3:
        return _Raw(random.choice(_RAW))
    if kind == 4:
        return random.choice((None, True, False, [], {}, [[]], {"": {}}))
    return random.choice((1, -1)) * odd.number(random)


def _act(holder: Any, key: Any, random: Random) -> None:
    act = random.randrange(8)
    held = holder[key]
    if act == 0:
        del holder[key]
    elif act == 1 and isinstance(holder, list):
        holder.insert(key, held)
    elif act == 1 or act == 2:
        if isinstance(holder, dict):
            holder[odd.text(random)] = holder.pop(key)
        else:
            holder[key] = [held]
    elif act == 3 and isinstance(held, str):
        holder[key] = plainly(held.encode(), random).decode("utf-8", "replace")
    elif act == 4 and isinstance(holder, list):
        holder[key:key] = [held] * random.choice((2, 40))
    else:
        holder[key] = _odd(random)
