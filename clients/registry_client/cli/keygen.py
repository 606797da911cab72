"""``registryctl keygen``: a department's signing key, and its secret for statement ids."""

from __future__ import annotations

import base64
from pathlib import Path

import click

from registry.provenance.keys import FileSigner
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519, SUITE_SM2_SM3
from registry_client.cli.options import json_option, passphrase_option, read_passphrase
from registry_client.cli.output import print_facts, print_json
from registry_client.cli.wide_help import WideCommand
from registry_client.numbering import Numbering

_SUITES = {"ed25519": SUITE_ED25519, "p256": SUITE_ECDSA_P256_SHA256, "sm2": SUITE_SM2_SM3}


@click.command("keygen", cls=WideCommand, short_help="生成签名密钥 make a signing key")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="签名私钥存入的新文件。The new key file."
)
@click.option(
    "--suite",
    type=click.Choice(list(_SUITES)),
    default="ed25519",
    show_default=True,
    help="签名算法。Signature suite.",
)
@passphrase_option
@click.option(
    "--no-passphrase",
    is_flag=True,
    help="私钥不加密，仅用于演示，或由其他方式保护的存储。Leave the key unencrypted.",
)
@click.option(
    "--secret",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="另生成陈述编号密钥，存入该新文件：每个部门只生成一次，各提交机器共用，换签名密钥时不换。"
    "Make the department's secret for statement ids.",
)
@json_option
def keygen(
    out: Path | None,
    suite: str,
    passphrase_fd: int | None,
    no_passphrase: bool,
    secret: Path | None,
    as_json: bool,
) -> None:
    """生成签名密钥（PKCS#8，加密保存，仅本人可读），并显示登记时要用的密钥号和公钥。Make a signing key.

    私钥不离开本机；把密钥号和公钥交登记员登记，登记时须用新密钥在同一信封上签名。已有的文件不会被覆盖。
    """
    if out is None and secret is None:
        raise click.UsageError("请用 --out 或 --secret 指定要生成的文件")
    if no_passphrase and passphrase_fd is not None:
        raise click.UsageError("--no-passphrase 与 --passphrase-fd 不能同时使用")
    facts: list[tuple[str, str, str]] = []
    if out is not None:
        signer = FileSigner.generate(_SUITES[suite])
        signer.save(out, None if no_passphrase else _passphrase(passphrase_fd))
        facts += [
            ("私钥文件", "key_file", str(out)),
            ("密钥号", "keyid", signer.keyid),
            ("公钥", "public_key", base64.b64encode(signer.public_key).decode()),
        ]
    if secret is not None:
        Numbering.generate().save(secret)
        facts.append(("编号密钥", "secret_file", str(secret)))
    if as_json:
        print_json({name: text for _, name, text in facts})
    else:
        print_facts((label, text) for label, _, text in facts)


def _passphrase(descriptor: int | None) -> bytes:
    if descriptor is not None:
        return read_passphrase(descriptor)
    answer: str = click.prompt("新私钥的口令", hide_input=True, confirmation_prompt="再次输入口令", err=True)
    return answer.encode()
