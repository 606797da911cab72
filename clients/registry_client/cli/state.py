"""``registryctl state``: one statement from a JSON file, signed and submitted.

For everything that is not a row of a table: correction, withdrawal, repair, what befell a record or a
subject, red lists, deliveries, and the registrar's acts (department, official, key, the registry's own keys:
the server adds the signatures of a log key and of the new one to those). The file holds the body
of a ``registry.v1.Statement`` in protobuf's JSON mapping under the name of its field, or a list of such; ids
and nonces are made from the content (``registry_client.numbering``), so that repeating a run is safe. A
target without a department is one's own.

Examples, one of each kind that is not the registrar's::

    {"withdrawal": {"target": {"statement_id": "E-51.7d00…"}, "reason": "处罚决定经行政复议撤销"}}
    {"lifting": {"target": {"statement_id": "E-51.90ab…"}, "document": {…}, "effective_on": "2026-11-20",
                 "reason": "已清缴税款"}}
    {"status_note": {"target": {"department": "11130900DEM0000228", "statement_id": "E-51.7d00…"},
                     "status": "NOTED_STATUS_OBJECTED", "effective_on": "2026-11-20", "reason": "当事人异议"}}
    {"subject_link": {"kind": "SUBJECT_LINK_KIND_SUCCESSION", "from": {…}, "to": {…}, "document": {…},
                      "reason": "换发统一社会信用代码"}}
    {"name_ruling": {"subject": {…}, "names": ["沧州澄梧建筑(示例)有限公司"], "document": {…}, "reason": "…"}}
    {"delivery": {"list_code": "L-03", "as_of": "2026-11-24"}}
    {"red_list_candidacy": {"subject": {"identifier": {…}, "kind": "SUBJECT_KIND_ENTERPRISE", "name": "…"},
                            "list_code": "R-03", "document": {…}, "legal_basis": ["国发〔2016〕33号"],
                            "publicised_from": "2026-11-02", "publicised_until": "2026-11-13"}}
    {"erasure": {"target": {"statement_id": "E-03-CF.5b12…"}, "document": {…}, "reason": "保存期限届满",
                 "legal_basis": ["个人信息保护法 第四十七条"]}}
    {"red_list_grant": {"target": {"statement_id": "red-list-candidacy.41c3…"}, "document": {…},
                        "from": "2026-11-16", "until": "2028-11-15"}}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from registry.provenance.json_bounds import parsed_once
from registry.v1.envelope_pb2 import Envelope
from registry.v1.statement_pb2 import KeyEnrolment, Statement
from registry_client.cli.failures import Failure
from registry_client.cli.message_json import message_from
from registry_client.cli.options import Session, connected, json_option, load_signer, passphrase_option
from registry_client.cli.output import print_json, print_table
from registry_client.cli.submit import SECRET, SIGNING_KEY
from registry_client.cli.wide_help import WideCommand
from registry_client.numbering import Numbering
from registry_client.outcomes import SubmitOutcome
from registry_client.statements import numbered_statement, seal


@click.command("state", cls=WideCommand, short_help="签名并提交单份陈述 sign and submit statements")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="签名私钥，默认为凭证目录中的 signing.pem。The signing key.",
)
@click.option(
    "--new-key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="登记密钥时新密钥的私钥，用来证明持有。The key being enrolled, which signs too.",
)
@passphrase_option
@click.option(
    "--new-passphrase-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="从文件描述符N读取新密钥的口令。Read the new key's pass phrase from file descriptor N.",
)
@click.option(
    "--secret",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="陈述编号密钥，默认为凭证目录中的 statement.secret。The department's secret for statement ids.",
)
@click.option(
    "--occasion",
    metavar="TEXT",
    default="",
    help="同样的内容须再次陈述时的区别字样，如撤回后又恢复。States the same anew: names the occasion.",
)
@json_option
@connected
def state(
    session: Session,
    files: tuple[Path, ...],
    key: Path | None,
    new_key: Path | None,
    passphrase_fd: int | None,
    new_passphrase_fd: int | None,
    secret: Path | None,
    occasion: str,
    as_json: bool,
) -> None:
    """提交文件中的陈述：更正、撤回、修复、标注、名单，或登记机构的登记。Sign and submit statements.

    文件是JSON，每份陈述写成 {"种类": {内容}}，多份写成列表，依次提交。target 中不写 department 的，
    指本部门的陈述。重复提交同一文件是安全的。有任何一份被退回时，退出码为1。种类为：

    \b
    event                    信用事件
    correction               更正
    withdrawal               撤回
    repair                   信用修复、提前移出
    lifting                  解除没有期限的措施
    status_note              标注：中止执行、异议、复议或诉讼，及其终结
    subject_link             主体关联：换码、合并、分支机构、旧码
    name_ruling              名称认定
    delivery                 名单报送说明：截至某日已全部报送
    red_list_candidacy       守信激励对象公示
    red_list_grant           列入守信激励名单
    confirmation             确认：密钥泄露后仍为本部门所作
    erasure                  依法删除内容
    department_registration  登记部门
    official_registration    登记人员
    official_revocation      停用人员
    key_enrolment            登记密钥
    key_revocation           撤销密钥
    registry_key_change      更换登记系统自己的密钥
    edition_draft            目录版本起草
    edition_review           目录版本合法性审查
    edition_adoption         目录版本批准、备案
    ban_draft                市场禁入：立案及拟处理意见
    ban_review               市场禁入：法制审核
    ban_notice               市场禁入：事先告知
    ban_defence              市场禁入：陈述申辩及复核
    ban_hearing_notice       市场禁入：听证通知
    ban_hearing              市场禁入：听证笔录
    ban_deliberation         市场禁入：集体讨论
    ban_decision             市场禁入：决定
    ban_served               市场禁入：决定书送达
    objection                异议
    objection_result         异议处理结果
    repair_application       信用修复申请
    repair_acceptance        信用修复受理
    repair_refusal           不予信用修复
    repair_annulment         撤销信用修复
    """
    if new_passphrase_fd is not None and new_key is None:
        raise click.UsageError("--new-passphrase-fd 须与 --new-key 同用")
    signer = load_signer(key or session.directory / SIGNING_KEY, passphrase_fd)
    enrolled = [load_signer(new_key, new_passphrase_fd)] if new_key else []
    numbering = Numbering.load(secret or session.directory / SECRET)
    origin, department = session.credentials.origin, session.credentials.department
    if not department:
        raise Failure("证书中没有部门身份，不能提交陈述")
    envelopes: list[tuple[Path, Envelope]] = []
    for path in files:
        for body in _bodies(path):
            if hasattr(body, "target") and not body.target.department:
                body.target.department = department
            statement = numbered_statement(
                numbering, origin=origin, department=department, body=body, occasion=occasion
            )
            proof = enrolled if isinstance(body, KeyEnrolment) else []
            envelopes.append((path, seal(statement, signer, *proof)))
    # One at a time: a key may be enrolled for a department that the statement before registers.
    outcomes = [(path, session.registry.submit([envelope])[0]) for path, envelope in envelopes]
    _print(outcomes, as_json)
    if not all(outcome.accepted for _, outcome in outcomes):
        raise click.exceptions.Exit(1)


_OF_THE_REGISTRY = ("genesis", "map_state", "time_anchor")
"""What founds a log, and what the registry states itself."""


def _bodies(path: Path) -> list[Any]:
    try:
        content = parsed_once(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise Failure(f"{path}：无法读取：{fault.strerror}") from None
    except ValueError as fault:
        raise Failure(f"{path}：不是JSON：{fault}") from None
    return [_body(path, each) for each in (content if isinstance(content, list) else [content])]


def _body(path: Path, content: object) -> Any:
    fields = Statement.DESCRIPTOR.oneofs_by_name["body"].fields
    kinds = [field.name for field in fields if field.name not in _OF_THE_REGISTRY]
    if not isinstance(content, dict) or len(content) != 1 or not content.keys() <= set(kinds):
        raise Failure(f'{path}：每份陈述应写成 {{"种类": {{内容}}}}，种类为 {"、".join(kinds)} 之一')
    return getattr(message_from(path, content, Statement()), next(iter(content)))


def _print(outcomes: list[tuple[Path, SubmitOutcome]], as_json: bool) -> None:
    if as_json:
        for path, outcome in outcomes:
            faults = [{"field": each.field, "message": each.message} for each in outcome.faults]
            known = {"statement_id": outcome.statement_id, "position": outcome.position}
            print_json({"file": str(path), **known, "already": outcome.already_recorded, "faults": faults})
        return
    rows = []
    for path, outcome in outcomes:
        result = "退回" if not outcome.accepted else "已有" if outcome.already_recorded else "接收"
        told = "\n".join(f"{fault.field}：{fault.message}" for fault in outcome.faults)
        place = "" if outcome.position is None else str(outcome.position)
        rows.append((str(path), result, place, told or outcome.statement_id))
    print_table(("文件", "结果", "序号", "陈述编号或理由"), rows, whole=("结果", "序号"))
