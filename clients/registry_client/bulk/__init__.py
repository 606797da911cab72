"""Bulk files (批量提交): a department's csv or xlsx, checked cell by cell, sent once, and given back marked.

Everything here works on bytes and streams and asks nobody; ``registryctl submit`` and a console's upload are
two ways to the same functions. What they are, in the order in which a file goes through them:

    registry_client.files    read_content(name, content, *, sheet="") -> Table
                             headings understood; FileFormatError is one line in Chinese
    bulk.rows                check_rows(table, *, today) -> Iterator[CheckedRow]
                             faults and warnings of each row, with the event that it states
    bulk.preparing           prepared_rows(table, Author(origin, department, numbering), *, today)
                             -> Iterator[PreparedRow]: payloads of statements, not signed, with their ids
                             prepare(table, author, *, today, directory) -> Prepared: all of them, in a spool
    bulk.gate                far_from_last(now, last, thresholds) -> Stopped | None
    bulk.journal             Journal(directory, *, origin, department, secret): what was sent, the last file
    of each
    kind bulk.sending             send_rows(registry, rows, headings, *, sender, sent, batch) ->
    Iterator[RowResult]
                             result_of(row, outcome, headings) -> RowResult, for who sends by other means
    bulk.marked              marked_workbook(table, marks, *, said=()) -> bytes
                             Mark.of_prepared(row), Mark.of_result(result)
    bulk.places              place_of(table, fault): 工作表「行政处罚」第12行「处罚决定日期」(V12)
    bulk.templates           template_workbook(layout), template_text(layout) -> bytes; KINDS

A console that signs elsewhere takes ``PreparedRow.payload`` of the good rows to
``registry_client.statements.seal_payloads``, with any ``registry.provenance.keys.Signer``, sends the batch,
and makes results of the outcomes. Example, a file checked and marked without sending anything::

    table = read_content("penalties.xlsx", content)
    author = Author(origin, department, Numbering.load("statement.secret"))
    rows = list(prepared_rows(table, author, today=date(2026, 11, 26)))
    for row in rows:
        for fault in row.faults:
            print(place_of(table, fault), fault.message)
    copy = marked_workbook(table, map(Mark.of_prepared, rows))

A ``Table`` of a workbook holds its sheet in memory from the first reading until ``table.source.release()``.
Reading and writing xlsx needs the extra ``bulk``, sending ``registry_client`` alone. The whole is described
in docs/bulk.md, decisions in docs/decisions/0030-bulk-files.md.
"""
