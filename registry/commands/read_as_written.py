"""No text of a statement reads other than it is written: see ``registry.domain.misleading``.

Refused when it is received, whoever made it and signed it with what. What a log already has is not judged
again: it could not be folded any more.
"""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import Message

from registry.domain.faults import Findings
from registry.domain.misleading import MISLEADING, mark_in
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb


def check_read_as_written(found: Findings, statement: pb.Statement) -> None:
    """Notes each text that does not show what it says."""
    if MISLEADING.search(statement.SerializeToString().decode("utf-8", "ignore")) is None:
        return  # Nearly every statement: told without a look at its texts.
    for path, text in _texts("", statement):
        if mark := mark_in(text):
            message = f"这里含有看不见的字符 {mark}, 显示的文字会与所写的不同; 请删去后重新签名提交。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)


def _texts(before: str, message: Message) -> Iterator[tuple[str, str]]:
    """Every text of a message and of what stands in it, with its place."""
    for field, value in message.ListFields():
        if field.type != field.TYPE_STRING and field.message_type is None:
            continue
        values = enumerate(value) if field.is_repeated else ((None, value),)
        for number, each in values:
            place = f"{before}{field.name}" if number is None else f"{before}{field.name}[{number}]"
            if isinstance(each, str):
                yield place, each
            else:
                yield from _texts(f"{place}.", each)
