"""Who is answerable (责任追究): what had to be done by when, and what became of it; an accident traced back.

Pure: files of supervision, duties and what else is given go in, lines come out. Every line names its ground:
the file and position, the law, the day due, the day it was done, how late, the department whose it was, and
who acted last in it. Nothing here judges anybody: there is no score, no rank and no word of guilt, and who is
named for a line is who acted last and no more. Whether somebody answers for it (不作为、乱作为、失职渎职) is
decided by who may, by law, after hearing him (公职人员政务处分法; 行政许可法 第七十二条至第七十七条).

    known         what was known at a position on a day; the period asked about
    answerable    who acted last
    tally         duties due in the period, counted and listed
    tellings      what was told to whom, and when it was read
    hand_overs    what was handed round and refused
    draws         inspections not made after a draw, items of plans not drawn
    procedures    duties of bans, objections and repairs
    trace         an accident backwards; trace_words and gaps beside
"""
