"""Every regular expression of the product, and texts that make a bad one slow.

    python -m tests.fuzz.patterns       # in a process of its own: prints those that take too long, and exits
    1

A pattern is found where it is written (``re.compile`` and literals given to ``re``'s functions, by the syntax
tree) and, where it is put together, by asking its module. It is tried as it is used: ``fullmatch``,
``search``, ``sub`` … The texts repeat what the pattern itself speaks of, one or two kinds of characters at a
time, and end in something else. A pattern whose time grows with the length takes a few milliseconds for the
longest; one whose time grows with its square takes seconds, one that tries everything no longer ends.
"""

from __future__ import annotations

import ast
import importlib
import re
import re._constants as sre  # type: ignore[import-not-found, unused-ignore]
import re._parser as sre_parse  # type: ignore[import-not-found, unused-ignore]
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    ROOT / "registry",
    *(ROOT / "clients" / each for each in ("registry_client", "registry_papers", "registry_web")),
)
LENGTH = 16_384
MOST_S = 0.15
"""CPU time for the longest text: a hundred times what the slowest pattern whose time grows with it takes."""
CPU_S = 120
_USES = ("fullmatch", "match", "search", "sub", "findall", "finditer", "split", "subn")
_CATEGORIES = {
    "CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a", "CATEGORY_NOT_DIGIT": "a",
    "CATEGORY_NOT_SPACE": "a", "CATEGORY_NOT_WORD": "-",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern, where it stands, and how it is used."""

    place: str
    pattern: re.Pattern[Any]
    uses: frozenset[str]


def patterns() -> Iterator[Found]:
    """All of them."""
    for package in PACKAGES:
        for path in sorted(package.rglob("*.py")):
            if "v1" not in path.parts:
                yield from _of_file(path)


def _of_file(path: Path) -> Iterator[Found]:
    text = path.read_text("utf-8")
    if "import re" not in text:
        return
    tree = ast.parse(text)
    used: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _USES and isinstance(node.value, ast.Name):
            used.setdefault(node.value.id, set()).add(node.attr)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _of_re(node.func):
            yield from _of_call(path, node, parents, used)


def _of_re(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return False
    return function.value.id == "re" and function.attr in ("compile", *_USES)


def _of_call(
    path: Path, call: ast.Call, parents: dict[ast.AST, ast.AST], used: dict[str, set[str]]
) -> Iterator[Found]:
    place = f"{path.relative_to(ROOT)}:{call.lineno}"
    name = call.func.attr  # type: ignore[attr-defined]
    above, at = parents.get(call), cast("ast.AST", call)
    uses = {name} if name != "compile" else set()
    if isinstance(above, ast.Attribute):
        uses, at, above = {above.attr}, above, parents.get(above)
    target = None
    if isinstance(above, ast.Assign | ast.AnnAssign) and above.value is at:
        first = above.targets[0] if isinstance(above, ast.Assign) else above.target
        target = first.id if isinstance(first, ast.Name) else None
    made = _made(path, call, target)
    if made is None:
        return
    for each in made:
        yield Found(place, each, frozenset(uses or used.get(target or "", set(_USES))))


def _made(path: Path, call: ast.Call, target: str | None) -> list[re.Pattern[Any]] | None:
    written = call.args[0]
    if isinstance(written, ast.Constant) and isinstance(written.value, str | bytes):
        flags = _flags(call)
        return [re.compile(written.value, flags)]
    if target is None:
        return None  # Made of what is given at the time, each part escaped: told by ``made_at_the_time``.
    held = getattr(_module(path), target, None)
    held = getattr(held, "__self__", held)
    return [held] if isinstance(held, re.Pattern) else None


def _flags(call: ast.Call) -> int:
    given = [*call.args[1:], *(each.value for each in call.keywords if each.arg == "flags")]
    names = [node.attr for each in given for node in ast.walk(each) if isinstance(node, ast.Attribute)]
    return sum({getattr(re, name) for name in names if isinstance(getattr(re, name, None), re.RegexFlag)})


def _module(path: Path) -> Any:
    base = ROOT / "clients" if (ROOT / "clients") in path.parents else ROOT
    return importlib.import_module(".".join(path.relative_to(base).with_suffix("").parts))


def texts(pattern: re.Pattern[Any]) -> list[Any]:
    """Texts that the pattern nearly fits, again and again."""
    chars = list(dict.fromkeys(_characters(sre_parse.parse(pattern.pattern, pattern.flags))))[:10]
    pairs = [one + other for one in chars[:6] for other in chars[:6] if one != other]
    made = [each * (LENGTH // len(each)) + end for each in (*chars, *pairs) for end in ("", "\x00")]
    return [each.encode("utf-8") for each in made] if isinstance(pattern.pattern, bytes) else made


def _characters(parsed: Iterable[Any]) -> Iterator[str]:
    for op, value in parsed:
        if op is sre.LITERAL:
            yield chr(value)
        elif op is sre.NOT_LITERAL or op is sre.ANY:
            yield "a"
        elif op is sre.IN:
            yield from _of_set(value)
        else:
            yield from _inside(value)


def _of_set(items: list[Any]) -> Iterator[str]:
    if items[0][0] is sre.NEGATE:
        excluded = {value for op, value in items[1:] if op is sre.LITERAL}
        yield next(each for each in "a1 .-=<" if ord(each) not in excluded)
        return
    for op, value in items[:4]:
        if op is sre.LITERAL:
            yield chr(value)
        elif op is sre.RANGE:
            yield chr(value[0])
        elif op is sre.CATEGORY:
            yield _CATEGORIES[str(value)]


def _inside(value: Any) -> Iterator[str]:
    """Characters of whatever patterns lie in a repetition, group, branch or look-around."""
    if isinstance(value, sre_parse.SubPattern):
        yield from _characters(value)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _inside(each)


def slow(found: Found) -> Iterator[str]:
    """What takes too long: use and the beginning of the text."""
    for text in texts(found.pattern):
        for use in sorted(found.uses):
            began = time.process_time()
            _apply(found.pattern, use, text)
            took = time.process_time() - began
            if took > MOST_S:
                yield f"{found.place} {use} {text[:6]!r}… {took:.1f}s"
                return


def _apply(pattern: re.Pattern[Any], use: str, text: Any) -> None:
    if use in ("sub", "subn"):
        pattern.sub(text[:0], text)
    elif use == "finditer":
        for _ in pattern.finditer(text):
            pass
    else:
        getattr(pattern, use)(text)


def main() -> int:
    """0 if none is slow."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    count, wrong = 0, []
    for found in patterns():
        count += 1
        print(found.place, flush=True)  # Whoever does not end is the last one that was named.
        wrong += list(slow(found))
    print(f"{count} patterns", *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
