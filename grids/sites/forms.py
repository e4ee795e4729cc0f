"""Forms of the sites' pages."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from governance.calendars.forms import WindowsField
from governance.scope import TERRITORIAL_KINDS, Actor, UnitKind
from governance.ui.forms import DateInput, SearchSelect
from grids.forms import UnitField, choices
from grids.models import WEEKDAY_LABELS, Cluster, Site, SiteKind, Unit
from grids.services.site_kinds import KindFacts
from grids.sites.facts import SiteFacts
from grids.sites.hours import DAY, HOLIDAY, Spans, clock

_WHOLE_DAY = "00:00-24:00"


class OpeningField(WindowsField):
    """Windows as people write them, also 全天 and 不开放."""

    def clean(self, value: Any) -> Any:
        """Spans in minutes after midnight."""
        text = str(value or "").strip()
        return super().clean({"全天": _WHOLE_DAY, "不开放": ""}.get(text, value))


def windows_of(text: str) -> Spans:
    """The windows of a text from a file (ValidationError)."""
    return cast(Spans, OpeningField().clean(text))


def as_typed(windows: Spans) -> str:
    """Windows as the field reads them again."""
    return "、".join("全天" if span == (0, DAY) else f"{clock(span[0])}-{clock(span[1])}" for span in windows)


class SiteForm(forms.Form):
    """All that is written of a site besides its hours."""

    kind = forms.ModelChoiceField(label="类型", queryset=SiteKind.objects.all(), empty_label="请选择")
    name = forms.CharField(label="名称", max_length=64)
    unit = UnitField(label="所属单位", queryset=Unit.objects.none(), help_text="服务哪个社区、街道或网格，就选哪个。")
    address = forms.CharField(label="地址", max_length=200)
    phone = forms.CharField(
        label="联系电话", max_length=32, required=False, help_text="阵地的办公电话，不要填写个人手机号。"
    )
    area_m2 = forms.IntegerField(label="建筑面积（平方米）", min_value=1, max_value=200_000, required=False)
    lon = forms.FloatField(label="经度", required=False, help_text="WGS-84，例如 124.876543；所在网格按坐标自动确定。")
    lat = forms.FloatField(label="纬度", required=False, help_text="WGS-84，例如 46.654321。")
    level = forms.ChoiceField(label="示范等级", choices=[("", "无"), *Site.LEVELS], required=False)
    cluster = forms.ModelChoiceField(
        label="示范矩阵、示范带", queryset=Cluster.objects.none(), required=False, empty_label="无"
    )
    opened_on = forms.DateField(label="启用日期", widget=DateInput)
    transferred = forms.BooleanField(label="地企移交：由油田等驻区企业移交给社区使用", required=False)
    former_owner = forms.CharField(label="移交前单位", max_length=64, required=False)
    transferred_on = forms.DateField(label="移交日期", widget=DateInput, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = choices(actor, TERRITORIAL_KINDS)
        self.fields["unit"].queryset = units.filter(street=actor.street_id) if actor.street_id else units  # type: ignore[attr-defined]
        self.fields["cluster"].queryset = Cluster.objects.visible_to(actor)  # type: ignore[attr-defined]

    def facts(self) -> SiteFacts:
        """What was typed."""
        data = self.cleaned_data
        same = (
            "name", "address", "phone", "area_m2", "lon", "lat", "level", "opened_on", "transferred", "former_owner",
            "transferred_on",
        )  # fmt: skip
        return SiteFacts(
            kind_id=data["kind"].pk, unit_id=data["unit"].pk,
            cluster_id=data["cluster"].pk if data["cluster"] else None, **{name: data[name] for name in same},
        )  # fmt: skip


class ProposalForm(SiteForm):
    """The same, with why."""

    words = forms.CharField(label="建议的理由", max_length=500, widget=forms.Textarea({"rows": 3}))


class CloseForm(forms.Form):
    """The end of a site."""

    closed_on = forms.DateField(label="停用日期", widget=DateInput, help_text="从这一天起不再开放。")
    reason = forms.CharField(label="原因", max_length=500, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closed_on"].initial = timezone.localdate


class ProposeClosingForm(CloseForm):
    """The same, proposed."""

    reason = None  # type: ignore[assignment]
    words = forms.CharField(label="建议的理由", max_length=500, widget=forms.Textarea({"rows": 3}))


class HoursForm(forms.Form):
    """A week and the statutory holidays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday, label in enumerate(WEEKDAY_LABELS[:HOLIDAY]):
            self.fields[f"day_{weekday}"] = OpeningField(label=label)
        self.fields["day_0"].help_text = "写成“08:30-11:30、13:30-17:00”，一天可以有几段；全天写“全天”，不开放留空。"
        self.fields["on_holidays"] = forms.ChoiceField(label="法定节假日", choices=Site.ON_HOLIDAYS)
        self.fields[f"day_{HOLIDAY}"] = OpeningField(
            label="节假日开放时间", help_text="仅在上面选择“按节假日开放时间”时填写。"
        )

    def week(self) -> list[Spans]:
        """Eight places, Monday to Sunday and holidays."""
        return [self.cleaned_data[f"day_{place}"] for place in range(HOLIDAY + 1)]


