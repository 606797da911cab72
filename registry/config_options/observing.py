"""Sections of ``registry.toml`` about what is seen of a running registry: figures, log lines, traces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from registry.access.identity import CallerRole
from registry.config_options.kinds import Option, Section

TEXT, JSON = "text", "json"
_COLLECTOR = re.compile(r"https?://[^/\s]+(/\S*)?")
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:]+)):[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class MetricsPage:
    """Where metrics and health are read; ``backups``: the directory in which backups lie; ``rehearsal``: the
    file that says what came of the newest rehearsal of one."""

    address: str
    backups: Path | None = None
    rehearsal: Path | None = None


@dataclass(frozen=True, slots=True)
class Logging:
    """How lines of the log look, ``text`` or ``json``, and whether each call leaves one."""

    format: str = TEXT
    access: bool = False


PLAIN = Logging()
"""Without the section."""


@dataclass(frozen=True, slots=True)
class Tracing:
    """Where spans go, who may ask for them, and what part of all calls is traced besides."""

    endpoint: str
    roles: tuple[str, ...] = ()
    ratio: float = 0.0


def observed(content: dict[str, Any], directory: Path) -> dict[str, Any]:
    """The settings of these sections, whose values were checked."""
    metrics, tracing = content.get("metrics"), content.get("tracing")
    places = {
        name: (directory / metrics[name]).resolve()
        for name in ("backups", "rehearsal")
        if metrics and metrics.get(name)
    }
    page = MetricsPage(metrics["address"], **places) if metrics else None
    traced = {**tracing, "roles": tuple(tracing.get("roles", ()))} if tracing else None
    return {
        "metrics": page,
        "logging": Logging(**content.get("logging", {})),
        "tracing": Tracing(**traced) if traced else None,
    }


def observing_faults(content: dict[str, Any]) -> list[str]:
    """What each setting by itself does not show."""
    metrics, logging, tracing = (_section(content, name) for name in ("metrics", "logging", "tracing"))
    faults = []
    address = metrics.get("address")
    if isinstance(address, str) and not metrics.get("open_to_network") and not _is_loopback(address):
        faults.append("[metrics] address 只能是本机地址; 确需对外, 写 open_to_network = true")
    if logging.get("format", TEXT) not in (TEXT, JSON):
        faults.append(f"[logging] format 应为 {TEXT} 或 {JSON}")
    return faults + (_tracing_faults(tracing) if tracing else [])


def _tracing_faults(tracing: dict[str, Any]) -> list[str]:
    faults = []
    endpoint, roles, ratio = tracing.get("endpoint"), tracing.get("roles", []), tracing.get("ratio", 0)
    if isinstance(endpoint, str) and not _COLLECTOR.fullmatch(endpoint):
        faults.append("[tracing] endpoint 应以 http:// 或 https:// 开头")
    known = {role.value for role in CallerRole}
    if isinstance(roles, list) and (unknown := {str(role) for role in roles} - known):
        faults.append(f"[tracing] roles: 没有 {', '.join(sorted(unknown))} 这一角色")
    if isinstance(ratio, int | float) and ratio > 1:
        faults.append("[tracing] ratio 应在 0 和 1 之间")
    if not roles and not ratio:
        faults.append("[tracing] roles 和 ratio 至少写一项, 否则什么都不跟踪")
    return faults


def _section(content: dict[str, Any], name: str) -> dict[str, Any]:
    given = content.get(name, {})
    return given if isinstance(given, dict) else {}


def _is_loopback(address: str) -> bool:
    """Whether nobody on another machine can reach an address; what is no address, another check tells."""
    found = _HOST.fullmatch(address)
    if found is None:
        return True
    host = found[1] or found[2]
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


OBSERVING = (
    Section(
        "metrics",
        "运行指标和健康状况，以 HTTP 供 Prometheus 和进程管理程序读取 (docs/monitoring.md)；不写则没有",
        "Metrics and health over plain HTTP.",
        (
            Option(
                "address",
                str,
                "监听的 主机:端口：/metrics、/livez、/readyz。默认只许本机地址。",
                "Where it listens; the loopback, unless open_to_network.",
                "127.0.0.1:9443",
                needed=True,
            ),
            Option(
                "open_to_network",
                bool,
                "许可监听本机之外的地址；谁能读，由防火墙或前面的代理把守。",
                "Allows an address that others can reach.",
                True,
                default=False,
            ),
            Option(
                "backups",
                str,
                "每日备份所在的目录，用来报告最近一份完整备份的时间。",
                "Where backups lie, to tell how old the newest is.",
                "/srv/backup",
                default="不报告",
            ),
            Option(
                "rehearsal",
                str,
                "registry rehearse --result 写入的文件，用来报告最近一次恢复演练是否通过。",
                "The file that registry rehearse --result writes, to tell whether the newest one passed.",
                "/var/lib/registry-rehearsal/result.json",
                default="不报告",
            ),
        ),
    ),
    Section(
        "logging",
        "运行日志，写到标准错误；其中没有任何个人或企业的内容",
        "The log on standard error.",
        (
            Option(
                "format",
                str,
                "text 供人读，json 供程序读：每行一条。",
                "text or json, a line a record.",
                "json",
                default="text",
            ),
            Option(
                "access",
                bool,
                "每次调用结束时记一行：方法、角色、结果、用时、请求编号。",
                "A line for each call that ended.",
                True,
                default=False,
            ),
        ),
    ),
    Section(
        "tracing",
        "按需跟踪 (OpenTelemetry)，需要附加组件 tracing；roles 和 ratio 至少写一项",
        "Traces on demand.",
        (
            Option(
                "endpoint",
                str,
                "收集器的 OTLP/HTTP 地址。",
                "OTLP over HTTP: where spans are sent.",
                "http://127.0.0.1:4318/v1/traces",
                needed=True,
            ),
            Option(
                "roles",
                list,
                "哪些角色可以用 traceparent 的采样标志要求跟踪自己的调用。",
                "Roles whose sampled calls are traced.",
                ["registrar", "system/bidding"],
                default=[],
            ),
            Option(
                "ratio",
                float,
                "另外随机跟踪的比例，0 到 1。",
                "What part of all calls is traced besides.",
                0.001,
                default=0,
                zero=True,
            ),
        ),
    ),
)
