"""``registryctl departments``, ``officials``, ``keys``, ``checkpoint``: who may state what, and the log."""

from __future__ import annotations

from typing import Any

import click
from google.protobuf.json_format import MessageToDict

from registry.v1.directory_service_pb2 import DepartmentEntry, KeyEntry, OfficialEntry
from registry.v1.envelope_pb2 import Suite
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json, print_table
from registry_client.cli.wide_help import WideCommand
from registry_client.words import OFFICIAL_ROLES, REVOCATIONS, word_of

_of_department = click.option(
    "--department", metavar="CODE", default="", help="只列该部门的（统一社会信用代码）。Of one department."
)


@click.command("departments", cls=WideCommand, short_help="列出部门及其职责 list departments")
@json_option
@connected
def departments(session: Session, as_json: bool) -> None:
    """列出已登记的部门：可以提交哪些类别、名单和措施，在哪个地区。List departments and their mandates."""
    entries = session.registry.departments()
    if as_json:
        _print_entries(entries)
        return
    rows = [
        (
            entry.registration.name,
            entry.registration.code,
            entry.registration.mandate.region,
            _mandate(entry),
            str(entry.position),
        )
        for entry in entries
    ]
    print_table(("部门", "代码", "地区", "职责", "序号"), rows, whole=("代码", "地区", "序号"))


@click.command("officials", cls=WideCommand, short_help="列出经办人员 list officials")
@_of_department
@json_option
@connected
def officials(session: Session, department: str, as_json: bool) -> None:
    """列出已登记的人员、内设机构和角色。List officials, their sections and roles."""
    entries = session.registry.officials(department)
    if as_json:
        _print_entries(entries)
        return
    rows = [
        (
            entry.registration.department,
            entry.registration.official_id,
            entry.registration.name,
            entry.registration.section,
            "、".join(word_of(OFFICIAL_ROLES, role) for role in entry.registration.roles),
            f"停用于{entry.revoked_position}" if entry.HasField("revoked_position") else "在用",
        )
        for entry in entries
    ]
    print_table(("部门代码", "工号", "姓名", "内设机构", "角色", "状态"), rows, whole=("部门代码",))


@click.command("keys", cls=WideCommand, short_help="列出签名密钥 list keys")
@_of_department
@json_option
@connected
def keys(session: Session, department: str, as_json: bool) -> None:
    """列出已登记的签名密钥、有效期和状态。List signing keys.

    密钥号是公钥的SHA-256，表中列前16位，--json 列全部。
    """
    entries = session.registry.list_keys(department)
    if as_json:
        _print_entries(entries)
        return
    rows = [
        (
            entry.keyid[:16],
            entry.enrolment.department,
            entry.enrolment.official_id or "部门印章",
            f"{entry.enrolment.valid_from} {entry.enrolment.valid_until}",
            _suite(entry.enrolment.suite),
            _state(entry),
        )
        for entry in entries
    ]
    headings = ("密钥号", "部门代码", "持有人", "有效期", "算法", "状态")
    print_table(headings, rows, whole=("密钥号", "部门代码"))


@click.command("checkpoint", cls=WideCommand, short_help="取日志检查点 latest checkpoint")
@json_option
@connected
def checkpoint(session: Session, as_json: bool) -> None:
    """取最近的已签名检查点（C2SP tlog-checkpoint）：日志名称、条数、根。The latest signed checkpoint.

    原样输出，可另存后用日志公钥核验。本命令不核验签名。
    """
    note = session.registry.checkpoint()
    if as_json:
        print_json({"checkpoint": note})
    else:
        click.echo(note, nl=False)


def _print_entries(entries: tuple[DepartmentEntry | OfficialEntry | KeyEntry, ...]) -> None:
    for entry in entries:
        value: dict[str, Any] = MessageToDict(entry, preserving_proto_field_name=True)
        print_json(value)


def _mandate(entry: DepartmentEntry) -> str:
    mandate = entry.registration.mandate
    parts = (mandate.categories, mandate.lists, mandate.measures)
    text = "；".join("、".join(codes) for codes in parts if codes)
    relayed = len(mandate.relayed_authorities)
    return f"{text}\n转报{relayed}个机关" if relayed else text


def _suite(suite: Suite.ValueType) -> str:
    return Suite.Name(suite).removeprefix("SUITE_") if suite in Suite.values() else str(suite)


def _state(entry: KeyEntry) -> str:
    if not entry.HasField("revoked_position"):
        return "在用"
    return f"{word_of(REVOCATIONS, entry.revocation_reason)}于{entry.revoked_position}"
