"""The eight departments of the demonstration and the operator, with their mandates (部门与职责).

A mandate says which categories, lists and measures a department may state and for which region;
it stays inside what the catalogue lets departments of that kind do. County bureaus of market
regulation do not submit themselves: the city bureau relays their penalties (数据来源单位 ≠ 处罚机关).

All are fictional; so are their codes (机关, 统一社会信用代码 first two characters 11).
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.v1 import statement_pb2 as pb

CITY = "130900"
"""GB/T 2260 code of Cangzhou (沧州市)."""


@dataclass(frozen=True, slots=True)
class Office:
    """A body that takes decisions: its name and 统一社会信用代码."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Department:
    """A department that signs statements. ``key`` names it in files and tables (市场监管 …),
    ``folder`` is where its sample files lie, ``prefix`` opens its document numbers."""

    key: str
    folder: str
    office: Office
    prefix: str
    kinds: tuple[str, ...]
    categories: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    relayed: tuple[Office, ...] = ()

    def registration(self) -> pb.DepartmentRegistration:
        """What a registrar signs to register this department."""
        return pb.DepartmentRegistration(
            code=self.office.code,
            name=self.office.name,
            kinds=self.kinds,
            mandate=pb.Mandate(
                categories=self.categories,
                lists=self.lists,
                measures=self.measures,
                region=CITY,
                relayed_authorities=[office.code for office in self.relayed],
            ),
        )


OPERATOR = Department(
    key="信用办",
    folder="operator",
    office=Office("沧州市(示例)社会信用体系建设办公室", "11130900DEM00009X3"),
    prefix="沧示信用",
    kinds=("dev_reform",),
)

COUNTY_BUREAUS = (
    Office("沧州市(示例)新华区市场监督管理局", "11130902DEM001017T"),
    Office("沧州市(示例)运河区市场监督管理局", "11130903DEM0010254"),
    Office("任丘市(示例)市场监督管理局", "11130982DEM001033C"),
    Office("黄骅市(示例)市场监督管理局", "11130983DEM001041M"),
)

BUREAU_NOT_RELAYED = Office("沧县(示例)市场监督管理局", "11130921DEM00105XK")
"""A bureau whose decisions nobody may relay; it occurs in one row that is wrong on purpose."""

DEPARTMENTS = (
    Department(
        key="市场监管",
        folder="market_regulation",
        office=Office("沧州市(示例)市场监督管理局", "11130900DEM000014D"),
        prefix="沧示市监",
        kinds=("market_reg",),
        categories=("E-01", "E-03-XK", "E-03-CF", "E-05", "E-06", "E-51"),
        lists=("L-06", "L-90"),
        measures=("M-BUS-03",),
        relayed=COUNTY_BUREAUS,
    ),
    Department(
        key="财政",
        folder="finance",
        office=Office("沧州市(示例)财政局", "11130900DEM0000228"),
        prefix="沧示财",
        kinds=("finance",),
        categories=("E-03-CF", "E-06", "E-51"),
        lists=("L-02",),
        measures=("M-PRO-01", "M-PRO-02", "M-PRO-03", "M-FIN-05"),
    ),
    Department(
        key="税务",
        folder="tax",
        office=Office("国家税务总局沧州市(示例)税务局", "11130900DEM0000303"),
        prefix="沧示税",
        kinds=("tax",),
        categories=("E-03-CF", "E-06", "E-51"),
        lists=("L-03",),
        measures=("M-EXI-02",),
    ),
    Department(
        key="法院",
        folder="court",
        office=Office("沧州市(示例)中级人民法院", "11130900DEM0000490"),
        prefix="冀09",
        kinds=("court",),
        categories=("E-02", "E-06", "E-51"),
        lists=("L-01",),
        measures=("M-EXI-01",),
    ),
    Department(
        key="人社",
        folder="human_resources",
        office=Office("沧州市(示例)人力资源和社会保障局", "11130900DEM000057T"),
        prefix="沧示人社",
        kinds=("human_resources",),
        categories=("E-03-CF", "E-04", "E-06"),
        lists=("L-04",),
    ),
    Department(
        key="住建",
        folder="housing",
        office=Office("沧州市(示例)住房和城乡建设局", "11130900DEM000065M"),
        prefix="沧示建",
        kinds=("housing", "bidding_supervisor"),
        categories=("E-03-XK", "E-03-CF", "E-51"),
        measures=("M-BID-01", "M-BID-02", "M-BID-03", "M-BID-04", "M-BID-05"),
    ),
    Department(
        key="应急",
        folder="emergency",
        office=Office("沧州市(示例)应急管理局", "11130900DEM000073G"),
        prefix="沧示应急",
        kinds=("emergency",),
        categories=("E-03-XK", "E-03-CF", "E-06"),
        lists=("L-05",),
    ),
    Department(
        key="移民管理",
        folder="immigration",
        office=Office("沧州市(示例)出入境管理支队", "11130900DEM000081B"),
        prefix="沧示出入境",
        kinds=("immigration",),
        categories=("E-51",),
        measures=("M-EXI-03", "M-EXI-04", "M-EXI-05"),
    ),
)

BY_KEY = {department.key: department for department in DEPARTMENTS}
"""The eight departments by key."""
