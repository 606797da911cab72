"""The registrar's forms (登记): departments, officials, keys, and the bodies that come of them.

A key is enrolled by its public key as PEM; its holder shows that it is held where the act is signed
(``console.acting``). Keys that the signing component does not hold are for ``registryctl``.

Example: 登记人员 asks for department, staff id, name, section and roles, and makes an
``OfficialRegistration``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from google.protobuf.message import Message

from registry.domain.periods import add_months
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519, Suite
from registry_client.instants import today
from registry_client.words import OFFICIAL_ROLES, REVOCATIONS
from registry_web.console.desk import PageError
from registry_web.console.pages.catalogue_rows import Rows
from registry_web.console.pages.forms import Answers, Field, choices_of
from registry_web.console.pages.framing import Departments

_ROLES = choices_of(OFFICIAL_ROLES)


@dataclass(frozen=True, slots=True)
class ActForm:
    """An act of the registrar."""

    title: str
    fields: Callable[[Departments, Rows], list[Field]]
    body: Callable[[Departments, Answers], Message]
    effect: str


def _department_fields(_departments: Departments, _rows: Rows) -> list[Field]:
    return [
        Field("code", "统一社会信用代码"),
        Field("name", "名称"),
        Field("kinds", "部门类别", "lines", hint="目录中的类别代码, 一行一个, 如 finance"),
        Field("mandate", "职责", "head", hint="只能在目录允许这类部门的范围以内。"),
        Field("region", "地区", hint="GB/T 2260 六位代码"),
        Field("categories", "信息类别", "lines", required=False, hint="一行一个, 如 E-03-CF"),
        Field("lists", "名单", "lines", required=False, hint="一行一个, 如 L-06"),
        Field("measures", "措施", "lines", required=False, hint="一行一个, 如 M-PRO-01", rows=5),
        Field("decides_here", "在本系统按程序决定的措施、名单", "lines", required=False),
        Field("relayed", "转报的机关", "lines", required=False, hint="统一社会信用代码, 一行一个"),
    ]


def _department(_departments: Departments, answers: Answers) -> Message:
    mandate = pb.Mandate(
        categories=answers.lines("categories"),
        lists=answers.lines("lists"),
        measures=answers.lines("measures"),
        region=answers["region"],
        relayed_authorities=answers.lines("relayed"),
        decides_here=answers.lines("decides_here"),
    )
    return pb.DepartmentRegistration(
        code=answers["code"], name=answers["name"], kinds=answers.lines("kinds"), mandate=mandate
    )


def _department_choice(departments: Departments) -> Field:
    choices = {str(each.position): each.registration.name for each in departments.entries}
    return Field("department", "部门", "choice", choices=choices)


def _official_fields(departments: Departments, _rows: Rows) -> list[Field]:
    roles = [Field(f"role{value}", word, "flag", required=False) for value, word in _ROLES.items()]
    return [
        _department_choice(departments),
        Field("official_id", "工号", hint="部门内唯一, 不是证件号码。"),
        Field("name", "姓名"),
        Field("section", "内设机构"),
        Field("roles", "岗位", "head", hint="登记员不得办理市场禁入; 一人在一案只能办理一个岗位。"),
        *roles,
    ]


def _official(departments: Departments, answers: Answers) -> Message:
    return pb.OfficialRegistration(
        official_id=answers["official_id"],
        department=departments.code(answers["department"]),
        name=answers["name"],
        section=answers["section"],
        roles=[int(value) for value in _ROLES if answers.flag(f"role{value}")],  # type: ignore[misc]
    )


def _end_official_fields(departments: Departments, _rows: Rows) -> list[Field]:
    return [
        _department_choice(departments),
        Field("official_id", "工号"),
        Field("reason", "理由", "area"),
    ]


def _end_official(departments: Departments, answers: Answers) -> Message:
    return pb.OfficialRevocation(
        official_id=answers["official_id"],
        department=departments.code(answers["department"]),
        reason=answers["reason"],
    )


def _end_key_fields(_departments: Departments, _rows: Rows) -> list[Field]:
    return [
        Field("keyid", "密钥号", hint="64 位十六进制, 见密钥列表。"),
        Field("reason", "原因", "radio", choices=choices_of(REVOCATIONS)),
        Field(
            "suspect_from", "存疑起始序号", "position", required=False,
            hint="仅泄露的填写: 自该序号起由它签名的陈述存疑, 由部门逐件确认或者撤回。",
        ),
    ]  # fmt: skip


def _end_key(_departments: Departments, answers: Answers) -> Message:
    body = pb.KeyRevocation(
        keyid=answers["keyid"].lower(),
        reason=answers.number("reason"),  # type: ignore[arg-type]
    )
    if answers["suspect_from"]:
        body.suspect_from = answers.number("suspect_from")
    return body


def _new_key_fields(departments: Departments, _rows: Rows) -> list[Field]:
    day = today()
    return [
        _department_choice(departments),
        Field("official_id", "工号", required=False, hint="部门印章不填。"),
        Field(
            "public_key", "公钥", "area", rows=6,
            hint="签名组件生成密钥时给出的 PEM 公钥; 持有人须在场输入口令, 证明持有。",
        ),
        Field("valid_from", "有效期开始", "day", value=day.isoformat()),
        Field("valid_until", "有效期结束(含当日)", "day", value=add_months(day, 24).isoformat()),
    ]  # fmt: skip


def _new_key(departments: Departments, answers: Answers) -> Message:
    suite, public_key = public_key_of(answers["public_key"])
    return pb.KeyEnrolment(
        department=departments.code(answers["department"]),
        official_id=answers["official_id"],
        suite=suite,
        public_key=public_key,
        valid_from=answers["valid_from"],
        valid_until=answers["valid_until"],
    )


def public_key_of(pem: str) -> tuple[Suite.ValueType, bytes]:
    """The suite and the DER form of a public key in PEM. Raises PageError."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise PageError(422, "公钥不能读取, 应为 PEM 格式的公钥。") from None
    if not isinstance(key, Ed25519PublicKey):
        raise PageError(422, "这种密钥请用命令行工具登记。")
    return SUITE_ED25519, key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


ACTS: Mapping[str, ActForm] = {
    "register-department": ActForm(
        "登记部门", _department_fields, _department, "部门可以在职责范围内报送; 再次登记即变更职责。"
    ),
    "register-official": ActForm(
        "登记人员", _official_fields, _official, "立案以后登记或者变更登记的人员, 不得办理该案。"
    ),
    "revoke-official": ActForm(
        "终止人员职权", _end_official_fields, _end_official, "其密钥签名的新陈述不再接收; 以前的不受影响。"
    ),
    "enrol-key": ActForm(
        "登记密钥", _new_key_fields, _new_key, "有效期内, 由这一密钥签名的陈述视为持有人作出。"
    ),
    "revoke-key": ActForm("吊销密钥", _end_key_fields, _end_key, "该密钥签名的新陈述不再接收。"),
}
