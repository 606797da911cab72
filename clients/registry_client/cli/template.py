"""``registryctl template``: an empty file of each kind, to be filled and submitted."""

from __future__ import annotations

from pathlib import Path

import click

from registry_client.bulk.templates import KINDS, template_text, template_workbook
from registry_client.cli.failure import Failure
from registry_client.cli.output import print_line
from registry_client.cli.saved_files import save_new
from registry_client.cli.wide_help import WideCommand
from registry_client.supervision import roster_layouts

_ALL = {**KINDS, **roster_layouts.KINDS}
_BY_CHINESE_NAME = {layout.name: kind for kind, layout in _ALL.items()}


class _Kind(click.Choice[str]):
    """A kind of file, by its name in either language."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert(_BY_CHINESE_NAME.get(value, value), param, ctx)


@click.command("template", cls=WideCommand, short_help="取得文件模板 get a template to fill")
@click.argument("kind", type=_Kind(list(_ALL)), metavar="KIND")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="写到此文件（.xlsx或.csv），默认为当前目录中的“种类模板.xlsx”。Where to write it.",
)
def template(kind: str, out: Path | None) -> None:
    """写出一种文件的空模板，填好后用 registryctl submit 提交。Write an empty template.

    KIND 为种类，可写中文或英文：行政处罚 penalty、行政许可 licence、名单信息 list-entry、措施决定 measure、
    职称职业信息 title、登记注册信息 registration；
    双随机用的检查对象名录 roster-objects、检查人员名录 roster-inspectors、年度抽查计划 inspection-plan、
    回避名单 recusals（用 registryctl roster、plan、draw 登记）。

    xlsx模板中代码列已设为文本格式，固定取值的列有下拉列表，“填写说明”逐列说明是否必填、填写形式和示例。
    csv模板只有表头。不覆盖已有的文件。
    """
    layout = _ALL[kind]
    path = out or Path(f"{layout.name}模板.xlsx")
    if path.suffix.lower() == ".csv":
        save_new(path, template_text(layout))
    elif path.suffix.lower() == ".xlsx":
        save_new(path, _workbook(kind))
    else:
        raise click.UsageError(f"{path}：文件名应以 .xlsx 或 .csv 结尾")
    print_line(f"{path}：{layout.name}模板，共{len(layout.columns)}列")


def _workbook(kind: str) -> bytes:
    try:
        if kind in roster_layouts.KINDS:
            return template_workbook(_ALL[kind], roster_layouts.explanation_of)
        return template_workbook(KINDS[kind])
    except ModuleNotFoundError:
        raise Failure("写xlsx需要安装 credit-registry[bulk]；或用 --out 文件.csv") from None
