"""Every parser that reads what somebody else wrote, fed with inputs that nobody would write.

    python -m fuzz                          every target, its share of ten million inputs
    python -m fuzz --minutes 1 receipt      one target for a minute
    python -m fuzz --table                  what has been run so far, for docs/reliability.md

A target (``fuzz.targets``) is one real parser and what it may say of an input: it takes it, or raises the
errors that it documents. A finding is

* any other exception, or a property that does not hold (two spellings of one thing, a changed receipt that
  says the same with another verdict);
* more CPU time for one input than ``Target.seconds``, or more memory than ``Target.memory_mib``;
* the end of the process, by whatever.

Inputs come from libFuzzer by way of atheris (Apache-2.0), which keeps what reaches new code, and from
mutators that know the form: protobuf fields, JSON values, lines of text, members of archives
(``fuzz.mutators``). Where there is no atheris, a plain mutator takes its place and says so: it has no
coverage to go by.

``fuzz/corpus/<target>/`` is replayed by tests/fuzz; whatever was found is in it. Counts are summed in
``build/fuzz/<target>.json``.
"""
