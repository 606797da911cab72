"""What a subject's file contains, by category and with three clocks (信用记录, 专项信用报告)."""