class ExceptionForm(forms.Form):
    """A date, or dates on end, that differ from the week."""

    from_date = forms.DateField(label="开始日期", widget=DateInput)
    to_date = forms.DateField(label="结束日期", widget=DateInput, required=False, help_text="只有一天可以不填。")
    windows = OpeningField(label="开放时间", help_text="写成“09:00-15:00”；不开放留空。")
    reason = forms.CharField(label="原因", max_length=200, help_text="会显示给来访的人，例如“供暖检修”。")


class DecideForm(forms.Form):
    """The centre's answer to a street."""

    accept = forms.TypedChoiceField(
        label="处理", choices=[("1", "采纳，立即生效"), ("0", "不采纳")], coerce=lambda text: text == "1",
        widget=forms.RadioSelect,
    )  # fmt: skip
    answer = forms.CharField(
        label="答复", max_length=500, required=False, widget=forms.Textarea({"rows": 3}), help_text="不采纳时必填。"
    )


class NearForm(forms.Form):
    """A point, and what one looks for there."""

    kind = forms.ModelChoiceField(label="类型", queryset=SiteKind.objects.all(), required=False, empty_label="全部类型")
    lon = forms.FloatField(label="经度", min_value=73, max_value=136, required=False)
    lat = forms.FloatField(label="纬度", min_value=3, max_value=54, required=False)
    all = forms.BooleanField(label="也列出现在未开放的", required=False)

    def clean(self) -> dict[str, Any]:
        """A whole point or none."""
        data = super().clean() or self.cleaned_data
        if not self.errors and (data.get("lon") is None) != (data.get("lat") is None):
            raise ValidationError("经度和纬度请一起填写。")
        return data


class MissingForm(forms.Form):
    """Which communities lack which kind."""

    kind = forms.ModelChoiceField(label="类型", queryset=SiteKind.objects.filter(each_community=True), empty_label=None)
    street = forms.ModelChoiceField(
        label="街道", queryset=Unit.objects.none(), required=False, empty_label="全区", widget=SearchSelect
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        streets = Unit.objects.filter(district_id=actor.district_id, kind=UnitKind.STREET).open()
        self.fields["street"].queryset = streets  # type: ignore[attr-defined]


class PhotosInput(forms.FileInput):
    """Several pictures at once; on a telephone the camera or the album."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """All that were chosen."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class PhotosField(forms.FileField):
    """A list of uploads; what they are is seen when they are stored."""

    widget = PhotosInput

    def clean(self, value: Any, initial: Any = None) -> Any:
        """Each as a file of its own; at least one."""
        given = value if isinstance(value, list) else [value]
        return [super(PhotosField, self).clean(one, initial) for one in given or [None]]


class PhotoForm(forms.Form):
    """Photos of a site."""

    photos = PhotosField(
        label="照片", widget=PhotosInput(attrs={"accept": "image/jpeg,image/png,image/webp", "multiple": True}),
        help_text="JPG、PNG 或 WebP，可以一次选几张。位置、拍摄设备等信息会自动去掉。",
    )  # fmt: skip
    caption = forms.CharField(
        label="说明", max_length=60, required=False, help_text="会显示在照片下面，例如“一楼服务大厅”。"
    )


def _area(label: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=200_000, required=False, help_text=help_text)


class KindForm(forms.Form):
    """A kind of site with its standard."""

    name = forms.CharField(label="名称", max_length=32)
    each_community = forms.BooleanField(label="每个社区都应设", required=False)
    community_m2 = _area("社区级面积标准（平方米）", "没有标准请留空；网格的阵地按社区级。")
    per_100_households_m2 = _area(
        "每百户面积标准（平方米）", "社区级按本社区在册住户折算，与上面的标准取大的；没有请留空。"
    )
    street_m2 = _area("街道级面积标准（平方米）")
    district_m2 = _area("区级面积标准（平方米）")
    source = forms.CharField(
        label="标准依据", max_length=300, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="写明文件名称，会显示在对标缺口页。",
    )  # fmt: skip

    def facts(self) -> KindFacts:
        """What was typed."""
        return KindFacts(**self.cleaned_data)


class ClusterForm(forms.Form):
    """A matrix or a belt."""

    name = forms.CharField(label="名称", max_length=64)
    form = forms.ChoiceField(label="形式", choices=Cluster.FORMS, widget=forms.RadioSelect)


class SheetForm(forms.Form):
    """A spreadsheet of sites."""

    file = forms.FileField(
        label="阵地表格", help_text=".xlsx 或 .csv，一次最多 1,000 行。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )  # fmt: skip
