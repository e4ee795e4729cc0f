"""How many households one party household looks after. Source: domain.md, "looks after the households around it";
the district's own practice: 10 to 20."""

from __future__ import annotations

LEAST, MOST = 10, 20
# More than this is refused: nobody can look after them.
REFUSED_OVER = 30
# What stands on the page until somebody writes other duties.
DUTIES = "联系周边住户，宣传政策，收集诉求，化解小矛盾，遇事向网格报告。"


def warning_of(homes: int) -> str:
    """What is said of the number, or nothing."""
    if homes < LEAST:
        return f"联系 {homes} 户，少于 {LEAST} 户，请补充。"
    if homes > MOST:
        return f"联系 {homes} 户，多于 {MOST} 户，请考虑分给其他中心户。"
    return ""
