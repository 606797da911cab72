"""A draw that anybody can repeat (双随机抽取): rosters, seed, algorithm ``double-random-v1``.

Pure code over bytes, for the department that draws and for whoever repeats it (国发〔2019〕5号: 随机抽取检查
对象、随机选派执法检查人员). The algorithm is told in full in ``docs/supervision/draws.md``; modules, in the
order of a draw:

    rows        one row of a roster: its cells, its line, what is wrong with it
    rosters     a whole file: rows strictly rising by id, and the RFC 6962 root over their lines
    lists       the files beside: 回避 (who must not meet), and the result
    seed        which leaf of the log is the beacon, and the seed that follows from it
    randoms     whole numbers below a bound from a seed, none more likely than another
    drawing     objects by weight, then inspectors for each

Nothing here is a floating number: two programs that follow the description draw the same.
"""

from registry.provenance.draw.drawing import Drawn, Terms, drawn_by
from registry.provenance.draw.rows import DrawError
from registry.provenance.draw.seed import ALGORITHM, Beacon, Seeding, seed_of

__all__ = ["ALGORITHM", "Beacon", "DrawError", "Drawn", "Seeding", "Terms", "drawn_by", "seed_of"]
