"""Papers of answers (答复的文书): 查询回执、投标人信用筛查报告、专项信用报告, from the receipt alone.

    paper = answer_paper(Path("回执.bin").read_bytes(), Printing(verify_at="https://credit.example/verify"))
    paper.title                    # 信用信息查询回执
    paper.text                     # what it says
    paper.pdf()                    # the same as PDF/A-3, the receipt attached: it is verified by itself
    paper.json                     # the receipt as JSON, protobuf's mapping

    finding = check_page(pdf)      # does the page say what the attached receipt says?
    finding.receipt                # the receipt, to be checked as any other (registry_client.verify)

No network, no clock, no state: the same receipt and the same ``Printing`` give the same bytes. An answer that
the registry gave without a receipt is printed with ``unsigned_paper``, and says in red that nobody signed it.

Modules: ``reading`` (receipt → question and response), one for each kind of answer (``check``, ``batch``,
``screen``, ``record``), ``page_model`` (what a paper is), ``plain``, ``setting`` (text, PDF), ``qr``,
``pdf_file``, ``attached`` and ``page`` (a PDF read back). ``docs/papers.md`` is what other programs go by.
"""

from registry_papers.answers.attached import PageLine, PageOutcome
from registry_papers.answers.page import PageFinding, check_page
from registry_papers.answers.page_model import AnswerPaper
from registry_papers.answers.printing import Printing
from registry_papers.answers.writing import answer_paper, certificate_answer, unsigned_paper

__all__ = [
    "AnswerPaper",
    "PageFinding",
    "PageLine",
    "PageOutcome",
    "Printing",
    "answer_paper",
    "certificate_answer",
    "check_page",
    "unsigned_paper",
]
