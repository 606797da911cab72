"""公共信用信息与联合奖惩登记系统: a log of signed statements, and verdicts that are a pure function of it."""
