"""What is wrong with a ``registry.toml``, by the table of options and by what only several of them show."""

from __future__ import annotations

import re
from typing import Any

from registry.config_options import BY_NAME, SECTIONS
from registry.config_options.kinds import STAMP_INTERVAL_S, STAMP_MAX_AGE_S, Option
from registry.config_options.observing import observing_faults
from registry.location import is_url
from registry.v1.envelope_pb2 import Suite
from registry.v1.subject_pb2 import Domain

LONGEST_S = 1e8
"""Three years: whoever means never leaves the section out."""
MAX_READERS = 64
LARGEST = 1 << 63
"""No log grows so far."""


class ConfigError(ValueError):
    """The configuration cannot be used; the message names every fault."""


_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9][A-Za-z0-9._-]*)):([0-9]{1,5})")
_URL = re.compile(r"https?://[^/\s]+(/\S*)?")
_ADDRESSEE = re.compile(r"subject|[0-9A-Z]{18}|registry://\S+/system/\S+")
_HOOK = re.compile(r"https://[^/\s]+(/\S*)?|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/\S*)?")
"""Where a notice goes must be known by its certificate; this host itself needs none."""
_STORAGE = re.compile(r"https://[^/\s]+/?|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?/?")
_LAST_PORT = 65_535
NOTICES = "notices"
_SECTIONS: dict[str, tuple[str, ...]] = {
    each.name: tuple(option.name for option in each.options if option.needed)
    for each in SECTIONS
    if each.always
}
_OPTIONAL: dict[str, dict[str, Option]] = {
    each.name: {option.name: option for option in each.options if not (each.always and option.needed)}
    for each in SECTIONS
    if each.name not in ("registry", NOTICES)
}
_NEEDED = {
    name: tuple(option.name for option in BY_NAME[name].options if option.needed)
    for name in _OPTIONAL
    if not BY_NAME[name].always
}
_DOMAINS = tuple(name.removeprefix("DOMAIN_").lower() for name in Domain.keys()[1:])


def file_faults(content: dict[str, Any]) -> list[str]:
    """Everything that is wrong, each with its section and key."""
    faults = [f"多余的 [{name}]" for name in content.keys() - _SECTIONS.keys() - _OPTIONAL.keys() - {NOTICES}]
    for section, names in _SECTIONS.items():
        given = content.get(section, {})
        if not isinstance(given, dict):
            faults.append(f"{section} 应为一节 [{section}]")
            continue
        known = {*names, *_OPTIONAL.get(section, ())}
        faults += [f"[{section}] 多余的 {name}" for name in given.keys() - known]
        faults += [f"[{section}] 缺少 {name}" for name in names if not isinstance(given.get(name), str)]
    return faults + _optional_faults(content)


def _optional_faults(content: dict[str, Any]) -> list[str]:
    """What is wrong with the sections and settings that may be left out."""
    faults = []
    for section, settings in _OPTIONAL.items():
        given = content.get(section, {})
        if not isinstance(given, dict):
            faults += [] if section in _SECTIONS else [f"{section} 应为一节 [{section}]"]
            continue
        if section not in _SECTIONS:
            faults += [f"[{section}] 多余的 {name}" for name in given.keys() - settings.keys()]
        if section in content:  # An empty section asks for something as well.
            faults += [f"[{section}] 缺少 {name}" for name in _NEEDED.get(section, ()) if name not in given]
        faults += [
            f"[{section}] {name} 的值不对"
            for name, option in settings.items()
            if not _fits(given.get(name), option.kind, zero=option.zero)
        ]
    if _fits(readers := section_of(content, "server").get("readers"), int) and (readers or 0) > MAX_READERS:
        faults.append(f"[server] readers 不超过{MAX_READERS}")
    if not is_url(section_of(content, "server").get("replica") or "postgresql://"):
        faults.append("[server] replica 应为 postgresql:// 地址")
    faults += _address_faults(content) + _stamping_faults(content) + _notices_faults(content)
    faults += _snapshots_faults(content) + _evidence_faults(content) + observing_faults(content)
    if not log_lines(content):
        faults.append("[paths] 缺少 log_key, [signing] log 也没有写")
    unknown = set(strings_of(content, "suites", "require")) - set(Suite.keys()[1:])
    return faults + [f"[suites] 没有 {name} 这一签名算法" for name in sorted(unknown)]


def section_of(content: dict[str, Any], name: str) -> dict[str, Any]:
    """A section, empty where there is none or something else in its place."""
    given = content.get(name, {})
    return given if isinstance(given, dict) else {}


