"""What has to be known to found a registry, where the answers come from, and whether they can be right.

    options        registry init --operator-code 11130900DEM00009X3 …
    a file         registry init --answers init.toml         what an option says comes before it
    the terminal   what is missing is asked for, with a default where there is one

    # init.toml
    operator_code = "11130900DEM00009X3"
    operator_name = "沧州市(示例)信用办"
    region = "130900"
    origin = "credit.example/cangzhou"
    address = "0.0.0.0:8443"
    hosts = ["registry.credit.example", "192.0.2.21"]

Each answer is checked by itself, so that whoever is asked hears at once what is wrong, and whoever gives a
file hears of every fault in one line. What only the whole can show is for the founding to say.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from registry.access.identity import Caller, CallerRole, IdentityError
from registry.commands.found import Operator
from registry.config import STORE, ConfigError
from registry.config_options.checking import split_address
from registry.domain.faults import Findings
from registry.editions import CURRENT_LABEL, shipped_editions
from registry.installation import InstallationError, Plan, as_host
from registry.location import is_url
from registry.sanctions.admission.directory import check_registration
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519, SUITE_SM2_SM3

SUITES = {"ed25519": SUITE_ED25519, "p256": SUITE_ECDSA_P256_SHA256, "sm2": SUITE_SM2_SM3}
Given = dict[str, "str | tuple[str, ...]"]


class AnswerError(ValueError):
    """Answers lack or cannot be right; the message names all of them."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be known; ``default`` is empty where nobody else can know it. ``fault`` answers what is
    wrong with an answer, or nothing."""

    name: str
    asked: str
    default: str
    fault: Callable[[str], str]

    @property
    def option(self) -> str:
        """How it is called on the command line."""
        return "--" + ("host" if self.name == "hosts" else self.name.replace("_", "-"))


def _operator_fault(field: str) -> Callable[[str], str]:
    """What the founding will say of one field of the operator, with the others left as they may be."""

    def fault(value: str) -> str:
        given = {"code": "11100000DEM00001XX", "name": "示例", "region": "130900", field: value}
        registration = pb.DepartmentRegistration(
            code=given["code"], name=given["name"], mandate=pb.Mandate(region=given["region"])
        )
        findings, (edition, *_) = Findings(), shipped_editions().values()
        check_registration(findings, "operator", registration, edition)
        return " ".join(each.message for each in findings.faults if each.field.endswith(f".{field}"))

    return fault


def _origin_fault(origin: str) -> str:
    try:
        Caller(CallerRole.AUDITOR, "auditor", origin)
    except IdentityError as error:
        return f"日志来源名 origin {origin!r} 应为主机名, 可带路径, 如 credit.example/cangzhou ({error})"
    return ""


def _address_fault(address: str) -> str:
    try:
        split_address(address)
    except ConfigError as error:
        return str(error)
    return ""


def _host_fault(host: str) -> str:
    try:
        as_host(host)
    except InstallationError as error:
        return str(error)
    return ""


def _store_fault(store: str) -> str:
    if not store.strip() or "\0" in store:
        return "存储应为文件名或 postgresql:// 地址"
    return "" if is_url(store) or "://" not in store else f"{store!r} 不是 postgresql:// 地址"


def _one_of(names: list[str]) -> Callable[[str], str]:
    return lambda value: "" if value in names else f"没有 {value!r}; 可用: {', '.join(names)}"


def _labels() -> list[str]:
    return sorted(each.label for each in shipped_editions().values())


QUESTIONS = (
    Question("operator_code", "登记机构的统一社会信用代码", "", _operator_fault("code")),
    Question("operator_name", "登记机构名称", "", _operator_fault("name")),
    Question("region", "登记机构的地区, 六位行政区划代码 (GB/T 2260)", "130900", _operator_fault("region")),
    Question("origin", "日志的来源名, 建成后不能更改", "credit.example/cangzhou", _origin_fault),
    Question("address", "服务监听的 主机:端口", "127.0.0.1:8443", _address_fault),
    Question("hosts", "证书中另外的主机名或地址, 以空格分开, 可以没有", " ", _host_fault),
    Question("store", "存储: 安装目录里的文件, 或 postgresql:// 地址", STORE, _store_fault),
    Question("edition", "创世的目录版本", CURRENT_LABEL, lambda value: _one_of(_labels())(value)),
    Question("suite", "密钥的签名算法 (ed25519, p256, sm2)", "ed25519", _one_of(list(SUITES))),
)
BY_NAME = {question.name: question for question in QUESTIONS}


def read_answers(path: Path) -> Given:
    """The answers in a file. Raises AnswerError."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise AnswerError(f"{path} 不能读取: {error}") from error
    faults = [f"多余的 {name}; 可有 {', '.join(BY_NAME)}" for name in content.keys() - BY_NAME.keys()]
    answers: Given = {}
    for name in content.keys() & BY_NAME.keys():
        value = content[name]
        several = isinstance(value, list) and all(isinstance(each, str) for each in value)
        if not (several if name == "hosts" else isinstance(value, str)):
            faults.append(f"{name} 应为{'文字列表' if name == 'hosts' else '文字'}")
            continue
        answers[name] = tuple(value) if several else value
    if faults:
        raise AnswerError(f"{path}: {'; '.join(sorted(faults))}")
    return answers


def missing(given: Given) -> list[Question]:
    """What only somebody who founds the registry can know, and has not said."""
    return [each for each in QUESTIONS if not each.default and each.name not in given]


def plan_of(given: Given) -> Plan:
    """What to make. Raises AnswerError with all that lacks and all that cannot be right."""
    faults = [f"缺少 {each.option} ({each.asked})" for each in missing(given)]
    for name, value in given.items():
        for each in (value,) if isinstance(value, str) else value:
            if found := BY_NAME[name].fault(each):
                faults.append(f"{BY_NAME[name].option} {each!r}: {found}")
    if faults:
        raise AnswerError("; ".join(faults))
    answers: Mapping[str, str] = {each.name: _text(given.get(each.name, each.default)) for each in QUESTIONS}
    named = [split_address(answers["address"])[0], *answers["hosts"].split()]
    return Plan(
        answers["origin"],
        Operator(answers["operator_code"], answers["operator_name"], answers["region"]),
        answers["address"],
        list(dict.fromkeys(["localhost", *(as_host(each) for each in named)])),
        answers["edition"],
        SUITES[answers["suite"]],
        answers["store"],
    )


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else " ".join(value)
