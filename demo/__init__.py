"""The demonstration (演示): what departments of an imaginary Cangzhou deliver, and a tender.

Everything here is invented. Firms, departments and persons exist nowhere: organisation codes carry
the body ``DEM…``, which is not issued; resident numbers carry the area 130999, which does not
exist; names carry 示例 ("sample"). The check digits are right, so that the registry's checks are
exercised as in real work.

* ``departments``: the eight departments and the operator, with their mandates.
* ``parties``: the firms and persons of the cast; ``facts``: what departments state about them;
  ``cast``: the tender, the questions and the verdicts expected.
* ``files``: the sample files; ``records`` and ``layouts``: what a row states and in which columns.
* ``generate`` writes ``samples/`` from a seed, out of ``population``, ``matters``, ``restraints`` and
  ``drafts``; the rows wrong on purpose are in ``mistakes_of_form`` and ``mistakes_of_law``.
"""
