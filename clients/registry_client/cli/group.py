"""The group of commands that is ``registryctl``."""

from __future__ import annotations

from typing import Any

import click

from registry_client.cli.catalogue import catalogue
from registry_client.cli.check import check
from registry_client.cli.directory import checkpoint, departments, keys, officials
from registry_client.cli.explain import explain
from registry_client.cli.failures import EXPECTED, failure_of
from registry_client.cli.incentives import incentives, redlist
from registry_client.cli.intake import refusals, statement
from registry_client.cli.keygen import keygen
from registry_client.cli.listings import bans, disputes, listed
from registry_client.cli.record import certificate, record, search
from registry_client.cli.report import measure_use, report
from registry_client.cli.screen import screen
from registry_client.cli.state import state
from registry_client.cli.submit import submit
from registry_client.cli.wide_help import WideContext


class _Registryctl(click.Group):
    """Turns what may go wrong without a mistake in the program into one line and exit status 3."""

    context_class = WideContext

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EXPECTED as error:
            raise failure_of(error) from None


@click.group("registryctl", cls=_Registryctl)
def registryctl() -> None:
    """公共信用信息登记系统的命令行：签名提交、查询、查看部门与密钥。

    The credit registry at the command line: sign and submit, ask, look at departments and keys.

    退出码：0 完成；1 有行未进入登记系统，或有结论不是未见限制；2 用法有误；3 未能完成（连接、权限、文件）。
    """


for _command in (
    submit,
    state,
    check,
    screen,
    explain,
    incentives,
    redlist,
    report,
    measure_use,
    record,
    certificate,
    search,
    bans,
    listed,
    disputes,
    departments,
    officials,
    keys,
    checkpoint,
    keygen,
    refusals,
    statement,
    catalogue,
):
    registryctl.add_command(_command)
