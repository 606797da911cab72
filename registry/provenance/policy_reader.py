"""Reads a verifier's policy (`registry.provenance.witness_policy`) line by line and tells every fault of it.

Strict where C2SP tlog-policy is: ASCII blanks and tabs part the words, each line ends in a newline, no other
control characters; octets above 7f mean nothing, so bytes that are no UTF-8 are let through in names, URLs
and comments. A file that was cut off therefore fails, if only for its last newline or its missing quorum.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cryptography import x509

from registry.provenance.base64_text import decode_base64
from registry.provenance.certificate_faults import UNREADABLE
from registry.provenance.cosignature import parse_cosigner
from registry.provenance.policy_lines import (
    NO_QUORUM,
    SUITE_NAMES,
    GroupLine,
    LogLine,
    PolicyError,
    RangedKey,
    SuiteLine,
    WitnessLine,
    time_authorities,
)
from registry.provenance.vkey import NoteKey, parse_vkey

MAX_POLICY_BYTES = 1_000_000

_WORDS = re.compile(r"[^ \t]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,19}")


@dataclass(slots=True)
class PolicyLines:
    """What a policy's lines say, in their order."""

    logs: list[LogLine] = field(default_factory=list)
    witnesses: list[WitnessLine] = field(default_factory=list)
    groups: list[GroupLine] = field(default_factory=list)
    quorum: str = ""
    required: list[RangedKey] = field(default_factory=list)
    receipts: list[RangedKey] = field(default_factory=list)
    certificates: list[x509.Certificate] = field(default_factory=list)
    suites: list[SuiteLine] = field(default_factory=list)


def read_policy(text: str) -> PolicyLines:
    """The lines of a policy. PolicyError with every fault and its line."""
    reader = _Reader()
    reader.read(text)
    if reader.faults:
        raise PolicyError(reader.faults)
    return reader.lines


class _LineError(ValueError):
    """What is wrong with the line being read."""


