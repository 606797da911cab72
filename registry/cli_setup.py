"""``registry init``: founds a registry from options, a file of answers, or what is said at a terminal.

    registry init                                                    asks, at a terminal
    registry init --answers init.toml --directory /var/lib/registry/site
    registry init --operator-code 11130900DEM00009X3 --operator-name '沧州市(示例)信用办'

Only what cannot be guessed makes it ask; then it also asks what it would have assumed, and shows all of it
before anything is made. Where there is no terminal nothing is asked: one line says all that is missing.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import click

from registry.cli_check import directory_option
from registry.config import STORE
from registry.editions import CURRENT_LABEL
from registry.engine import now_ms
from registry.installation import create_installation
from registry.setup_answers import QUESTIONS, SUITES, Given, Question, missing, plan_of, read_answers


@click.command()
@directory_option
@click.option(
    "--answers",
    type=click.Path(path_type=Path, dir_okay=False),
    help="写有各项答案的 TOML 文件; 选项优先于它. A file of answers.",
)
@click.option("--origin", help="日志的来源名, 默认 credit.example/cangzhou. Origin of the log.")
@click.option("--address", help="监听地址, 默认 127.0.0.1:8443. Where the server listens.")
@click.option(
    "--host", "hosts", multiple=True, help="证书中另外的主机名或地址. More hosts in the certificate."
)
@click.option("--operator-code", help="登记机构的统一社会信用代码. The operator's code.")
@click.option("--operator-name", help="登记机构名称. The operator's name.")
@click.option("--region", help="登记机构的地区 (GB/T 2260), 默认 130900. Its region.")
@click.option(
    "--store",
    help=f"存储: 安装目录里的文件, 或 postgresql:// 地址, 默认 {STORE}. Where the store rests.",
)
@click.option("--edition", help=f"创世的目录版本, 默认 {CURRENT_LABEL}. Founding edition.")
@click.option(
    "--suite",
    type=click.Choice(list(SUITES)),
    help="所生成密钥的签名算法, 默认 ed25519. Signature suite of every key that is made.",
)
def init(directory: Path, answers: Path | None, **options: str | tuple[str, ...] | None) -> None:
    """建立一个新的登记系统: 密钥、开发用证书、空的存储和创世陈述. Makes a new installation."""
    given: Given = read_answers(answers) if answers else {}
    given |= {name: value for name, value in options.items() if value is not None and value != ()}
    if missing(given) and sys.stdin.isatty() and sys.stderr.isatty():
        given = _asked(directory, given)
    plan = plan_of(given)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # Nothing half made stays.
    create_installation(directory, plan, clock=now_ms)
    click.echo(
        f"已建立: {directory}\n  日志 {plan.origin}\n  登记员证书 {directory / 'clients' / 'registrar'}"
    )


def register(group: click.Group, guard: Callable[[Callable[..., None]], Callable[..., None]]) -> None:
    """Adds the command to a group, with what has it fail in one line."""
    assert init.callback is not None
    init.callback = guard(init.callback)
    group.add_command(init)


def _asked(directory: Path, given: Given) -> Given:
    """Everything that was not given, as somebody at the terminal says it."""
    click.echo(f"建立新的登记系统: {directory}; 直接回车采用方括号中的默认值, Ctrl-C 放弃", err=True)
    answers = dict(given)
    for question in QUESTIONS:
        if question.name not in given:
            answers[question.name] = _answer(question)
    click.echo("", err=True)
    for question in QUESTIONS:
        said = answers[question.name]
        click.echo(f"  {question.asked}: {said if isinstance(said, str) else ' '.join(said)}", err=True)
    click.confirm("以上无误, 开始建立", default=True, abort=True, err=True)
    return answers


def _answer(question: Question) -> str | tuple[str, ...]:
    several = question.name == "hosts"

    def checked(text: str) -> str:
        if faults := [
            fault for each in (text.split() if several else [text]) if (fault := question.fault(each))
        ]:
            raise click.BadParameter("; ".join(faults))
        return text

    said: str = click.prompt(
        question.asked,
        default="" if several else question.default or None,
        show_default=not several,
        value_proc=checked,
        err=True,
    )
    return tuple(said.split()) if several else said
