"""What the pages say, found in their sources, so that nothing is said in one language alone.

* Templates: every Chinese text in the arguments of ``t(…)``, or of a macro that is handed ``t``.
* Scripts: every Chinese text in a string.

Example: of ``{{ t({"a": "甲", "b": "乙"}[x]) }}`` both 甲 and 乙.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

import registry_web

HOME = Path(registry_web.__file__).parent
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def templates() -> list[Path]:
    """Every template."""
    return sorted((HOME / "templates").rglob("*.html"))


def scripts() -> list[Path]:
    """Every script."""
    return sorted((HOME / "static").glob("*.js"))


def said_in_template(source: str) -> Iterator[str]:
    """The texts that a template has translated."""
    for call in Environment().parse(source).find_all(nodes.Call):
        called = isinstance(call.node, nodes.Name) and call.node.name == "t"
        handed = bool(call.args) and isinstance(call.args[0], nodes.Name) and call.args[0].name == "t"
        if called or handed:
            for argument in (*call.args, *call.kwargs):
                found = [argument] if isinstance(argument, nodes.Const) else argument.find_all(nodes.Const)
                yield from (each.value for each in found if is_chinese(each.value))


def said_in_script(source: str) -> Iterator[str]:
    """The texts in a script."""
    for found in _STRING.findall(_COMMENT.sub("", source)):
        if is_chinese(found):
            yield found


def is_chinese(value: object) -> bool:
    """Whether a value is a text with Chinese in it."""
    return isinstance(value, str) and _CHINESE.search(value) is not None
