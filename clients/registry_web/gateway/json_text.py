"""Reading JSON (RFC 8259) that somebody else wrote, so that whatever is wrong with it has a place.

* UTF-8 without a byte order mark; what is not JSON is told with line and column.
* What Python would take and others would not, or would take otherwise, is not a value but a ``Flaw`` where it
  stands: NaN and infinities, integers of more than 20 digits, and an object in which a name occurs twice (RFC
  8259 §4: what it means would be anybody's guess). Whoever reads the values tells them with their path.
* Bounded before it is parsed: so many commas and brackets are so many values, however short the text.

Example: ``read_json(b'{"a": 1, "a": 2}')`` is a ``Flaw``, ``read_json(b'{"a": }')`` raises ``JsonTextError``
with the message ``请求不是合格的 JSON: 第1行第7列: 此处应有一个值``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

MAX_VALUES = 300_000
"""Ten thousand questions have a tenth of it."""
PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
"""A name that may be repeated in a message: it is of a program's and no person's."""
_LONGEST_INTEGER = 20
_MARK = "\ufeff".encode()
_SAID = {
    "Expecting value": "此处应有一个值",
    "Expecting property name enclosed in double quotes": "此处应有双引号中的名称",
    "Expecting ',' delimiter": "此处应有逗号",
    "Expecting ':' delimiter": "此处应有冒号",
    "Extra data": "此处之前已经结束",
    "Unterminated string starting at": "从此处开始的文字没有结束",
    "Invalid control character at": "文字中的控制字符应转义",
    "Invalid \\escape": "不认识的转义",
    "Invalid \\uXXXX escape": "\\u 之后应为四位十六进制数",
}


class JsonTextError(ValueError):
    """The text cannot be read; the message is one line with the place and nothing of the text."""


class TooManyValuesError(JsonTextError):
    """The text holds more values than are read."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Stands where a value would, had it been one."""

    said: str


def read_json(text: bytes) -> Any:
    """The value of a JSON text; flaws in it stand in their places. Raises JsonTextError."""
    if not text.strip():
        raise JsonTextError("请求没有内容; 应为一个 JSON 对象, 没有要写的写 {}")
    if text.startswith(_MARK):
        raise JsonTextError("请求以字节顺序标记 (BOM) 开头; JSON 不带它")
    if sum(map(text.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise TooManyValuesError(f"请求中的值超过{MAX_VALUES}个, 请分批发送")
    try:
        return json.loads(
            text.decode(), object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant
        )
    except UnicodeDecodeError as error:
        raise JsonTextError(f"请求不是 UTF-8: 第{error.start + 1}字节") from None
    except json.JSONDecodeError as error:
        said = next((each for start, each in _SAID.items() if error.msg.startswith(start)), "不合格")
        place = f"第{error.lineno}行第{error.colno}列"
        raise JsonTextError(f"请求不是合格的 JSON: {place}: {said}") from None
    except RecursionError:
        raise JsonTextError("请求嵌套过深") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Flaw:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen = set[str]()
    twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
    return Flaw(f"{twice if PLAIN_NAME.fullmatch(twice) else '同一名称'} 写了不止一次")


def _integer(text: str) -> int | Flaw:
    return int(text) if len(text) <= _LONGEST_INTEGER else Flaw("数过大")


def _constant(text: str) -> Flaw:
    return Flaw(f"{text} 不是 JSON 的值")
