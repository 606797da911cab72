"""The report and the trace as sheets (责任追究报告、事故倒查): the same rows as csv, PDF, text and page.

    sheet = report_sheet(response, Names(departments, officials))
    Path("report.csv").write_bytes(sheet.csv)
    Path("report.pdf").write_bytes(sheet.pdf())

A sheet is made of an answer alone: whoever has the answer can make it again, byte for byte.
"""

from registry_papers.accountability.names import Names
from registry_papers.accountability.report import report_sheet
from registry_papers.accountability.sheet import Sheet, Table
from registry_papers.accountability.trace import trace_sheet

__all__ = ["Names", "Sheet", "Table", "report_sheet", "trace_sheet"]
