"""Reading a tender from a JSON file (项目文件), in UTF-8.

    {
      "number": "CZZB-2026-0917",
      "title": "示例小学教学楼工程",
      "domain": "政府采购",
      "tender": "依法必须招标",
      "region": "130903", "industry": "E47", "activity": "",
      "cut_off": "2026-10-20T09:30",
      "reason": "资格审查",
      "lists": ["重大税收违法案件当事人名单"],
      "parties": [
        {"bid": "1", "role": "投标人", "code": "91130903DEM0000164", "name": "沧州示例(示例)有限公司"},
        {"bid": "1", "role": "法定代表人", "paper": "身份证", "code": "130999…", "name": "示例某"},
        {"role": "代理机构", "code": "91130902DEM000018Y"}
      ]
    }

* ``domain`` and ``parties`` are required, and of each party ``role`` and ``code``. ``number`` and ``reason``
  are where natural persons take part: both go into the registry's query log.
* Words are those of the other commands, in Chinese or by the name of the contract (投标人 or BIDDER).
  ``paper`` is the type of ``code``; not given, it is a 统一社会信用代码.
* Parties with the same ``bid`` are one bid; names that differ only by the way they are written are a fault. A
  time without a zone is China's; a day is its first moment.
* A key that is not known is a fault: a cut-off time that is misspelt would be passed over, and now be asked
  about.

Every fault is told at once, in one line, and no code of a person in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from registry.domain.names import alike
from registry.domain.quoting import quoted
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Domain, Identifier, IdentifierType, SubjectRole, TenderKind
from registry_client.files import FileFormatError
from registry_client.instants import china_instant
from registry_client.tender import Tender, TenderParty
from registry_client.words import DOMAINS, IDENTIFIERS, ROLES, TENDERS, plain

_TEXTS = ("number", "title", "reason", "region", "industry", "activity")
_KEYS = {*_TEXTS, "domain", "tender", "cut_off", "lists", "parties"}
_PARTY_KEYS = {"bid", "role", "paper", "code", "name"}
_NAMES: Mapping[str, Any] = {
    "domain": (DOMAINS, Domain, "DOMAIN_"),
    "tender": (TENDERS, TenderKind, "TENDER_KIND_"),
    "role": (ROLES, SubjectRole, "SUBJECT_ROLE_"),
    "paper": (IDENTIFIERS, IdentifierType, "IDENTIFIER_TYPE_"),
}


class TenderFileError(FileFormatError):
    """A file holds no tender; the message is one line in Chinese with every fault."""


def read_tender(path: str | Path) -> Tender:
    """The tender in a file. TenderFileError with every fault."""
    try:
        content = json.loads(Path(path).read_text("utf-8"), object_pairs_hook=_without_repetition)
    except OSError as fault:
        raise TenderFileError(f"{path}：无法读取：{fault.strerror}") from None
    except UnicodeDecodeError:
        raise TenderFileError(f"{path}：不是UTF-8编码") from None
    except json.JSONDecodeError as fault:
        raise TenderFileError(f"{path}：第{fault.lineno}行第{fault.colno}列不是JSON") from None
    except _RepeatedKeyError as fault:
        raise TenderFileError(f"{path}：{fault}") from None
    except (RecursionError, ValueError):
        raise TenderFileError(f"{path}：嵌套过深，或者有过大的数") from None
    reading = _Reading()
    tender = reading.tender(content)
    if tender is None or reading.faults:
        raise TenderFileError(f"{path}：{'；'.join(reading.faults)}")
    return tender


class _RepeatedKeyError(ValueError):
    """A key stands twice in one object: which one counts must not be a guess."""


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RepeatedKeyError("同一对象中有重复的键")
    return found


class _Reading:
    """One file being read; ``faults`` are those found so far."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def tender(self, content: object) -> Tender | None:
        if not isinstance(content, dict):
            self.faults.append("应为一个JSON对象")
            return None
        self._check_keys("", content, _KEYS)
        domain = self._word("domain", content, "domain", required=True)
        parties = self._parties(content.get("parties"))
        texts = {name: self._text(name, content, name) for name in _TEXTS}
        if found := alike(party.bid for party in parties):
            told = "、".join(map(quoted, found))
            self.faults.append(f"bid只有写法（空格、全角半角、大小写等）不同，会被当作不同的投标：{told}")
        kind, cut_off = self._word("tender", content, "tender"), self._instant(content)
        named_lists = self._names(content.get("lists", []))
        if self.faults:
            return None
        return Tender(
            domain=domain,
            parties=parties,
            tender_kind=kind,
            cut_off=cut_off,
            named_lists=named_lists,
            **texts,
        )

    def _parties(self, items: object) -> tuple[TenderParty, ...]:
        if not isinstance(items, list) or not items:
            self.faults.append("parties应为非空列表")
            return ()
        return tuple(self._party(f"parties[{number}]", item) for number, item in enumerate(items))

    def _party(self, path: str, item: object) -> TenderParty:
        if not isinstance(item, dict):
            self.faults.append(f"{path}应为对象")
            item = {}
        self._check_keys(f"{path}.", item, _PARTY_KEYS)
        paper = self._word(f"{path}.paper", item, "paper") or subject_pb2.IDENTIFIER_TYPE_USCC
        code = self._text(f"{path}.code", item, "code", required=True)
        return TenderParty(
            subject=Identifier(type=paper, value=code),
            role=self._word(f"{path}.role", item, "role", required=True),
            bid=self._text(f"{path}.bid", item, "bid"),
            name=self._text(f"{path}.name", item, "name"),
        )

    def _names(self, items: object) -> tuple[str, ...]:
        if isinstance(items, list) and all(isinstance(item, str) for item in items):
            return tuple(items)
        self.faults.append("lists应为名单名称的列表")
        return ()

    def _text(self, path: str, holder: Mapping[str, Any], key: str, *, required: bool = False) -> str:
        value = holder.get(key, "")
        if not isinstance(value, str):
            self.faults.append(f"{path}应为文字（加引号）")
            return ""
        if required and not value.strip():
            self.faults.append(f"缺少{path}")
        return value

    def _word(self, path: str, holder: Mapping[str, Any], key: str, *, required: bool = False) -> Any:
        text = self._text(path, holder, key, required=required)
        words, enumeration, prefix = _NAMES[key]
        names = {name.removeprefix(prefix): value for name, value in enumeration.items() if value}
        found = words.get(plain(text), names.get(text.upper()))
        if found is None and text.strip():
            self.faults.append(f"{path}的{quoted(text)}不是可用的值，应为：{'、'.join(words)}")
        return found or 0

    def _instant(self, content: Mapping[str, Any]) -> datetime | None:
        text = self._text("cut_off", content, "cut_off")
        if not text:
            return None
        try:
            return china_instant(text)
        except ValueError:
            self.faults.append(f"cut_off的{quoted(text)}不是时间，应为 2026-04-01 或 2026-04-01T09:30")
            return None

    def _check_keys(self, path: str, holder: Mapping[str, Any], known: set[str]) -> None:
        self.faults += [f"不认识{path}{quoted(key)}" for key in holder.keys() - known]
