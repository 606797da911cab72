"""Database errors become one clear line; what the driver says never leaves the log file.

So do rows that cannot be read: a date that is none or a message that does not parse means that the
file was damaged or altered, and no caller can do anything about it but an operator can.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from google.protobuf.message import DecodeError
from sqlalchemy.exc import DBAPIError

from registry.store.interface import StoreError

logger = logging.getLogger(__name__)

_NO_TABLES = "存储没有初始化或版本不符; 请运行 registry init 或 registry migrate"
_NO_ENTRY = "数据库拒绝了这一角色: 口令不对, 角色不存在, 或不允许从这里登录"
_NO_DATABASE = "数据库不存在; 请先由管理员建立(docs/postgresql.md)"
_GONE = "数据库连接中断, 未确认任何内容; 请稍后重试"
_UNANSWERED = "数据库不应答; 请检查存储的地址和数据库服务器"
_UNKNOWN = "存储出错, 未写入任何内容; 详情见服务日志"
_KNOWN = (
    ("disk is full", "磁盘已满, 未写入任何内容"),
    ("disk I/O error", "磁盘读写错误, 未确认任何内容"),
    ("readonly database", "存储只读, 不能写入"),
    ("unable to open database", "存储文件打不开(不存在或无权限)"),
    ("not a database", "存储文件不是本系统的数据库"),
    ("malformed", "存储文件已损坏; 请从备份恢复或用 registry rebuild 重建"),
    ("locked", "存储正被另一进程写入"),
    ("no such table", _NO_TABLES),
)
_STATES = {
    "25006": "存储只读, 不能写入",
    "28": _NO_ENTRY,
    "3D000": _NO_DATABASE,
    "42501": "数据库角色权限不足, 未写入任何内容",
    "42P01": _NO_TABLES,
    "54": "有一项文字过长, 数据库不能为它建立索引; 未写入任何内容",
    "53100": "数据库服务器的磁盘已满, 未写入任何内容",
    "53300": "数据库连接数已满, 请稍后重试",
    "55P03": "存储正被另一进程锁住, 未写入任何内容",
    "57P": _GONE,
    "08": _GONE,
    "58": "数据库服务器读写错误, 未确认任何内容",
    "XX": "数据库已损坏; 请从备份恢复或用 registry rebuild 重建",
}
"""By SQLSTATE or the beginning of one, of PostgreSQL."""
_UNCONNECTED = (
    ("password", _NO_ENTRY),
    ("authentication", _NO_ENTRY),
    ("no pg_hba.conf entry", _NO_ENTRY),
    ('database "', _NO_DATABASE),
    ('role "', _NO_ENTRY),
    ("too many", "数据库连接数已满, 请稍后重试"),
    ("session is read-only", "数据库是只读的备库, 不能写入; 请改用主库的地址"),
    ("closed", _GONE),
    ("terminat", _GONE),
    ("lost", _GONE),
)
"""Where there is no SQLSTATE: what libpq says when there is no connection, or none any more."""


def driver_words(error: object) -> str:
    """What a driver says, without the rows that it speaks of: PostgreSQL names them in its details."""
    diagnosis = getattr(error, "diag", None)
    return getattr(diagnosis, "message_primary", None) or str(error)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turns what a database driver raises into StoreError."""
    try:
        yield
    except DBAPIError as error:
        detail = driver_words(error.orig)
        logger.error("store: %s", detail)
        raise StoreError(_told(error, detail)) from error


def _told(error: DBAPIError, detail: str) -> str:
    """The line for what a driver said."""
    if not hasattr(error.orig, "sqlstate"):  # As PostgreSQL's driver has it.
        return _found(_KNOWN, detail) or _UNKNOWN
    if state := str(getattr(error.orig, "sqlstate", None) or ""):
        return next((_STATES[state[:n]] for n in (5, 3, 2) if state[:n] in _STATES), _UNKNOWN)
    return _found(_UNCONNECTED, detail) or _UNANSWERED


def _found(signs: Sequence[tuple[str, str]], detail: str) -> str | None:
    return next((message for sign, message in signs if sign in detail), None)


@contextmanager
def readable_rows(table: str) -> Iterator[None]:
    """Turns what a damaged row raises when it is read into StoreError."""
    try:
        yield
    except (ValueError, TypeError, LookupError, DecodeError) as error:
        logger.error("store: a row of %s cannot be read: %s", table, error)
        raise StoreError(f"存储已损坏或被改动: {table} 表有不能读的行; 请用 registry rebuild 重建") from error
