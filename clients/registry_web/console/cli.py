"""``registry-web account``: accounts of the console, by the operator; ``console-key``: its key for tokens.

registry-web account add li --name 李示例 --role department --department … --official C-014
registry-web account invite li                       # a link, once, within three days
registry-web account add wang --name … --role … --oidc-subject 8a31…
registry-web account log                             # sign-ins, failures, acts
registry-web console-key keys/console-token.key      # prints what `registry token trust` takes
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from registry.domain.periods import CHINA
from registry.provenance.access_token import TokenKey
from registry_client.numbering import Numbering, NumberingError
from registry_web.config import ConsoleConfig, WebConfigError, load_web_config
from registry_web.console.accounts import Account, AccountError, Accounts, Identity
from registry_web.console.act_store import ActStore
from registry_web.console.database import open_database
from registry_web.console.journal import Journal
from registry_web.console.official import ROLES, Role
from registry_web.kept_file import Database
from registry_web.signer.cli import config_option, one_line

_login = click.argument("login")


def register(main: click.Group) -> None:
    """Adds the commands to ``registry-web``."""
    main.add_command(account)
    main.add_command(console_key)


@click.group()
def account() -> None:
    """管理台的账户. The console's accounts."""


@account.command()
@config_option
@_login
@click.option("--name", required=True, help="姓名. Name.")
@click.option("--role", type=click.Choice(ROLES), required=True, help="部门、登记机构或审计. Role.")
@click.option("--department", default="", metavar="USCC", help="部门代码. Department.")
@click.option("--official", default="", metavar="ID", help="人员编号. Staff id.")
@click.option("--auditor", default="", metavar="NAME", help="审计身份的名称. The auditor's name.")
@click.option("--oidc-subject", default="", metavar="SUB", help="统一身份认证的编号. The provider's subject.")
@click.option("--oidc-claim", default="", metavar="NAME=VALUE", help="凭这一项首次认领. Bound at first use.")
@one_line
def add(
    path: Path,
    login: str,
    name: str,
    role: Role,
    department: str,
    official: str,
    auditor: str,
    oidc_subject: str,
    oidc_claim: str,
) -> None:
    """建立账户. A new account."""
    claim, _, value = oidc_claim.partition("=")
    if oidc_claim and not (claim and value):
        raise AccountError("--oidc-claim 写作 名称=值")
    with _console(path) as (config, database):
        if (oidc_subject or oidc_claim) and config.oidc is None:
            raise WebConfigError(f"{path}: 没有 [console.oidc]")
        accounts = Accounts(database, time.time)
        accounts.add(login, name, Identity(role, department, official, auditor))
        if config.oidc is not None and oidc_subject:
            accounts.map_subject(login, config.oidc.issuer, oidc_subject)
        elif claim:
            accounts.map_claim(login, claim, value)
        _noted(database, "account added", login)
    click.echo(f"已建立账户 {login}。" + ("" if oidc_subject or claim else "接着用 account invite 邀请。"))


@account.command("list")
@config_option
@one_line
def list_accounts(path: Path) -> None:
    """列出账户. Lists the accounts."""
    with _console(path) as (_, database):
        accounts = Accounts(database, time.time)
        for each in accounts.all():
            click.echo(_line(each, len(accounts.credentials(each.number))))


@account.command()
@config_option
@_login
@one_line
def invite(path: Path, login: str) -> None:
    """生成一次性的邀请链接. A one-time link to set password and second factor."""
    with _console(path) as (config, database):
        token = Accounts(database, time.time).invite(login)
        _noted(database, "invited", login)
    _show_link(config, login, token)


@account.command()
@config_option
@_login
@one_line
def reset(path: Path, login: str) -> None:
    """清除口令和第二因素, 结束会话, 重新邀请; 须核实本人. Recovery."""
    with _console(path) as (config, database):
        token = Accounts(database, time.time).reset(login)
        _noted(database, "account reset", login)
    _show_link(config, login, token)
    click.echo("签名组件中的第二因素另用 signer-key bind 更换。", err=True)


