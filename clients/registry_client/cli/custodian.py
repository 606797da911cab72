"""``registryctl custodian``: a custodian's key, the consent of two to an opening, and the opening itself.

Each custodian works on a machine of his own: private keys stay there. The order is: the two record that they
open (``consent``), the first makes the message for the second (``share``), the second reads (``open``)."""

from __future__ import annotations

from pathlib import Path

import click

from registry.v1 import complaint_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry.v1.complaint_service_pb2_grpc import ComplaintServiceStub
from registry.v1.statement_pb2 import Statement
from registry_client.cli.ban_steps import Step
from registry_client.cli.custodian_opening import consent, open_blob, share
from registry_client.cli.custody_files import (
    custody_key,
    custody_passphrase,
    fingerprint,
    load_key,
    new_passphrase,
    number_argument,
)
from registry_client.cli.failures import Failure
from registry_client.cli.official_steps import acting, own_department
from registry_client.cli.options import Session, connected, passphrase_option
from registry_client.cli.output import print_facts, print_table
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.instants import today
from registry_client.supervision.custody import CustodyKey


@click.group("custodian", cls=WideGroup, short_help="身份保管人 custodians")
def custodian() -> None:
    """身份保管人：任意两人共同开启密封的投诉举报，一人不能。Custodians: any two open what is sealed, no one
    alone."""


@custodian.command("keygen", cls=WideCommand, short_help="生成保管人密钥 make a key")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="新的私钥文件。")
@passphrase_option
@click.option("--no-passphrase", is_flag=True, help="不加密，仅用于演示。Leave the key unencrypted.")
def keygen(out: Path, passphrase_fd: int | None, no_passphrase: bool) -> None:
    """生成保管人的私钥，加密保存，仅本人可读。它不是签名私钥，丢失后密封给它的材料就少一人能开启。"""
    key = CustodyKey.generate()
    key.save(out, None if no_passphrase else new_passphrase(passphrase_fd))
    print_facts([("私钥文件", str(out)), ("公钥指纹", fingerprint(key.public_key))])


@custodian.command("enrol", cls=WideCommand, short_help="声明公钥 state one's key")
@number_argument
@custody_key
@custody_passphrase
@click.option("--official", required=True, metavar="ID", help="本人的工号。One's own staff id.")
@click.option("--from", "first", default="", metavar="DAY", help="生效日期，默认为今天。")
@click.option("--until", "last", required=True, metavar="DAY", help="截止日期，不超过五年。")
@acting
def enrol(
    session: Session, number: str, custody_key: Path, custody_passphrase_fd: int | None, **given: str
) -> Step:
    """声明本人的公钥，以本人签名私钥签名，并证明持有保管人私钥。State one's key, and that one holds it."""
    key = load_key(custody_key, custody_passphrase_fd)
    body = key.statement(
        number=number,
        origin=session.credentials.origin,
        department=own_department(session),
        official_id=given["official"],
        window=(given["first"] or today().isoformat(), given["last"]),
    )
    return pb.Supervision(custodian_key=body), session.registry.supervision.take


@custodian.command("withdraw", cls=WideCommand, short_help="撤销公钥 withdraw a key")
@number_argument
@acting
def withdraw(session: Session, number: str) -> Step:
    """撤销本人的公钥：不再密封给它，本人也不再同意开启；不能恢复。Withdraw one's key, for good."""
    view = session.registry.supervision.file(pb.FILE_KIND_CUSTODIAN, own_department(session), number)
    if not view.statements:
        raise Failure("没有这一保管人编号")
    said = Statement.FromString(view.statements[-1].statement.envelope.payload).supervision.custodian_key
    said.withdrawn = True
    return pb.Supervision(custodian_key=said), session.registry.supervision.take


@custodian.command("list", cls=WideCommand, short_help="列出现行公钥 list keys in force")
@click.option("--department", default="", metavar="CODE", help="部门代码，默认为全部。")
@connected
def list_keys(session: Session, department: str) -> None:
    """列出各部门现行的保管人公钥；指纹请与保管人本人核对。List keys in force; compare the fingerprints."""
    rows = [
        (desk.department, key.official_id, key.section, key.valid_until, fingerprint(key.public_key))
        for desk in _desks(session, department)
        for key in desk.keys
    ]
    print_table(("部门", "工号", "科室", "截止", "指纹"), rows, whole=("部门", "工号", "截止"))


for _command in (consent, share, open_blob):
    custodian.add_command(_command)


def _desks(session: Session, department: str) -> list[service.ComplaintDesk]:
    request = service.ListComplaintDesksRequest(department=department)
    told = session.registry.call(ComplaintServiceStub, "ListComplaintDesks", request)
    return list(told.desks)
