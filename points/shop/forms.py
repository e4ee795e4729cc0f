"""Forms of the shop, its goods, the stock, the counter and settlement."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms

from governance.scope import Actor, own_column
from governance.ui.forms import DateInput, SearchSelect
from grids.models import Site
from points.models import Goods
from points.models.shop import GOODS_KINDS
from points.shop.querysets import STAFF
from points.shop.services.goods import MOST_POINTS, MOST_VALUE, SITE_KIND, GoodsFacts, ShopFacts


class ShopForm(forms.Form):
    """How a shop works."""

    is_open = forms.BooleanField(label="接受兑换", required=False)
    lapse_days = forms.IntegerField(
        label="领取期限（天）",
        min_value=1,
        max_value=60,
        initial=7,
        help_text="下单后几天内不领取，自动退回积分和库存。",
    )
    offline_limit = forms.IntegerField(
        label="离线限额（积分）", min_value=0, max_value=20_000, initial=300,
        help_text="断网一小时内最多可以现场兑换的积分，事先从社区预算中划出，用不完退回。0 为只交付已下的订单。",
    )  # fmt: skip

    def facts(self) -> ShopFacts:
        """What was typed."""
        return ShopFacts(**{name: self.cleaned_data[name] for name in ("is_open", "lapse_days", "offline_limit")})


class ShopAddForm(ShopForm):
    """A site that becomes a shop."""

    site = forms.ModelChoiceField(label="阵地", queryset=Site.objects.none(), empty_label="请选择", widget=SearchSelect)
    field_order = ["site", "is_open", "lapse_days", "offline_limit"]

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        column = own_column(by, STAFF)
        rows = Site.objects.filter(kind__code=SITE_KIND, closed_on=None, community__isnull=False, points_shop=None)
        self.fields["site"].queryset = (  # type: ignore[attr-defined]
            rows.filter(**{column: by.unit_id}).order_by("name") if column else rows.none()
        )
        self.fields["is_open"].initial = True


class GoodsForm(forms.Form):
    """Goods or a service."""

    name = forms.CharField(label="名称", max_length=40)
    kind = forms.ChoiceField(label="类别", choices=GOODS_KINDS)
    points = forms.IntegerField(label="所需积分", min_value=1, max_value=MOST_POINTS)
    value = forms.DecimalField(
        label="价值（元）", min_value=Decimal(0), max_value=MOST_VALUE, decimal_places=2, max_digits=8,
        help_text="采购价或服务费，结算用，居民看不到。",
    )  # fmt: skip
    per_month = forms.IntegerField(
        label="每人每月限兑", min_value=1, max_value=99, required=False, help_text="不限请留空。"
    )
    keeps_stock = forms.BooleanField(label="管理库存", required=False, initial=True)
    low_at = forms.IntegerField(label="库存预警", min_value=0, max_value=9_999, initial=5)
    from_on = forms.DateField(label="上架日期", widget=DateInput, required=False, help_text="留空为今天。")
    until_on = forms.DateField(label="下架日期", widget=DateInput, required=False, help_text="长期上架请留空。")
    words = forms.CharField(label="说明", max_length=300, required=False, widget=forms.Textarea({"rows": 2}))
    photo = forms.FileField(
        label="照片", required=False, widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
        help_text="JPG、PNG 或 WebP，可以现拍。再传一张会换掉原来的。",
    )  # fmt: skip

    def facts(self) -> GoodsFacts:
        """What was typed."""
        return GoodsFacts(**{name: value for name, value in self.cleaned_data.items() if name != "photo"})


class CodeForm(forms.Form):
    """A code as it is typed or scanned; or the full phone number of who ordered."""

    code = forms.CharField(
        label="领取码或手机号", max_length=20, help_text="没带手机的居民，输入完整的手机号。",
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "code-input"}
        ),
    )  # fmt: skip


class WordsForm(forms.Form):
    """A reason."""

    words = forms.CharField(label="取消原因", max_length=200, widget=forms.Textarea({"rows": 2}))


class WriteOffForm(forms.Form):
    """Pieces that broke; booked once, however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    goods = forms.ModelChoiceField(label="商品", queryset=Goods.objects.none(), empty_label="请选择")
    amount = forms.IntegerField(label="报损数量", min_value=1, max_value=99_999)
    words = forms.CharField(label="报损原因", max_length=200)

    def __init__(self, *args: Any, goods: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["goods"].queryset = goods  # type: ignore[attr-defined]


class SettleForm(forms.Form):
    """What the community says of a month."""

    words = forms.CharField(label="结算说明", max_length=300, required=False)