@account.command()
@config_option
@_login
@one_line
def disable(path: Path, login: str) -> None:
    """停用账户, 立即结束它的会话. Disables an account at once."""
    with _console(path) as (_, database):
        Accounts(database, time.time).disable(login)
        _noted(database, "account disabled", login)
    click.echo("已停用。")


@account.command()
@config_option
@_login
@one_line
def enable(path: Path, login: str) -> None:
    """恢复停用的账户. Enables it again."""
    with _console(path) as (_, database):
        Accounts(database, time.time).enable(login)
        _noted(database, "account enabled", login)
    click.echo("已恢复。")


@account.command("log")
@config_option
@click.option("--login", default="", help="只看这一账户. Only this account.")
@click.option("--count", type=click.IntRange(1, 100_000), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="JSON, 每行一条.")
@one_line
def log(path: Path, login: str, count: int, as_json: bool) -> None:
    """登录、失败和办理的记录, 新的在前. Sign-ins, failures and acts."""
    with _console(path) as (_, database):
        for row in Journal(database, time.time).latest(count, login):
            at = datetime.fromtimestamp(row["at"], UTC).astimezone(CHINA)
            if as_json:
                click.echo(json.dumps({**dict(row), "at": at.isoformat()}, ensure_ascii=False))
            else:
                said = (f"{at:%Y-%m-%d %H:%M:%S}", row["login"] or "-", row["address"] or "-", row["kind"])
                click.echo("  ".join((*said, row["detail"])).rstrip())


@account.command()
@config_option
@click.option("--department", required=True, metavar="USCC", help="部门代码. Department.")
@click.option("--import", "source", type=click.Path(path_type=Path), required=True, metavar="FILE")
@one_line
def numbering(path: Path, department: str, source: Path) -> None:
    """导入部门已有的陈述编号密钥 (statement.secret), 使管理台与命令行编号一致. Imports a secret."""
    try:
        found = Numbering.load(source)
    except NumberingError as error:
        raise AccountError(str(error)) from None
    with _console(path) as (_, database):
        if not ActStore(database, time.time).import_numbering(department, found.secret):
            raise AccountError(f"{department} 已有另一编号密钥并且用过, 不能更换")
        _noted(database, "numbering imported", department)
    click.echo("已导入。")


@click.command("console-key")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@one_line
def console_key(file: Path) -> None:
    """生成管理台签发令牌的密钥, 公钥写入同名 .pub 文件. The console's key for tokens."""
    made = TokenKey.new()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(made.private)
        public = file.with_name(file.name + ".pub")
        public.write_text(json.dumps(made.public) + "\n", "utf-8")
    except OSError as error:
        raise WebConfigError(f"{file}: 不能写入: {error.strerror}") from None
    click.echo(
        f"已生成。在登记系统上运行:\n  registry token trust console --key {public} --role department"
        " --role registrar --role auditor --face console --longest 300"
    )


@contextmanager
def _console(path: Path) -> Iterator[tuple[ConsoleConfig, Database]]:
    config = load_web_config(path).console
    if config is None:
        raise WebConfigError(f"{path}: 没有 [console]")
    database = open_database(config.database)
    try:
        yield config, database
    finally:
        database.close()


def _noted(database: Database, kind: str, login: str) -> None:
    Journal(database, time.time).note(kind, login=login, address="operator")


def _show_link(config: ConsoleConfig, login: str, token: str) -> None:
    click.echo(f"请当面或经可靠途径交给 {login} 本人, 三日内使用一次有效:", err=True)
    click.echo(f"{config.url}/invite#{token}")


def _line(each: Account, factors: int) -> str:
    who = each.identity
    place = who.auditor or f"{who.department} {who.official_id}"
    if each.subject or each.claim:
        means = f"统一身份认证 {each.subject or f'{each.claim}={each.claim_value}'}"
    else:
        means = f"口令和{factors}个第二因素" if each.password else "尚未启用"
    return f"{each.login}  {each.name}  {who.role}  {place}  {'已停用' if each.disabled else means}"
