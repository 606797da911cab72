"""Risk monitoring (风险监测): what is counted, by which indicator, and when it is worth an alert.

Pure counting, without clock, log or store: what each position of the log brings is told to it, and so is the
day (沧州市进一步加强行政审批事中事后监管的实施意见 四(三)).

    occurrence    what is counted: a negative event, a complaint, a rectification that is overdue
    declared      the indicators as stated, and which is in force on a day
    matching      what an indicator counts, in which group, from which value on
    tally         the count of one indicator, group by group, within its window
    alerting      when a figure becomes an alert, and when it does not because there is one

A figure is a reason to look and nothing else. It is of a region, a trade, a matter, or of how often something
happened to one organisation; it is never of a person, and no verdict asks for it.
"""
