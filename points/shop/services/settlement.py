"""Monthly settlement: what a shop exchanged, written down once and never changed. What is corrected later counts in
the month in which it is corrected."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from members.words import text_of
from points.models import Settlement
from points.shop import selectors
from points.shop.services._common import SETTLE, locked_shop, record, require
from points.shop.services._settling import write


def settle(*, shop_id: int, month: date, words: str = "", by: Actor, now: datetime) -> Settlement:
    """Settle a month that is over, by the community. Raises IllegalState for one that is not, or is settled already."""
    require(by, SETTLE)
    words = text_of(words, label="说明", field="words", most=300)
    if month.day != 1:
        raise InvalidInput("请选择要结算的月份。", field="month")
    with transaction.atomic(durable=True):
        shop = locked_shop(shop_id, by)
        if today_of(now) < selectors.next_month(month):
            raise IllegalState(f"{month:%Y年%-m月}还没有结束，请在次月结算。", field="month")
        try:
            with transaction.atomic():
                row = write(
                    shop, month, words=words, user_id=by.user_id, user_name=by.user_name, now=now
                )  # fmt: skip
        except IntegrityError:
            raise IllegalState(f"{shop.site.name}{month:%Y年%-m月}已经结算。", code="settled") from None
        record(
            "shop.settle", row, by=by, now=now, label=shop.site.name,
            after={"month": f"{month:%Y-%m}", "points": row.points, "value": row.value},
        )  # fmt: skip
    return row
