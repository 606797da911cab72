"""Sections of ``registry.toml`` about what is served, to whom, and from where."""

from __future__ import annotations

from registry.config_options.kinds import SNAPSHOT_INTERVAL_S, Option, Section

SERVING = (
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
)
