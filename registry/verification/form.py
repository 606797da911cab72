"""The form of a receipt: one file, and of each content one spelling alone.

* At most 64 MiB; binary, or the JSON mapping of protobuf (it begins with ``{``).
* No field that this program does not know, at any depth, in any of the messages that lie in it as bytes: what
  cannot be read cannot be checked, and might mean something.
* Binary: serialised again (deterministically) it is the same bytes.
* Version 1; ``digest`` is SHA-256 over all the rest, so that not even an idle byte can be changed unnoticed.

Example: a receipt with one byte appended to its checkpoint parses, and its digest does not fit any more.
"""

from __future__ import annotations

import json
from typing import TypeVar

from google.protobuf import json_format
from google.protobuf.message import DecodeError, EncodeError, Message

from registry.provenance.answer import VERSION, receipt_digest
from registry.provenance.json_bounds import few
from registry.provenance.known_fields import has_unknown_fields
from registry.v1.receipt_pb2 import Receipt
from registry.verification.report import FailedError

MAX_BYTES = 64 << 20
"""A longer file is refused unread."""
MAX_DEPTH = 100
_JSON = b"{"
_Message = TypeVar("_Message", bound=Message)


def read_receipt(content: bytes) -> Receipt:
    """The receipt in a file. Raises FailedError."""
    if len(content) > MAX_BYTES:
        raise FailedError(f"回执长{len(content)}字节, 超过{MAX_BYTES}字节")
    is_text = content.lstrip()[:1] == _JSON
    receipt = _of_json(content) if is_text else read_message(Receipt, content, "回执")
    if not is_text and receipt.SerializeToString(deterministic=True) != content:
        raise FailedError("回执的编码不是唯一的规范形式")
    if receipt.version != VERSION:
        raise FailedError(f"回执版本是{receipt.version}, 本程序只认{VERSION}")
    if receipt.digest != receipt_digest(receipt):
        raise FailedError("回执的摘要与内容不符: 内容被改动")
    return receipt


def read_message(kind: type[_Message], content: bytes, what: str) -> _Message:
    """A message in bytes that are signed or hashed as they are. Raises FailedError, also for a field that is
    not known."""
    message = kind()
    try:
        message.ParseFromString(content)
    except (DecodeError, RuntimeWarning):
        raise FailedError(f"{what}不能解析") from None
    if has_unknown_fields(message):
        raise FailedError(f"{what}含有本程序不认识的字段, 不能核验")
    return message


def _of_json(content: bytes) -> Receipt:
    receipt = Receipt()
    if not few(content):
        raise FailedError("JSON回执中的值过多")
    try:
        json_format.Parse(content.decode(), receipt, max_recursion_depth=MAX_DEPTH)
        spelled = json.loads(content, parse_float=_no_number, parse_constant=_no_number)
    except (json_format.ParseError, UnicodeDecodeError, RecursionError, ValueError, EncodeError):
        raise FailedError("回执不是合格的JSON回执") from None
    # Base64 may be spelled in several ways that decode alike, and to Python 1 is 1.0 is true; of each content
    # one spelling holds, whatever the order of its names.
    given = json.dumps(spelled, sort_keys=True)
    spellings = (
        json_format.MessageToDict(receipt, preserving_proto_field_name=each) for each in (True, False)
    )
    if given not in (json.dumps(each, sort_keys=True) for each in spellings):
        raise FailedError("JSON回执的编码不是唯一的规范形式")
    return receipt


def _no_number(text: str) -> float:
    raise ValueError(f"no number of a receipt is written so: {text[:20]}")