class _Reader:
    def __init__(self) -> None:
        self.lines = PolicyLines()
        self.faults: list[str] = []
        self._defined: set[str] = set()
        self._members: set[str] = set()
        self._keywords: dict[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
            "require": self._require,
            "receipt": self._receipt,
            "tsa": self._certificate,
            "suite": self._suite,
        }

    def read(self, text: str) -> None:
        if len(text) > MAX_POLICY_BYTES:
            self.faults.append(f"策略超过 {MAX_POLICY_BYTES} 字节")
            return
        lines = text.split("\n")
        if lines.pop() != "":
            self.faults.append("最后一行没有换行: 文件可能不完整")
        for number, line in enumerate(lines, start=1):
            try:
                self._line(line)
            except ValueError as fault:
                self.faults.append(f"第{number}行: {' '.join(str(fault).split())}")
        self._whole()

    def _line(self, line: str) -> None:
        if _CONTROL.search(line):
            raise _LineError("有不允许的控制字符")
        words = _WORDS.findall(line)
        if not words or words[0].startswith("#"):
            return
        if words[0] not in self._keywords:
            raise _LineError(f"不认识 {words[0]!r}")
        self._keywords[words[0]](words[1:])

    def _whole(self) -> None:
        """What only all lines together show."""
        lines = self.lines
        if not lines.quorum:
            self.faults.append("缺少 quorum 行")
        origins = {each.key.name for each in lines.logs}
        for keyword, ranged in (("require", lines.required), ("receipt", lines.receipts)):
            strangers = {each.key.name for each in ranged} - origins
            if origins and strangers:  # Such a line would never apply to anything.
                self.faults.append(f"{keyword} 的密钥名不是任何 log 行的: {', '.join(sorted(strangers))}")
        try:
            time_authorities(lines.certificates)
        except UNREADABLE as fault:
            self.faults.append(f"tsa: {fault}")

    def _log(self, words: list[str]) -> None:
        vkey, *url = _count(words, 1, 2)
        key = parse_vkey(vkey)
        if _is_among(key, (each.key for each in self.lines.logs)):
            raise _LineError("另一 log 行已有这把公钥")
        self.lines.logs.append(LogLine(key, *url))

    def _witness(self, words: list[str]) -> None:
        name, vkey, *url = _count(words, 2, 3)
        key = parse_cosigner(vkey)
        if any(each.key.material == key.material for each in self.lines.witnesses):
            raise _LineError("另一 witness 行已有这把公钥")
        self._define(name)
        self.lines.witnesses.append(WitnessLine(name, key, *url))

    def _group(self, words: list[str]) -> None:
        name, threshold, *members = _count(words, 3, None)
        self._define(name)
        for member in members:
            if member not in self._defined - {name}:
                raise _LineError(f"{member!r} 没有在前面的行定义")
            if member in self._members:
                raise _LineError(f"{member!r} 已是一个组的成员")
            self._members.add(member)
        named = {"all": len(members), "any": 1}
        needed = named[threshold] if threshold in named else _number(threshold)
        if not 1 <= needed <= len(members):
            raise _LineError(f"应在 1 至 {len(members)} 之间, 这里是 {threshold}")
        self.lines.groups.append(GroupLine(name, needed, tuple(members)))

    def _quorum(self, words: list[str]) -> None:
        (name,) = _count(words, 1, 1)
        if self.lines.quorum:
            raise _LineError("quorum 只能有一行")
        if name != NO_QUORUM and name not in self._defined:
            raise _LineError(f"{name!r} 没有在前面的行定义")
        self.lines.quorum = name

    def _require(self, words: list[str]) -> None:
        self.lines.required.append(_ranged(words))

    def _receipt(self, words: list[str]) -> None:
        ranged = _ranged(words)
        if _is_among(ranged.key, (each.key for each in self.lines.receipts)):
            raise _LineError("另一 receipt 行已有这把公钥")
        self.lines.receipts.append(ranged)

    def _certificate(self, words: list[str]) -> None:
        (encoded,) = _count(words, 1, 1)
        try:
            certificate = x509.load_der_x509_certificate(decode_base64(encoded))
        except UNREADABLE as fault:
            raise _LineError("不是 base64 的 DER 证书") from fault
        if certificate in self.lines.certificates:
            raise _LineError("另一 tsa 行已有这张证书")
        self.lines.certificates.append(certificate)

    def _suite(self, words: list[str]) -> None:
        name, *first = _count(words, 1, 2)
        if name not in SUITE_NAMES:
            raise _LineError(f"不认识签名套件 {name!r}; 有 {', '.join(SUITE_NAMES)}")
        line = SuiteLine(SUITE_NAMES[name], *map(_number, first))
        if any(each.suite == line.suite for each in self.lines.suites):
            raise _LineError("另一 suite 行已有这个套件")
        self.lines.suites.append(line)

    def _define(self, name: str) -> None:
        if name == NO_QUORUM or name in self._defined:
            raise _LineError(f"名称 {name!r} 已有定义")
        self._defined.add(name)


def _count(words: list[str], least: int, most: int | None) -> list[str]:
    if len(words) < least or (most is not None and len(words) > most):
        raise _LineError("项数不对")
    return words


def _ranged(words: list[str]) -> RangedKey:
    vkey, *limits = words if len(words) == 3 else _count(words, 1, 1)
    first, last = limits or ("0", "-")
    ranged = RangedKey(parse_vkey(vkey), _number(first), None if last == "-" else _number(last))
    if ranged.last is not None and ranged.last < ranged.first:
        raise _LineError(f"末 {last} 小于首 {first}")
    return ranged


def _number(word: str) -> int:
    if not _NUMBER.fullmatch(word):
        raise _LineError(f"{word!r} 不是十进制数")
    return int(word)


def _is_among(key: NoteKey, keys: Iterable[NoteKey]) -> bool:
    """Whether the same public key is, under whatever name (C2SP tlog-policy: duplicates)."""
    return key.verifier.public_key in {each.verifier.public_key for each in keys}
