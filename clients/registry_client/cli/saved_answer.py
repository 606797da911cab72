"""Answers that are on file, read back (留存的查询结果): as ``check --json`` printed them, or in a receipt of
``check``, binary, JSON or attached to its paper (PDF).

A printed line is the answer with the question beside it, under ``asked``; together they are all that a report
of execution needs but for the number of a natural person, which the answer shows masked::

    {"subject": {"type": "IDENTIFIER_TYPE_USCC", "value": "9113…"}, "verdict": "BLOCKED", "hits": […],
     "answered": {"origin": "…", "known_position": 412, "valid_time": "…", "edition": "…", …},
     "asked": {"purpose": {"domain": "DOMAIN_PROCUREMENT", "reference": "…"}, "matter": {…}}, …}

The line on a consortium, ``{"together": …}``, is no answer about anybody and is passed over.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError

from registry.v1.restriction_service_pb2 import Answered, CheckRequest
from registry.v1.verdict_pb2 import HIT_EFFECT_BLOCKS, HIT_EFFECT_NEEDS_REVIEW, Verdict
from registry_client.cli.failures import Failure
from registry_client.question import Question
from registry_papers.answers.attached import attached_in
from registry_papers.answers.pdf_file import is_pdf
from registry_papers.answers.reading import read_receipt
from registry_papers.errors import PaperError

_VERSION_FIELD = b"\x08\x01"
"""How a binary receipt of version 1 begins."""
_DECIDING = (HIT_EFFECT_BLOCKS, HIT_EFFECT_NEEDS_REVIEW)
_COUNTING = ("BLOCKS", "NEEDS_REVIEW")
"""Effects of hits that decide a verdict, as they are printed."""


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """An answer as it was printed. ``check`` is the question with its subject; ``measures`` are the codes of
    those that decided the verdict."""

    check: CheckRequest
    answered: Answered
    verdict: Verdict.ValueType
    measures: tuple[str, ...]


def as_asked(question: Question) -> dict[str, Any]:
    """What is printed of a question beside its answer."""
    asked = CheckRequest(purpose=question.purpose(), matter=question.facts())
    printed: dict[str, Any] = MessageToDict(asked, preserving_proto_field_name=True)
    return printed


def read_answers(path: Path) -> list[SavedAnswer]:
    """The answers in a file, in order. Failure with the line if one cannot be read, or there is none."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise Failure(f"{path}：无法读取：{fault.strerror}") from None
    if _holds_receipt(content):
        return [_of_receipt(path, content)]
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise Failure(f"{path}：不是UTF-8编码") from None
    found = [_answer(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    answers = [answer for answer in found if answer is not None]
    if not answers:
        raise Failure(f"{path}：没有查询结果，应为 registryctl check --json 的输出")
    return answers


def _holds_receipt(content: bytes) -> bool:
    """Whether a file is a receipt or a paper with one, and no printed lines."""
    if is_pdf(content) or content.startswith(_VERSION_FIELD):
        return True
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and {"answer", "signature"} <= told.keys()


def _of_receipt(path: Path, content: bytes) -> SavedAnswer:
    """The answer in a receipt. Whether it holds is not asked: the registry answers the question again."""
    try:
        receipt = attached_in(content).receipt if is_pdf(content) else content
        filed = read_receipt(receipt or b"")
    except PaperError as fault:
        raise Failure(f"{path}：{fault}") from None
    if filed.kind != "check":
        raise Failure(f"{path}：不是单个主体的查询回执，不能反馈")
    asked, told = filed.question, filed.response
    check = CheckRequest(subject=told.subject, purpose=asked.purpose, matter=asked.matter)
    effects = {hit.effect for hit in told.hits}
    deciding = next((effect for effect in _DECIDING if effect in effects), None)
    measures = (hit.measure_code for hit in told.hits if hit.effect == deciding)
    return SavedAnswer(check, told.answered, told.verdict, tuple(dict.fromkeys(measures)))


def _answer(path: Path, number: int, line: str) -> SavedAnswer | None:
    try:
        printed = json.loads(line)
        if printed.keys() == {"together"}:
            return None
        check = ParseDict({**printed["asked"], "subject": printed["subject"]}, CheckRequest())
        told = dict(printed["answered"])
        instant = datetime.fromisoformat(told.pop("valid_time"))
        answered = ParseDict(told, Answered(), ignore_unknown_fields=True)
        answered.valid_time.FromDatetime(instant)
        measures = [hit["measure_code"] for hit in printed["hits"] if hit["effect"] == _deciding(printed)]
        return SavedAnswer(check, answered, _verdict(printed["verdict"]), tuple(dict.fromkeys(measures)))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError, ParseError):
        message = "不是查询结果，应为 registryctl check --json 的输出"
        raise Failure(f"{path}第{number}行：{message}") from None


def _deciding(printed: dict[str, Any]) -> str:
    """The effect that decides: what blocks, or else what needs review."""
    effects = {hit["effect"] for hit in printed["hits"]}
    return next((effect for effect in _COUNTING if effect in effects), "")


def _verdict(name: str) -> Verdict.ValueType:
    value: Verdict.ValueType = Verdict.Value(f"VERDICT_{name}")
    return value
