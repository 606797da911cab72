"""Where a signer is, as one line of text: `registry.signing` shows the forms.

    pkcs11:token=registry;object=log?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/pin
    └kind┘ └──────── attributes, "name=value", with ";" or, after "?", "&" between them (RFC 7512) ────┘

* Values are percent-encoded where they hold one of `% ; ? &` (RFC 3986 §2.1); names are not.
* An attribute that the kind does not know, or that stands there twice, is a fault: a misspelt one would
  otherwise silently choose another key.
* A secret never stands in the line itself, because configuration is copied and command lines are seen by
  everybody; `registry.signing.secret` says where it may come from.
* Text that begins with none of the kinds is the path of a key file, taken as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from registry.provenance.keys import SignerError

_SOURCES = ("file", "credential", "fd")
_KNOWN: dict[str, frozenset[str]] = {
    "file": frozenset(f"passphrase-{source}" for source in _SOURCES),
    "pkcs11": frozenset(("module", "token", "serial", "object", "id", "type", "sm2-mechanism"))
    | {f"pin-{source}" for source in _SOURCES},
    "sdf": frozenset(("library", "index")) | {f"password-{source}" for source in _SOURCES},
}
# RFC 7512 §2.3 and §2.4 call these otherwise.
_SYNONYMS = {"module-path": "module", "pin-source": "pin-file"}
_SECRETS = frozenset(("pin", "pin-value", "passphrase", "password"))
_ATTRIBUTE = re.compile(r"([a-z0-9-]+)=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Location:
    """A parsed line; `attributes` are still percent-encoded, relative paths begin at `home`."""

    kind: str
    path: str
    attributes: Mapping[str, str] = field(repr=False)
    home: Path = field(repr=False)

    def text(self, name: str) -> str | None:
        """The value of an attribute, None where it is left out."""
        value = self.attributes.get(name)
        return None if value is None else unquote(value)

    def octets(self, name: str) -> bytes | None:
        """The value of an attribute that is not text, such as a key's id."""
        value = self.attributes.get(name)
        return None if value is None else unquote_to_bytes(value)

    def number(self, name: str) -> int | None:
        """The value of an attribute in decimal, or in hexadecimal after 0x. SignerError if it is neither."""
        value = self.text(name)
        try:
            return None if value is None else int(value, 16 if value.startswith("0x") else 10)
        except ValueError:
            raise SignerError(f"{self.kind}: {name} 应为数字") from None

    def required(self, name: str) -> str:
        """The value of an attribute that cannot be left out. SignerError if it is."""
        value = self.text(name)
        if not value:
            raise SignerError(f"{self.kind}: 缺少 {name}=")
        return value

    def library(self, name: str) -> str:
        """The path of a shared library; a bare name is left to the system's search."""
        value = self.required(name)
        return str(self.home / value) if "/" in value else value


def parse_location(text: str, *, home: Path) -> Location:
    """The parts of a line. SignerError, in one line that shows no value, if it is malformed."""
    kind, colon, rest = text.partition(":")
    if not colon or kind not in _KNOWN:
        return Location("file", str(home / text), {}, home)
    path, attributes = "", rest
    if kind == "file":
        path, _, attributes = rest.partition(";")
        if not path:
            raise SignerError("file: 缺少密钥文件的路径")
    return Location(kind, str(home / unquote(path)), _attributes(kind, attributes), home)


def _attributes(kind: str, text: str) -> dict[str, str]:
    path, _, query = text.partition("?")
    attributes: dict[str, str] = {}
    for part in filter(None, [*path.split(";"), *query.split("&")]):
        match = _ATTRIBUTE.fullmatch(part)
        if match is None:
            raise SignerError(f"{kind}: 应为若干 名称=值, 以分号隔开")
        name = _SYNONYMS.get(match[1], match[1])
        _require_known(kind, name, attributes)
        attributes[name] = match[2]
    return attributes


def _require_known(kind: str, name: str, before: Mapping[str, str]) -> None:
    if name in _SECRETS:
        raise SignerError(f"{kind}: 口令不得写在 {name}= 里; 请用文件、凭据或描述符给出")
    if name not in _KNOWN[kind]:
        raise SignerError(f"{kind}: 不认识的 {name}=")
    if name in before:
        raise SignerError(f"{kind}: {name}= 写了两次")
