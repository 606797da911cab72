"""A witness's directory: one ``witness.toml``, its key, its record.

    [witness]
    name = "audit.example/w1"            # in every cosignature, and never changed
    address = "127.0.0.1:8490"           # where it listens, plain HTTP
    key = "witness.key"                  # a signer (`registry.signing`), Ed25519; signs nothing else
    record = "record"                    # what it cosigned last; see `registry.witness.record`

    [[log]]                              # a log it cosigns for, and the keys that it trusts for it
    origin = "credit.example/cangzhou"
    vkeys = ["credit.example/cangzhou+5a3f…+AbJ…"]

Paths are relative to the directory. Every fault of the file is told at once.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.config import ConfigError
from registry.config_options.checking import split_address
from registry.durable import exchange
from registry.provenance.cosignature import cosigner_of
from registry.provenance.keys import FileSigner
from registry.provenance.vkey import NoteKey, parse_vkey
from registry.v1.envelope_pb2 import SUITE_ED25519

WITNESS_CONFIG_NAME = "witness.toml"
_NAMES = ("name", "address", "key", "record")


@dataclass(frozen=True, slots=True)
class WitnessConfig:
    """A witness's settings; ``home`` is where the relative names of its signer begin."""

    name: str
    address: str
    key: str
    home: Path
    record: Path
    logs: Mapping[str, Sequence[NoteKey]]


def load_witness(directory: Path) -> WitnessConfig:
    """Reads ``witness.toml`` in a directory. Raises ConfigError."""
    path = directory / WITNESS_CONFIG_NAME
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path} 不存在; 请先运行 registry witness init --directory {directory}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path} 不能读取: {error}") from error
    faults = [f"多余的 {name}" for name in content.keys() - {"witness", "log"}]
    given = content.get("witness")
    settings: dict[str, Any] = given if isinstance(given, dict) else {}
    faults += [f"[witness] 缺少 {name}" for name in _NAMES if not isinstance(settings.get(name), str)]
    faults += [f"[witness] 多余的 {name}" for name in settings.keys() - set(_NAMES)]
    logs = _logs(content.get("log", []), faults)
    if faults:
        raise ConfigError(f"{path}: " + "; ".join(sorted(faults)))
    split_address(settings["address"])
    home = directory.resolve()
    key, record = settings["key"], home / settings["record"]
    return WitnessConfig(settings["name"], settings["address"], key, home, record, logs)


def create_witness(directory: Path, name: str, address: str, vkeys: Sequence[str]) -> str:
    """Makes a witness's key and settings in a directory that is not there or empty; gives its vkey. A vkey's
    name is the origin of its log. Raises ConfigError, KeyFileError, CosignatureError, NoteError."""
    split_address(address)
    origins: dict[str, list[str]] = {}
    for vkey in vkeys:
        origins.setdefault(parse_vkey(vkey).name, []).append(vkey)
    signer = FileSigner.generate(SUITE_ED25519)
    own = cosigner_of(name, signer.public_key).vkey
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise ConfigError(f"{directory} 不是空目录; 不会覆盖")
        signer.save(directory / "witness.key", None)
        exchange(directory / WITNESS_CONFIG_NAME, _text(name, address, origins).encode())
    except OSError as error:
        raise ConfigError(f"不能在 {directory} 写入: {error.strerror}") from error
    return own


def _logs(given: object, faults: list[str]) -> dict[str, list[NoteKey]]:
    logs: dict[str, list[NoteKey]] = {}
    for log in given if isinstance(given, list) else [given]:
        if not (isinstance(log, dict) and log.keys() == {"origin", "vkeys"} and log["vkeys"]):
            faults.append("[[log]] 应有 origin 和 vkeys")
            continue
        if log["origin"] in logs:
            faults.append(f"[[log]] {log['origin']} 有两节")
        try:
            logs[log["origin"]] = [parse_vkey(vkey) for vkey in log["vkeys"]]
        except (ValueError, TypeError, AttributeError) as fault:
            faults.append(f"[[log]] {log['origin']}: {fault}")
    return logs


def _text(name: str, address: str, origins: Mapping[str, Sequence[str]]) -> str:
    logs = "".join(
        f"\n[[log]]\norigin = {_quoted(origin)}\nvkeys = [{', '.join(map(_quoted, vkeys))}]\n"
        for origin, vkeys in origins.items()
    )
    return f"""\
# 见证人的设置。路径相对于本文件所在目录。
[witness]
name = {_quoted(name)}
address = {_quoted(address)}
key = "witness.key"
record = "record"
{logs}"""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # A JSON string is a TOML string.
