"""Papers of a ban case (执法文书): from the signed statements to text and PDF, with nothing left to fill in.

    response = registry.bans.case("C-1")
    paper = render(PaperKind.DECISION, response, office, names=names, particulars=particulars)
    paper.text                     # what it says
    paper.pdf()                    # the same as PDF/A, with a QR code that leads to the statement in the log

Kinds: notice (行政处罚事先告知书), hearing_notice (听证通知书), decision (行政处罚决定书, 列入决定书),
service (送达回证), repair_notice (信用修复告知书), lifting (解除决定书). Contents are those of 行政处罚法
第四十四、 四十五、五十九、六十一、六十三、六十四条 and, for lists, of 国办发〔2020〕49号. What law asks for
and neither the case nor the caller has is one ``MissingPartsError`` that names all of it.

Papers of answers (查询回执, 投标人信用筛查报告, 专项信用报告) are made in ``registry_papers.answers``.

Text needs nothing beyond the base install; the PDF needs the extra ``papers`` and a Chinese font.
"""

from registry_papers.case_file import foreseen
from registry_papers.catalogue_names import names_of
from registry_papers.errors import FontError, MissingPartsError, PaperError
from registry_papers.office import Office, Particulars
from registry_papers.paper import Paper
from registry_papers.rendering import PaperKind, render

__all__ = [
    "FontError",
    "MissingPartsError",
    "Office",
    "Paper",
    "PaperError",
    "PaperKind",
    "Particulars",
    "foreseen",
    "names_of",
    "render",
]
