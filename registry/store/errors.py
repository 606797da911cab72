"""Database errors become one clear line; what the driver says never leaves the log file.

So do rows that cannot be read: a date that is none or a message that does not parse means that the
file was damaged or altered, and no caller can do anything about it but an operator can.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from google.protobuf.message import DecodeError
from sqlalchemy.exc import DBAPIError

from registry.store.interface import StoreError

logger = logging.getLogger(__name__)

_KNOWN = (
    ("disk is full", "磁盘已满, 未写入任何内容"),
    ("disk I/O error", "磁盘读写错误, 未确认任何内容"),
    ("readonly database", "存储只读, 不能写入"),
    ("unable to open database", "存储文件打不开(不存在或无权限)"),
    ("not a database", "存储文件不是本系统的数据库"),
    ("malformed", "存储文件已损坏; 请从备份恢复或用 registry rebuild 重建"),
    ("locked", "存储正被另一进程写入"),
    ("no such table", "存储没有初始化或版本不符; 请运行 registry init 或 registry migrate"),
)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turns what a database driver raises into StoreError."""
    try:
        yield
    except DBAPIError as error:
        detail = str(error.orig)
        logger.error("store: %s", detail)
        for sign, message in _KNOWN:
            if sign in detail:
                raise StoreError(message) from error
        raise StoreError("存储出错, 未写入任何内容; 详情见服务日志") from error


@contextmanager
def readable_rows(table: str) -> Iterator[None]:
    """Turns what a damaged row raises when it is read into StoreError."""
    try:
        yield
    except (ValueError, TypeError, LookupError, DecodeError) as error:
        logger.error("store: a row of %s cannot be read: %s", table, error)
        raise StoreError(f"存储已损坏或被改动: {table} 表有不能读的行; 请用 registry rebuild 重建") from error