def _address_faults(content: dict[str, Any]) -> list[str]:
    faults = []
    for section in ("registry", "publication", "metrics"):
        given = content.get(section)
        address = given.get("address") if isinstance(given, dict) else None
        try:
            split_address(address) if isinstance(address, str) and address else None
        except ConfigError as error:
            faults.append(f"[{section}] address: {error}")
    return faults


def _stamping_faults(content: dict[str, Any]) -> list[str]:
    """What each setting by itself does not show: an address of the web, and a bound that can be kept."""
    given = content.get("stamping")
    if not isinstance(given, dict):
        return []
    url, interval_s = given.get("url"), given.get("interval_s", STAMP_INTERVAL_S)
    max_age_s = given.get("max_age_s", STAMP_MAX_AGE_S)
    faults = []
    if isinstance(url, str) and url and not _URL.fullmatch(url):
        faults.append("[stamping] url 应以 http:// 或 https:// 开头")
    if _fits(interval_s, float) and _fits(max_age_s, float) and max_age_s < interval_s:
        faults.append("[stamping] max_age_s 不能短于 interval_s")
    return faults


def _snapshots_faults(content: dict[str, Any]) -> list[str]:
    if not section_of(content, "snapshots"):
        return []
    unknown = set(strings_of(content, "snapshots", "domains")) - set(_DOMAINS)
    faults = [f"[snapshots] domains: 没有 {name} 这一领域" for name in sorted(unknown)]
    if not strings_of(content, "signing", "receipt"):
        faults.append("[snapshots] 需要 [signing] receipt: 快照要签名")
    return faults


def _evidence_faults(content: dict[str, Any]) -> list[str]:
    storage = section_of(content, "evidence_storage")
    faults = []
    if storage and not section_of(content, "evidence"):
        faults.append("[evidence_storage] 需要 [evidence]")
    endpoint = storage.get("endpoint")
    if isinstance(endpoint, str) and endpoint and not _STORAGE.fullmatch(endpoint):
        faults.append("[evidence_storage] endpoint 应为 https:// 地址(本机可为 http://)")
    return faults


def _notices_faults(content: dict[str, Any]) -> list[str]:
    given, registry = content.get(NOTICES, {}), content.get("registry")
    if not isinstance(given, dict):
        return [f"{NOTICES} 应为一节 [{NOTICES}]"]
    here = f"registry://{registry.get('origin')}/" if isinstance(registry, dict) else ""
    unknown = [
        f"[{NOTICES}] 没有 {name} 这样的接收者"
        for name in given
        if not _ADDRESSEE.fullmatch(name) or ("/" in name and not name.startswith(here))
    ]
    faults = [
        f"[{NOTICES}] {name} 应为 https:// 地址(本机可为 http://)"
        for name, url in given.items()
        if not isinstance(url, str) or not _HOOK.fullmatch(url)
    ]
    if given and not strings_of(content, "signing", "receipt"):
        faults.append(f"[{NOTICES}] 需要 [signing] receipt: 推送的告知要签名")
    return unknown + faults


def _fits(value: object, kind: type, *, zero: bool = False) -> bool:
    """Whether a value, if there is one, is of a kind and within its bounds; ``zero``: 0 is."""
    if value is None:
        return True
    if kind is bool:
        return isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and 0 < value < LARGEST
    if kind is float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        return 0 < value <= LONGEST_S or (zero and value == 0)
    if kind is list:
        return isinstance(value, list) and all(_fits(each, str) and each is not None for each in value)
    return isinstance(value, str) and bool(value) and "\0" not in value


def strings_of(content: dict[str, Any], section: str, name: str) -> list[str]:
    """The strings of a list, however the rest of it looks."""
    given = content.get(section, {})
    value = given.get(name, []) if isinstance(given, dict) else []
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def log_lines(content: dict[str, Any]) -> list[str]:
    """The lines of all log keys."""
    paths = content.get("paths", {})
    first = paths.get("log_key") if isinstance(paths, dict) else None
    return [*([first] if isinstance(first, str) else []), *strings_of(content, "signing", "log")]


def split_address(address: str) -> tuple[str, int]:
    """Host and port of ``127.0.0.1:8443``, ``[::1]:8443``, ``host.example:8443``. Raises ConfigError."""
    found = _ADDRESS.fullmatch(address)
    if found is None or int(found[3]) > _LAST_PORT:
        raise ConfigError(f"监听地址 {address!r} 应写作 主机:端口, 如 127.0.0.1:8443")
    return found[1] or found[2], int(found[3])
