"""What the commands of ``registryctl catalogue`` share: how an edition is named, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from registry.v1 import catalogue_service_pb2 as pb
from registry_client.catalogue import named
from registry_client.cli.output import print_line, print_table
from registry_client.edition_files import EditionDirectory, read_edition_directory

HASH_SHOWN = 16

STATES: Mapping[str, int] = {
    "已起草": pb.EDITION_STATE_DRAFTED,
    "已通过合法性审查": pb.EDITION_STATE_REVIEWED,
    "未通过合法性审查": pb.EDITION_STATE_REJECTED,
    "已批准": pb.EDITION_STATE_ADOPTED,
    "未在本登记系统起草": pb.EDITION_STATE_UNSPECIFIED,
}
KINDS: Mapping[str, int] = {
    "新增": pb.CHANGE_KIND_ADDED,
    "删去": pb.CHANGE_KIND_REMOVED,
    "修改": pb.CHANGE_KIND_CHANGED,
}
SECTIONS: Mapping[str, str] = {
    "measures": "措施",
    "lists": "名单",
    "red_lists": "守信激励名单",
    "categories": "信息类别",
    "severity_rules": "公示期限",
    "deadlines": "期限",
    "domains": "领域",
    "roles": "角色",
    "zones": "开发区",
    "national_classes": "国家清单类别",
    "regions": "行政区划",
    "department_kinds": "部门类别",
    "activities": "活动",
    "start_anchors": "期限起算",
    "relief": "救济途径",
    "vocabularies": "代码表",
    "calendar": "节假日安排",
    "ban_rules": "禁入程序",
    "repair_rules": "信用修复",
    "early_ends": "提前终止",
    "false_repair": "虚假修复",
    "step_articles": "程序依据",
}


class Source(click.ParamType["EditionDirectory | str"]):
    """A directory with an edition's files, or the name of an edition that the registry holds."""

    name = "source"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> EditionDirectory | str:
        """The directory read, or the name."""
        if not isinstance(value, str):
            directory: EditionDirectory = value
            return directory
        if Path(value).is_dir():
            return read_edition_directory(value)
        if "/" in value or not value:
            self.fail(f"“{value}”既不是目录，也不是版本号", param, ctx)
        return value


def source_of(given: EditionDirectory | str) -> pb.EditionSource:
    """What was given, as a request names it."""
    return named(given) if isinstance(given, str) else given.source()


def print_faults(response: pb.CheckEditionResponse) -> None:
    """Every fault of an edition, with file and line."""
    rows = [(fault.file or "用例", str(fault.line or ""), fault.message) for fault in response.faults]
    print_table(("文件", "行", "说明"), rows, title=f"{len(rows)}处问题", whole=("行",))


def print_unconfirmed(response: pb.CheckEditionResponse) -> None:
    """What is not confirmed, for whoever reviews."""
    if response.unconfirmed:
        print_line(
            f"待核实的规定（{len(response.unconfirmed)}项），其中可信度低的不会单独构成禁止：", style="bold"
        )
        for told in response.unconfirmed:
            print_line(f"- {told}")
