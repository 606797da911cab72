"""A bulk file before the network: read, checked, made statements of, numbered, hashed and signed in batches.

100,000 penalties in the columns of 双公示, twenty of them filled as departments fill them, once as csv and
once as xlsx, each in a process of its own, whose rows a second and greatest resident memory are told. What is
asked for: 5,000 rows a second of one core, which is all that it uses, and 512 MB.

    python -m bench.bulk FILE        one file, as the child does; prints JSON
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bench.measure import Figure
from registry.domain.identifiers import organisation_code_check_character, uscc_check_character
from registry.provenance.keys import FileSigner
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry_client.bulk.preparing import Author, prepare
from registry_client.files import read_table
from registry_client.layouts import PENALTY
from registry_client.numbering import Numbering
from registry_client.submission import DEFAULT_BATCH, Sender

ROWS = 100_000
RATE, MEMORY_MB = 5000, 512
ORIGIN, BUREAU = "credit.example/bench", "11130900DEM009027Q"
_CODE = "行政相对人代码_1（统一社会信用代码）"
_ROW = {
    "行政相对人类别": "法人及非法人组织",
    "法定代表人": "示例某",
    "违法行为类型": "违反安全生产管理规定",
    "违法事实": "在建工程施工现场未按规定设置安全防护设施，经责令限期改正后逾期未改正" * 2,
    "处罚依据": "安全生产法 第九十九条第一项；建设工程安全生产管理条例 第六十四条第一项",
    "处罚类别": "警告;罚款",
    "处罚内容": "给予警告，并处罚款人民币壹万伍仟元整",
    "罚款金额（万元）": "1.5",
    "处罚决定日期": "2026/3/20",
    "处罚有效期": "2027-03-20",
    "公示截止期": "2027-03-20",
    "处罚机关": "沧州市(示例)住房和城乡建设局",
    "处罚机关统一社会信用代码": BUREAU,
    "数据来源单位": "沧州市(示例)住房和城乡建设局",
    "数据来源单位统一社会信用代码": BUREAU,
    "备注": "无",
    "所属地区": "130900",
}


def bulk_figures(directory: Path) -> Iterator[Figure]:
    """Rows a second and memory, for either form of file."""
    for name, write in (("csv", _write_csv), ("xlsx", _write_xlsx)):
        path = directory / f"bulk.{name}"
        write(path)
        run = [sys.executable, "-m", "bench.bulk", str(path)]
        said = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
        path.unlink()
        rate, memory = said["rows_per_second_of_cpu"], said["memory_mb"]
        yield Figure(
            f"Bulk file of {ROWS:,} rows, {name}",
            None,
            f"{RATE:,} rows/s of one core in {MEMORY_MB} MB",
            rate >= RATE and memory <= MEMORY_MB and said["good"] == ROWS,
            f"{rate:,.0f} rows/s of CPU, {memory:.0f} MB; {said['rows_per_second']:,.0f}/s seen",
        )


def measure(path: Path) -> dict[str, float]:
    """Everything that is done with a file before it is sent."""
    signer, numbering = FileSigner.generate(SUITE_ED25519), Numbering.generate()
    sender = Sender(ORIGIN, BUREAU, signer, numbering)
    start, start_cpu = time.perf_counter(), time.process_time()
    author = Author(ORIGIN, BUREAU, numbering)
    file = prepare(read_table(path), author, today=date(2026, 11, 26), directory=path.parent)
    batch: list[bytes] = []
    with file.spool as rows:
        for row in rows:
            batch.append(row.payload)
            if len(batch) == DEFAULT_BATCH:
                sender.payload_batch(batch)
                batch.clear()
        if batch:
            sender.payload_batch(batch)
    took, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rates = {"rows_per_second_of_cpu": file.rows / cpu, "rows_per_second": file.rows / took}
    return {**rates, "memory_mb": peak, "good": file.good}


def _rows(count: int) -> Iterator[dict[str, str]]:
    for number in range(count):
        body = f"91130900D{number:07X}"
        body += organisation_code_check_character(body[8:])
        yield _ROW | {
            "行政相对人名称": f"沧州第{number}(示例)建筑工程有限公司",
            _CODE: body + uscc_check_character(body),
            "行政处罚决定书文号": f"沧示建罚〔2026〕{number + 1}号",
        }


def _write_csv(path: Path) -> None:
    headings = [column.heading for column in PENALTY.columns]
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.DictWriter(file, headings, restval="")
        writer.writeheader()
        writer.writerows(_rows(ROWS))


def _write_xlsx(path: Path) -> None:
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    headings = [column.heading for column in PENALTY.columns]
    with Workbook(path, {"constant_memory": True}) as workbook:
        page = workbook.add_worksheet("行政处罚")
        for index, heading in enumerate(headings):
            page.write_string(0, index, heading)
        for number, row in enumerate(_rows(ROWS), 1):
            for index, heading in enumerate(headings):
                if text := row.get(heading):
                    page.write_string(number, index, text)


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
