"""Where an installation keeps its things: one directory, one ``registry.toml``.

    [registry]
    origin = "credit.example/cangzhou"     # of the log; in every checkpoint, identity and statement
    address = "127.0.0.1:8443"             # where the server listens

    [paths]                                # relative to the directory of this file
    store = "registry.db"
    vault_key = "keys/vault.key"           # 32 bytes: seals personal content; keep a copy elsewhere
    log_key = "keys/log.key"               # signs checkpoints
    authority = "tls/authority.pem"               # who vouches for clients
    certificate = "tls/server.pem"
    certificate_key = "tls/server.key"

Every fault of the file is told at once, with its key.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

CONFIG_NAME = "registry.toml"


class ConfigError(ValueError):
    """The configuration cannot be used; the message names every fault."""


@dataclass(frozen=True, slots=True)
class Config:
    """An installation's settings, with absolute paths."""

    origin: str
    address: str
    store: Path
    vault_key: Path
    log_key: Path
    authority: Path
    certificate: Path
    certificate_key: Path


_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9][A-Za-z0-9._-]*)):([0-9]{1,5})")
_LAST_PORT = 65_535
_SECTIONS = {"registry": ("origin", "address"), "paths": tuple(f.name for f in fields(Config))[2:]}


def load_config(directory: Path) -> Config:
    """Reads ``registry.toml`` in a directory. Raises ConfigError."""
    path = directory / CONFIG_NAME
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except FileNotFoundError as error:
        raise ConfigError(f"{path} 不存在; 请先运行 registry init --directory {directory}") from error
    except (OSError, ValueError) as error:  # Not TOML, or not even UTF-8.
        raise ConfigError(f"{path} 不能读取: {error}") from error
    faults = [f"多余的 [{name}]" for name in content.keys() - _SECTIONS.keys()]
    values: dict[str, Any] = {}
    for section, names in _SECTIONS.items():
        given = content.get(section, {})
        if not isinstance(given, dict):
            faults.append(f"{section} 应为一节 [{section}]")
            continue
        faults += [f"[{section}] 多余的 {name}" for name in given.keys() - set(names)]
        faults += [f"[{section}] 缺少 {name}" for name in names if not isinstance(given.get(name), str)]
        values.update(given)
    if faults:
        raise ConfigError(f"{path}: " + "; ".join(sorted(faults)))
    split_address(values["address"])
    try:
        paths = {name: (directory / values[name]).resolve() for name in _SECTIONS["paths"]}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: [paths] 不是有效的路径: {error}") from error
    return Config(origin=values["origin"], address=values["address"], **paths)


def split_address(address: str) -> tuple[str, int]:
    """Host and port of ``127.0.0.1:8443``, ``[::1]:8443``, ``host.example:8443``. Raises ConfigError."""
    found = _ADDRESS.fullmatch(address)
    if found is None or int(found[3]) > _LAST_PORT:
        raise ConfigError(f"监听地址 {address!r} 应写作 主机:端口, 如 127.0.0.1:8443")
    return found[1] or found[2], int(found[3])


def config_text(origin: str, address: str) -> str:
    """The text of a new ``registry.toml``."""
    return f"""\
# 公共信用信息与联合奖惩登记系统的设置。路径相对于本文件所在目录。
[registry]
origin = "{origin}"
address = "{address}"

[paths]
store = "registry.db"
vault_key = "keys/vault.key"
log_key = "keys/log.key"
authority = "tls/authority.pem"
certificate = "tls/server.pem"
certificate_key = "tls/server.key"
"""
