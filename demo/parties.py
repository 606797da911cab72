"""The parties of the cast (主体): every firm and person that the tender and its questions name.

All are fictional: names carry 示例, organisation codes the body ``DEM…``, resident numbers the area
130999, which does not exist. Two firms are in no file of a department: one has a good code nobody
has stated anything about, the other's code was typed with a letter O for a zero.
"""

from __future__ import annotations

from demo.records import Party
from registry.v1.subject_pb2 import SUBJECT_KIND_NATURAL_PERSON as PERSON

# --- parties: the firms of the tender -------------------------------------------------------------

CLEAN = Party("沧州澄梧建筑工程(示例)有限公司", "91130903DEMD1TJ38A", head="丁卯安")
BARRED_FROM_PROCUREMENT = Party("沧州泓桠建筑工程(示例)有限公司", "91130902DEMAY4CLX6", head="乙丑禾")
BAR_EXPIRED = Party("沧州砚桐建筑工程(示例)有限公司", "91130902DEM1XG6174", head="丙寅岚")
COLLUDED = Party("任丘岫禾建筑工程(示例)有限公司", "91130982DEM2TH3B19", head="戊辰渚")
BAR_BEGAN_LATER = Party("任丘霁椴建筑工程(示例)有限公司", "91130982DEMDD2725E", head="己巳棠")
DID_NOT_PERFORM = Party("沧州筱柘建筑工程(示例)有限公司", "91130903DEM53JJL17", head="庚午桉")
TAX_LISTED = Party("任丘珞杉建筑工程(示例)有限公司", "91130982DEMLLJY16Y", head="辛未汀")
WAGE_LISTED = Party("任丘桉渚建筑工程(示例)有限公司", "91130982DEMJC17148", head="辛酉澄")
REPAIRED = Party("任丘棠舠建筑工程(示例)有限公司", "91130982DEMU49D45K", head="癸酉屿")
TO_BE_WITHDRAWN = Party("黄骅翎屿建筑工程(示例)有限公司", "91130983DEM3J9HT2L", head="甲申峤")
UNKNOWN = Party("任丘璟畹建筑工程(示例)有限公司", "91130982DEMB3HN211", head="乙酉岑")
MALFORMED = Party("任丘苒汀建筑工程(示例)有限公司", "9113O982DEM1K6FM85", head="丙戌垚")
CONSORTIUM_LEADER = Party("泊头沅垚建筑工程(示例)有限公司", "91130981DEMDQAEJ1T", head="丁亥舟")
CONSORTIUM_DEFAULTER = Party("黄骅柘屿建筑工程(示例)有限公司", "91130983DEMB97R57C", head="戊子原")
AGENCY = Party("任丘芷衡工程项目管理(示例)有限公司", "91130982DEMQ72J98B", head="己丑宁")

# --- parties: persons of the tender ---------------------------------------------------------------

LEGAL_REPRESENTATIVE = Party("丁卯安", "130999199209097247", PERSON)
PROJECT_MANAGER = Party("甲戌宁", "130999199106229067", PERSON)
EVALUATOR = Party("丙辰舟", "13099919890405085X", PERSON)

# --- parties: outside the tender ------------------------------------------------------------------

FOOD_FIRM = Party("沧县糯禾食品(示例)有限公司", "91130921DEMFWAPE5D", head="庚辰畹")
FUNDS_LIMITED = Party("沧州钧砺机械(示例)有限公司", "91130903DEMK23GD1L", head="辛卯杉")
PROCUREMENT_LISTED = Party("泊头骐牧办公设备(示例)有限公司", "91130981DEMQA4XF87", head="壬辰梧")
SAFETY_LISTED = Party("任丘燚岑化工(示例)有限公司", "91130982DEM1YM2Q80", head="癸未柘")
MARKET_LISTED = Party("沧县茗畦商贸(示例)有限公司", "91130921DEMJRWTA4R", head="甲午泓")
ABNORMAL = Party("河间忱朴物流(示例)有限公司", "91130984DEMNBKFJ2J", head="乙未砚")
PROCUREMENT_EXPERT = Party("戊申岳", "130999197603086758", PERSON)
DEFAULTER = Party("庚寅原", "130999197901168524", PERSON)
WAGE_REPRESENTATIVE = Party("辛酉澄", "130999197605100058", PERSON)
REFUSED_SERVICE = Party("壬午川", "130999200405170611", PERSON)
FRAUD_OFFENDER = Party("癸巳禾", "130999197407183796", PERSON)
NOTIFIED_BY_REGULATOR = Party("己亥峤", "130999198503238800", PERSON)

# Firms by name are upper-case module attributes above; these two tuples are what the generator
# registers, licenses and certifies, so that they are known to the registry.

FIRMS = (
    CLEAN,
    BARRED_FROM_PROCUREMENT,
    BAR_EXPIRED,
    COLLUDED,
    BAR_BEGAN_LATER,
    DID_NOT_PERFORM,
    TAX_LISTED,
    WAGE_LISTED,
    REPAIRED,
    TO_BE_WITHDRAWN,
    CONSORTIUM_LEADER,
    CONSORTIUM_DEFAULTER,
    AGENCY,
    FOOD_FIRM,
    FUNDS_LIMITED,
    PROCUREMENT_LISTED,
    SAFETY_LISTED,
    MARKET_LISTED,
    ABNORMAL,
)

PERSONS = (
    LEGAL_REPRESENTATIVE,
    PROJECT_MANAGER,
    EVALUATOR,
    PROCUREMENT_EXPERT,
    DEFAULTER,
    WAGE_REPRESENTATIVE,
    REFUSED_SERVICE,
    FRAUD_OFFENDER,
    NOTIFIED_BY_REGULATOR,
)

NOT_IN_ANY_FILE = (UNKNOWN, MALFORMED)
