"""Drafts of bans in a file: a JSON object or list, or a csv file with one draft a row (批量立案拟定).

Columns of the csv file, in any order:
案号、主体名称、统一社会信用代码、主体类别、立案日期、信息类别、严重程度、措施、
期限月数、终身、适用地区、法律依据、事实、理由、证据、许可机构、重大复杂. Several articles, and several files
of evidence, are separated by ；. A file is looked for beside the csv file; its digest alone is submitted.
Natural persons are drafted in JSON, one by one. It is read as every file of rows is
(``registry_client.files``): a row with more or fewer cells than headings is a fault, for its cells would be
taken for those of other columns.

Example: a row with 措施 M-PRO-01 and 期限月数 24 proposes that measure for two years.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC, Identifier, Subject
from registry_client.cli.draw_options import content_of
from registry_client.cli.failures import Failure
from registry_client.cli.official_steps import body_from, evidence_of, read_json
from registry_client.columns import Column, Layout
from registry_client.files import Row, RowFault, Table, read_content
from registry_client.words import KINDS, SEVERITIES, YES_OR_NO, plain

COLUMNS = (
    "案号", "主体名称", "统一社会信用代码", "主体类别", "立案日期", "信息类别", "严重程度", "措施",
    "期限月数", "终身", "适用地区", "法律依据", "事实", "理由", "证据", "许可机构", "重大复杂",
)  # fmt: skip
_LAYOUT = Layout("立案拟定", "E-51", mark="案号", columns=tuple(map(Column, COLUMNS)))
_REQUIRED = ("案号", "主体名称", "统一社会信用代码", "立案日期", "措施", "法律依据", "事实", "证据")


def read_drafts(path: Path, reason: str = "") -> list[pb.BanDraft]:
    """The drafts of a file; ``reason`` is that of those which state none. Raises Failure with every fault."""
    drafts = list(_of_csv(path)) if path.suffix.lower() == ".csv" else _of_json(path)
    if not drafts:
        raise Failure(f"{path}：没有案件")
    for draft in drafts:
        draft.reason = draft.reason or reason
    return drafts


def _of_json(path: Path) -> list[pb.BanDraft]:
    content = read_json(path)
    return [
        body_from(path, each, pb.BanDraft()) for each in (content if isinstance(content, list) else [content])
    ]


def _of_csv(path: Path) -> Iterator[pb.BanDraft]:
    rows = list(_table(path).rows())
    faults = [fault for row in rows for fault in _faults(row, path.parent)]
    if faults:
        raise Failure(f"{path}：\n" + "\n".join(faults))
    for row in rows:
        if isinstance(row, Row):
            yield _draft(row.cells, path.parent)


def _table(path: Path) -> Table:
    """The rows of a csv file. Raises Failure, and FileFormatError."""
    table = read_content(path, content_of(path), layouts=(_LAYOUT,))
    columns = table.headings.columns
    known = {column.heading for column in columns if column}
    unknown = [text for text, column in zip(table.headings.written, columns, strict=True) if not column]
    told = [f"没有“{name}”列" for name in _REQUIRED if name not in known]
    told += [f"不认识“{name}”列" for name in unknown]
    if told:
        raise Failure(f"{path}：{'；'.join(told)}")
    return table


def _faults(read: Row | RowFault, folder: Path) -> Iterator[str]:
    if isinstance(read, RowFault):
        yield f"第{read.line}行：{f'“{read.column}”' if read.column else ''}{read.message}"
        return
    line, row = read.line, read.cells
    for name in _REQUIRED:
        if not row.get(name):
            yield f"第{line}行：“{name}”为空"
    for name, words in (
        ("主体类别", KINDS),
        ("严重程度", SEVERITIES),
        ("终身", YES_OR_NO),
        ("重大复杂", YES_OR_NO),
    ):
        if row.get(name) and plain(row[name]) not in words:
            yield f"第{line}行：“{name}”应为 {'、'.join(words)}"
    if row.get("期限月数") and not row["期限月数"].isdecimal():
        yield f"第{line}行：“期限月数”应为整数"
    for name in _several(row, "证据"):
        if not (folder / name).is_file():
            yield f"第{line}行：没有证据文件“{name}”"


def _draft(row: Mapping[str, str], folder: Path) -> pb.BanDraft:
    measure = pb.ProposedMeasure(
        measure_code=row["措施"],
        months=int(row.get("期限月数") or 0),
        lifetime=_flag(row, "终身"),
        scope=subject_pb2.Scope(region=row.get("适用地区", "")),
    )
    proposal = pb.BanProposal(
        category=row.get("信息类别") or "E-51",
        severity=SEVERITIES.get(plain(row.get("严重程度", "")), pb.SEVERITY_UNSPECIFIED),
        measures=[measure],
        legal_basis=_several(row, "法律依据"),
    )
    return pb.BanDraft(
        case_number=row["案号"],
        subject=Subject(
            identifier=Identifier(type=IDENTIFIER_TYPE_USCC, value=row["统一社会信用代码"]),
            kind=KINDS.get(plain(row.get("主体类别") or "企业"), subject_pb2.SUBJECT_KIND_ENTERPRISE),
            name=row["主体名称"],
        ),
        filed_on=row["立案日期"],
        facts=row["事实"],
        reason=row.get("理由", ""),
        evidence=[evidence_of(folder / name) for name in _several(row, "证据")],
        proposal=proposal,
        licensing_section=row.get("许可机构", ""),
        complex=_flag(row, "重大复杂"),
    )


def _several(row: Mapping[str, str], name: str) -> list[str]:
    return [each.strip() for each in row.get(name, "").split("；") if each.strip()]


def _flag(row: Mapping[str, str], name: str) -> bool:
    return YES_OR_NO.get(plain(row.get(name, "")), False)
