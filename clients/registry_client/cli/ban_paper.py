"""``registryctl ban paper``: the paper of a step as PDF or text, filled in from the case (执法文书).

Needs the extra ``papers``; nothing else of the command line does, so it is fetched when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from registry_client.cli.failures import Failure
from registry_client.cli.official_steps import read_json
from registry_client.cli.options import Session, connected
from registry_client.cli.output import print_line
from registry_client.cli.printed import save_paper
from registry_client.cli.wide_help import WideCommand

KINDS = ("notice", "hearing_notice", "decision", "service", "repair_notice", "lifting")


@click.command("paper", cls=WideCommand, short_help="文书 the paper of a step")
@click.argument("case_number", metavar="CASE")
@click.argument("kind", type=click.Choice(KINDS), metavar="KIND")
@click.option(
    "--office",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="本机关的信息，JSON：name、address、phone、reconsideration、court，可有 contact。",
)
@click.option(
    "--particulars",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="本案的信息，JSON：party_address、representative、hearing_time、hearing_officer、service_place。",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="保存为新文件 .pdf 或者 .txt。Where to save it.",
)
@click.option("--verify-at", default="", metavar="URL", help="二维码指向的核验网址。Where the QR code leads.")
@click.option("--own-copy", is_flag=True, help="送达当事人本人的一份，自然人证件号码不遮盖。")
@click.option("--fonts", type=click.Path(path_type=Path), metavar="DIR", help="中文字体所在目录。Fonts.")
@connected
def paper(
    session: Session,
    case_number: str,
    kind: str,
    office: Path,
    particulars: Path | None,
    out: Path,
    verify_at: str,
    own_copy: bool,
    fonts: Path | None,
) -> None:
    """由案件生成文书：告知书、听证通知书、决定书、送达回证、信用修复告知书、解除决定书。The paper of a step.

    KIND 为 notice、hearing_notice、decision、service、repair_notice、lifting。缺少的内容一次列明，不留空白。
    """
    if out.exists():
        raise Failure(f"{out} 已存在；文书不会被覆盖，请用 --out 另取文件名")
    try:
        papers: Any = import_module("registry_papers")
    except ModuleNotFoundError:
        raise Failure("生成文书需要安装：pip install 'credit-registry[papers]'") from None
    response = session.registry.bans.case(case_number)
    names = papers.names_of(session.registry.catalogue.get().files)
    try:
        made = papers.render(
            kind,
            response,
            papers.Office(**_texts(office)),
            particulars=papers.Particulars(**(_texts(particulars) if particulars else {})),
            verify_at=verify_at,
            names=names,
            own_copy=own_copy,
        )
        content = made.pdf(fonts) if out.suffix.lower() == ".pdf" else made.text.encode()
    except papers.PaperError as fault:
        raise Failure(str(fault)) from None
    except TypeError:
        raise Failure(f"{office}：有不认识的内容，见 registryctl ban paper --help") from None
    # What was served is evidence, by its digest: made again later, its QR code says another thing.
    save_paper(out, content)
    print_line(f"{made.title}（{made.number}）已保存到 {out}")


def _texts(path: Path) -> dict[str, str]:
    content = read_json(path)
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise Failure(f"{path}：应是一个JSON对象，内容都是文字")
    return content
