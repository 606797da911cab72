"""Every option of ``registry.toml``: the one place where what may stand there is written down.

`registry.config` reads a file by this table, and docs/configuration.md is printed from it
(`scripts/configuration_page.py`): each option's ``example`` is what stands in its example of a whole file.

A section without a needed option may be left out; then the registry does without what it is for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType

Value = str | int | float | bool | list[str]

SNAPSHOT_INTERVAL_S = 60.0
WITNESS_INTERVAL_S = 1.0
STAMP_INTERVAL_S, STAMP_MAX_AGE_S = 600.0, 86_400.0
MAP_INTERVAL_S = 10.0
RISK_INTERVAL_S = 60.0
EVIDENCE_MAX_MIB, EVIDENCE_QUOTA_MIB, EVIDENCE_UPLOAD_DAYS = 4_096, 1_048_576, 7


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a section. ``needed``: the section makes no sense without it. ``default`` is what holds
    without the line, in words where it is no value."""

    name: str
    kind: type
    meaning: str
    english: str
    example: Value
    needed: bool = False
    default: Value | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One section, what it is for, and its options. ``always``: every file has it. ``free``: its names are
    not fixed, so it has only an example line."""

    name: str
    meaning: str
    english: str
    options: tuple[Option, ...] = ()
    always: bool = False
    free: tuple[tuple[str, str, str], ...] = ()
    """Name as an example, value as an example, meaning."""


SECTIONS = (
    Section(
        "registry",
        "登记系统本身",
        "The registry itself.",
        (
            Option(
                "origin",
                str,
                "日志的来源名：主机名，可带路径。写在每个身份、陈述和检查点里，建成后不能更改。",
                "Name of the log; never changed.",
                "credit.example/cangzhou",
                needed=True,
            ),
            Option(
                "address",
                str,
                "gRPC 监听的 主机:端口；IPv6 写作 [::1]:8443。",
                "Where the server listens.",
                "127.0.0.1:8443",
                needed=True,
            ),
        ),
        always=True,
    ),
    Section(
        "paths",
        "存储、密钥和证书在哪里；相对路径从 registry.toml 所在目录算起",
        "Where things are, relative to the file's directory.",
        (
            Option(
                "store",
                str,
                "存储：一个文件，或 postgresql:// 地址。口令不要写在地址里，放 ~/.pgpass。",
                "The store: a file or a URL without its password.",
                "registry.db",
                needed=True,
            ),
            Option(
                "vault_key",
                str,
                "个人信息密钥，32 字节：封存个人内容。遗失则存储全部不能读取；须另存一份。",
                "Seals personal content; keep a copy elsewhere.",
                "keys/vault.key",
                needed=True,
            ),
            Option(
                "log_key",
                str,
                "日志密钥，签检查点；写法同 [signing]。[signing] log 有时可不写。",
                "Signs checkpoints; a line as in [signing].",
                "keys/log.key",
            ),
            Option(
                "authority",
                str,
                "为客户端证书作保的机构(PEM)。",
                "Who vouches for clients.",
                "tls/authority.pem",
                needed=True,
            ),
            Option(
                "certificate",
                str,
                "服务端证书(PEM)。",
                "The server's certificate.",
                "tls/server.pem",
                needed=True,
            ),
            Option(
                "certificate_key",
                str,
                "服务端证书的私钥(PEM，不加密，仅本账户可读)。",
                "Its private key.",
                "tls/server.key",
                needed=True,
            ),
            Option(
                "head",
                str,
                "第二存储：最后签过的日志头，最好在另一块盘上，不进任何存储备份。不写则不用第二存储，"
                "从旧备份恢复时不能发现。",
                "The second store; best on another disk and in no backup.",
                "head/checkpoint",
            ),
        ),
        always=True,
    ),
    Section(
        "signing",
        "签名密钥：每行是密钥文件、file:…;passphrase-file=…、pkcs11:… 或 sdf:…；口令和 PIN 从不写在行里",
        "Signers beside log_key: files, tokens, SDF devices.",
        (
            Option(
                "log",
                list,
                "log_key 之外(或代替它)的日志密钥，如 SM2；每把在用的都要签检查点。",
                "Further log keys: every active key signs.",
                ["file:keys/log-sm2.key;passphrase-file=/run/credentials/registry.service/log"],
                default=[],
            ),
            Option(
                "receipt",
                list,
                "签答复(查询回执、快照、告知)的密钥；没有就不出回执。",
                "Keys that sign answers; none: no receipts.",
                ["keys/receipt.key"],
                default=[],
            ),
        ),
    ),
    Section(
        "server",
        "进程",
        "Processes.",
        (
            Option(
                "readers",
                int,
                "只作答复的进程数，在负责写入的进程之外；一般为核数减一，最多 64。",
                "Processes that answer, beside the one that writes.",
                3,
                default="单进程",
            ),
            Option(
                "at_once",
                bool,
                "Check 由读取网络的线程直接作答，每秒约多一倍 (docs/decisions/0029)。",
                "Check is answered by the thread that reads the wire.",
                True,
                default=False,
            ),
            Option(
                "replica",
                str,
                "答复进程所读的 PostgreSQL 流复制备库；备库落后或不应答时读主库。",
                "A streaming replica that reading processes read from.",
                "postgresql://registry@db-b.example/registry",
                default="读主库",
            ),
        ),
    ),
    Section(
        "publication",
        "以 HTTP 公开日志 (C2SP tlog-tiles)，其中没有任何个人或企业的内容",
        "Publishes the log over plain HTTP.",
        (
            Option(
                "address",
                str,
                "监听的 主机:端口；对外公开时前面放带 TLS 的网页服务器。",
                "Where it listens; put TLS in front.",
                "127.0.0.1:8480",
                needed=True,
            ),
        ),
    ),
    Section(
        "snapshots",
        "把判定快照写成文件，由网页服务器分发；需要 [signing] receipt",
        "Snapshots as files for a web server.",
        (
            Option(
                "directory",
                str,
                "写到哪个目录；每个领域一个子目录。",
                "Where they are written.",
                "snapshots",
                needed=True,
            ),
            Option(
                "domains",
                list,
                "哪些领域；谁可以取哪个领域的文件是一项权限，由网页服务器把守。",
                "Which domains.",
                ["procurement", "bidding"],
                needed=True,
            ),
            Option(
                "interval_s",
                float,
                "最快多久一次，秒。",
                "How often at most, in seconds.",
                60,
                default=SNAPSHOT_INTERVAL_S,
            ),
        ),
    ),
    Section(
        "tokens",
        "凭访问令牌替他人调用的入口（网关、管理台）；不写则不接受令牌",
        "Callers that come through a face, by access token.",
        (
            Option(
                "issuers",
                str,
                "签发者的公钥和可以代表谁（JWK Set，见 registry.access.tokens）；改动一秒内生效。",
                "Whose tokens are taken, and for whom each may vouch.",
                "tokens/issuers.jwks",
                needed=True,
            ),
            Option(
                "revoked",
                str,
                "已吊销的令牌，每行一个编号；改动一秒内生效。",
                "Names of revoked tokens, a line each.",
                "tokens/revoked",
                needed=True,
            ),
        ),
    ),
    Section(
        "witnesses",
        "请见证人为检查点共签",
        "Witnesses cosign checkpoints.",
        (
            Option(
                "policy",
                str,
                "见证策略文件 (C2SP tlog-policy)：见证人、地址、法定数。",
                "File of witnesses with addresses and a quorum.",
                "witnesses.policy",
                needed=True,
            ),
            Option(
                "interval_s",
                float,
                "最快多久一次，秒。",
                "How often at most, in seconds.",
                1,
                default=WITNESS_INTERVAL_S,
            ),
        ),
    ),
    Section(
        "stamping",
        "为检查点加盖可信时间戳 (RFC 3161)",
        "RFC 3161 time stamps.",
        (
            Option(
                "url",
                str,
                "时间戳机构的地址。",
                "The authority's address.",
                "http://tsa.example/",
                needed=True,
            ),
            Option(
                "certificate",
                str,
                "所信任的时间戳机构根证书(PEM)。",
                "Whose certificate is believed.",
                "tls/tsa.pem",
                needed=True,
            ),
            Option(
                "interval_s",
                float,
                "多久一次，秒。",
                "How often, in seconds.",
                600,
                default=STAMP_INTERVAL_S,
            ),
            Option(
                "max_age_s",
                float,
                "最近的时间戳旧过此数后不再受理新陈述 (STAMPING_FAILED)，查询照常；不短于 interval_s。",
                "Statements are refused once the last stamp is older.",
                86400,
                default=STAMP_MAX_AGE_S,
            ),
        ),
    ),
    Section(
        "map",
        "映射状态",
        "The map's states.",
        (
            Option(
                "interval_s",
                float,
                "有新内容时多久记载一次映射状态，秒；带证明的回执不等它。",
                "How often the map's state is logged if there is something new.",
                10,
                default=MAP_INTERVAL_S,
            ),
        ),
    ),
    Section(
        "evidence",
        "证据库：监管的文字、图片和视频，封存后存放；不写则不收证据材料",
        "The evidence store.",
        (
            Option(
                "directory",
                str,
                "证据库目录：材料目录、未传完的部分；不用对象存储时也放材料本身。只由写入的进程使用。",
                "Catalogue, uploads under way and, without object storage, the objects.",
                "evidence",
                needed=True,
            ),
            Option(
                "max_mib",
                int,
                "一份材料最大多少 MiB。",
                "Largest piece, in MiB.",
                4096,
                default=EVIDENCE_MAX_MIB,
            ),
            Option(
                "quota_mib",
                int,
                "一个部门合计最多多少 MiB，未传完的按所报大小计。",
                "Most that a department may have, in MiB.",
                1048576,
                default=EVIDENCE_QUOTA_MIB,
            ),
            Option(
                "upload_days",
                int,
                "未传完的上传搁置多少天后作废。",
                "Days after which an upload that rests is given up.",
                7,
                default=EVIDENCE_UPLOAD_DAYS,
            ),
        ),
    ),
    Section(
        "evidence_storage",
        "证据材料放在 S3 兼容的对象存储里（路径式地址），不放在 [evidence] directory 里；需要 [evidence]",
        "Objects of the evidence store in S3-compatible object storage.",
        (
            Option(
                "endpoint",
                str,
                "对象存储的地址，https://；本机可为 http://。",
                "Its address.",
                "https://s3.example:9000",
                needed=True,
            ),
            Option(
                "bucket",
                str,
                "存储桶，须已建好，专供证据库使用。",
                "The bucket, which must exist.",
                "registry-evidence",
                needed=True,
            ),
            Option(
                "region",
                str,
                "区域。",
                "Its region.",
                "us-east-1",
                default="us-east-1",
            ),
            Option(
                "credentials",
                str,
                '凭据文件，两行：access_key = "…"、secret_key = "…"；仅本账户可读(0600)。',
                "File with access_key and secret_key, readable by the registry's account alone.",
                "keys/s3.toml",
                needed=True,
            ),
            Option(
                "authority",
                str,
                "为对象存储的证书作保的机构(PEM)；不写则用系统所信任的。",
                "Who vouches for the storage's certificate.",
                "tls/s3.pem",
            ),
        ),
    ),
    Section(
        "risk",
        "风险监测：按公布的指标计数，达到阈值的记载预警",
        "Alerts by the indicators that were declared.",
        (
            Option(
                "interval_s",
                float,
                "多久查看一次是否有指标达到阈值，秒；没有公布指标就什么也不做。",
                "How often figures are looked at.",
                300,
                default=RISK_INTERVAL_S,
            ),
        ),
    ),
    Section(
        "suites",
        "要求的签名算法(国密)",
        "Required signature suites.",
        (
            Option(
                "require",
                list,
                "陈述、答复和检查点必须带有的签名算法。",
                "What everything must be signed with.",
                ["SUITE_SM2_SM3"],
                default=[],
            ),
            Option(
                "first_size",
                int,
                "从日志多大时起要求；不写则自创世起。",
                "From this size of the log on.",
                5001,
                default="自创世起",
            ),
        ),
    ),
    Section(
        "notices",
        "把告知推送到谁的地址；需要 [signing] receipt。地址为 https://，本机可为 http://",
        "Where notices are pushed to, by addressee.",
        free=(
            ("subject", "https://portal.example/hooks/credit", "须送达信用主体的告知"),
            ("11130900DEM000011Q", "https://finance.example/hooks", "一个部门，按统一社会信用代码"),
            (
                "registry://credit.example/cangzhou/system/procurement/platform",
                "https://platform.example/hooks",
                "一个系统，按其证书中的名称",
            ),
        ),
    ),
)
"""All of it, in the order of the page."""

BY_NAME = MappingProxyType({section.name: section for section in SECTIONS})


def toml(value: Value) -> str:
    """A value as it stands in a file."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False)
