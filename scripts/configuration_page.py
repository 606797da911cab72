"""Prints docs/configuration.md, the reference of ``registry.toml``, from the table of its options.

    python -m scripts.configuration_page > docs/configuration.md

The page is an example of the whole file, then a table for each section; a test holds it to this module.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.config_options import SECTIONS, Option, Section, toml

_KINDS = {str: "文字", list: "文字列表", int: "正整数", float: "数", bool: "true / false"}


def reference() -> str:
    """The page docs/configuration.md."""
    return "\n".join([*_head(), *_whole(), "", *(line for each in SECTIONS for line in _page(each))]) + "\n"


def _head() -> Iterator[str]:
    yield "# 设置参考 registry.toml (configuration reference)"
    yield ""
    yield "本页由程序生成 (`python -m scripts.configuration_page`)，设置项在 `registry/config_options/`。"
    yield "Printed from the code; a test compares."
    yield ""
    yield "* 文件在安装目录中，`registry init` 写出最小的一份；相对路径从该目录算起。"
    yield "* [registry] 和 [paths] 必有；其余各节可不写，不写就不做那件事；写了的节不能缺少其必填项。"
    yield "* 有错时不启动，一次列出全部：`registry.toml: [server] readers 的值不对; [stamping] 缺少 url`。"
    yield "* 改动在下次启动时生效；多进程时发 SIGHUP 逐个换新 (`systemctl reload registry`)，不中断答复。"
    yield ""
    yield "## 全部设置的样子 (the whole file)"
    yield ""


def _whole() -> Iterator[str]:
    yield "```toml"
    for number, section in enumerate(SECTIONS):
        if number:
            yield ""
        yield f"[{section.name}]"
        for option in section.options:
            yield f"{option.name} = {toml(option.example)}"
        for name, value, _ in section.free:
            yield f"{name if name.isalnum() and name.islower() else toml(name)} = {toml(value)}"
    yield "```"


def _page(section: Section) -> Iterator[str]:
    yield f"## [{section.name}] {section.meaning}"
    yield ""
    yield f"{section.english}{'' if section.always else ' 可不写 (optional)。'}"
    yield ""
    if section.free:
        yield "| 接收者 | 例 | 含义 |"
        yield "|---|---|---|"
        for name, value, meaning in section.free:
            yield f"| `{name}` | `{toml(value)}` | {meaning} |"
    else:
        yield "| 设置项 | 类型 | 不写时 | 含义 | 例 |"
        yield "|---|---|---|---|---|"
        for option in section.options:
            yield _row(option)
    yield ""


def _row(option: Option) -> str:
    example = toml(option.example).replace("|", "\\|")
    meaning = f"{option.meaning} {option.english}"
    return f"| `{option.name}` | {_KINDS[option.kind]} | {_default(option)} | {meaning} | `{example}` |"


def _default(option: Option) -> str:
    if option.needed:
        return "**必填**"
    if isinstance(option.default, str):
        return option.default
    return "没有" if option.default is None or option.default == [] else f"`{toml(option.default)}`"


if __name__ == "__main__":
    print(reference(), end="")
