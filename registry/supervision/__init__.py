"""Supervision during and after approval (事中事后监管): the acts from which credit events may come.

Pure, like ``registry.sanctions``: what an act needs, what it does to its file, what it obliges whom to do by
when. An act of supervision is not credit information: it changes no record and no verdict, and only a
decision that is stated as an event does (行政许可法 第六十一条; 优化营商环境条例 第五十四条、第五十六条至
第五十八条).

    admission     may this act enter? every reason why not (one module for each power)
    effects       the act at the end of its file, without its texts
    obligations   what has to be done in a file, by whom, by when, and whether it was
"""
