"""The tabs of the list of orders, which its spreadsheet reads again."""

from __future__ import annotations

from django.db.models import Q

from governance.ui.lists import Tab

ORDER_TABS = (
    Tab("", "待领取", Q(state="placed")), Tab("collected", "已领取", Q(state="collected")),
    Tab("cancelled", "已取消", Q(state="cancelled")), Tab("lapsed", "逾期退回", Q(state="lapsed")),
    Tab("covered", "备付垫付", Q(covered__gt=0)),
)  # fmt: skip
