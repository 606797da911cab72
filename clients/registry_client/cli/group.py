"""The group of commands that is ``registryctl``.

Each command is fetched from its module when it is asked for: what one of them needs, gRPC above all, is no
business of the others (``verify`` runs where there is no network at all).
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import click

from registry_client.cli.wide_help import WideContext

_MODULES = {
    "submit": "submit",
    "template": "template",
    "state": "state",
    "check": "check",
    "verify": "verify",
    "paper": "paper",
    "screen": "screen",
    "explain": "explain",
    "incentives": "incentives",
    "redlist": "incentives",
    "report": "report",
    "measure-use": "report",
    "record": "record",
    "certificate": "record",
    "search": "record",
    "ban": "ban",
    "objection": "remedy",
    "repair": "remedy",
    "remedies": "remedy",
    "complaint": "complaint",
    "custodian": "custodian",
    "referral": "referral",
    "roster": "roster",
    "plan": "plan",
    "draw": "draw",
    "verify-draw": "verify_draw",
    "supervision": "supervision",
    "inspection": "inspection",
    "risk": "risk",
    "matter": "matter",
    "rule": "rule",
    "intermediary": "intermediary",
    "association": "association",
    "evidence": "evidence",
    "notices": "notices",
    "watch": "watch",
    "snapshot": "snapshot",
    "bans": "listings",
    "listed": "listings",
    "disputes": "listings",
    "departments": "directory",
    "officials": "directory",
    "keys": "directory",
    "checkpoint": "directory",
    "log": "log",
    "keygen": "keygen",
    "refusals": "intake",
    "statement": "intake",
    "statements": "own_statements",
    "audit": "audit",
    "catalogue": "catalogue",
    "accountability": "accountability",
}
"""The module of each command; its name there is the command's, with underscores."""


class _Commands(MutableMapping[str, click.Command]):
    """The commands by name, each imported when it is asked for."""

    def __init__(self) -> None:
        self._found: dict[str, click.Command | None] = dict.fromkeys(_MODULES)

    def __getitem__(self, name: str) -> click.Command:
        command = self._found[name]
        if command is None:
            module = import_module(f"registry_client.cli.{_MODULES[name]}")
            command = self._found[name] = getattr(module, name.replace("-", "_"))
        return command

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._found[name] = command

    def __delitem__(self, name: str) -> None:
        del self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class _Registryctl(click.Group):
    """Turns what may go wrong without a mistake in the program into one line and exit status 3."""

    context_class = WideContext

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            from registry_client.cli.failures import EXPECTED, failure_of

            if isinstance(error, EXPECTED):
                raise failure_of(error) from None
            raise


@click.group("registryctl", cls=_Registryctl, commands=_Commands())
def registryctl() -> None:
    """公共信用信息登记系统的命令行：签名提交、查询、查看部门与密钥。

    The credit registry at the command line: sign and submit, ask, look at departments and keys.

    退出码：0 完成；1 有行未进入、结论不是未见限制或回执不成立；2 用法有误；3 未能完成（连接、权限、文件）。
    """
