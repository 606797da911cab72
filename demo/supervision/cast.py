"""Who takes part in the story: departments, their officials, the firms on the roster. All are fictional."""

from __future__ import annotations

from demo.departments import BY_KEY, OPERATOR, Department, Office
from demo.supervision.stage import Person
from registry.sanctions.cases import fictional
from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import SUBJECT_KIND_ENTERPRISE, Subject

MARKET, HOUSING, COURT = BY_KEY["市场监管"], BY_KEY["住建"], BY_KEY["法院"]
ESTABLISHMENT = Department(
    key="编办",
    folder="establishment",
    office=Office("沧州市(示例)机构编制委员会办公室", "11130900DEM900012E"),
    prefix="沧示编办",
    kinds=("establishment",),
)
JUSTICE = Department(
    key="司法",
    folder="justice",
    office=Office("沧州市(示例)司法局", "11130900DEM9000209"),
    prefix="沧示司",
    kinds=("justice",),
)
DEPARTMENTS = (MARKET, HOUSING, COURT, ESTABLISHMENT, JUSTICE)

PLANNER = Person(MARKET, "SJ-01", "示例一", "信用监管科")
VISITORS = tuple(
    Person(MARKET, f"SJ-{number}", f"示例{name}", "特种设备监管科")
    for number, name in zip(range(11, 19), "甲乙丙丁戊己庚辛", strict=True)
)
"""Inspectors; the draw says which two go where."""
LAWYER = Person(JUSTICE, "SF-01", "示例二", "规范性文件审查科", (pb.OFFICIAL_ROLE_LEGAL_REVIEWER,))
FILER = Person(ESTABLISHMENT, "BB-01", "示例三", "监督检查科")
BUILDER = Person(HOUSING, "ZJ-01", "示例四", "建筑市场监管科")
WATCHER = Person(OPERATOR, "XY-01", "示例五", "信用监管科")
OFFICIALS = (PLANNER, *VISITORS, LAWYER, FILER, BUILDER, WATCHER)

FIRMS: tuple[Subject, ...] = tuple(
    fictional.subject(number, SUBJECT_KIND_ENTERPRISE) for number in range(4001, 4061)
)
GRADES = "ABCD"
"""Credit grades weigh in the draw, and in nothing else."""
MATTER = "SP-017"
