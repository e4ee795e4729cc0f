"""Writing an appeal down: at the desk, and on a phone with one thumb."""

from __future__ import annotations

import csv
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import forms

from accounts.rights import may
from appeals.forms.inputs import LongChoiceField, category_options, unit_options
from appeals.forms.steps import words_field
from appeals.models import CHANNELS, HANDLING_KINDS, URGENCIES, Category
from appeals.services import NewAppeal
from governance.files.forms import UploadsField
from governance.scope import TERRITORIAL_KINDS, Actor, Role, UnitKind
from governance.ui.forms import DateTimeInput, Segments, Tiles
from grids.models import Unit
from members.designations.selectors import is_courier

TILES = Path(__file__).parent.parent / "data" / "report_tiles.csv"
MORE = "more"
TITLE_LENGTH = 30
# The channel that a report from this role comes by.
_CHANNELS = {
    Role.GRID_WORKER: "grid",
    Role.PART_TIME_GRID_WORKER: "grid",
    Role.ENTERPRISE_LIAISON: "enterprise",
}
# What couriers and riders report on the road.
SNAPSHOT = "snapshot"


class _Place(forms.Form):
    """Where it happened: by a unit, or by a point on the map."""

    address = forms.CharField(label="事发地址", max_length=200, required=False)
    unit = LongChoiceField(
        Unit.objects.none(), label="所属网格", required=False, empty="按地图位置或本单位确定",
        help_text="可输入名称或拼音首字母，也可在地图上点选。",
    )  # fmt: skip
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)

    def offer_units(self, by: Actor) -> None:
        """The units of the line that the actor may name."""
        units = Unit.objects.filter(district_id=by.district_id, kind__in=TERRITORIAL_KINDS).open()
        if by.unit_kind not in {UnitKind.DISTRICT, UnitKind.DEPARTMENT}:
            units = units.visible_to(by)
        field = self.fields["unit"]
        field.queryset, field.widget.offered = units, unit_options(units)  # type: ignore[attr-defined]


class RegisterForm(_Place):
    """登记诉求: everything that the desk asks."""

    title = forms.CharField(label="标题", min_length=2, max_length=100)
    content = words_field("诉求内容", required=True, rows=5, most=10_000, help_text="时间、地点、经过、要求。")
    category = LongChoiceField(
        Category.objects.filter(is_active=True),
        label="诉求类别",
        required=False,
        empty="请选择，可输入名称或拼音首字母",
    )
    channel = forms.ChoiceField(label="来源渠道", choices=[c for c in CHANNELS if c[0] != "hotline"], initial="counter")
    urgency = forms.TypedChoiceField(label="紧急程度", choices=URGENCIES, coerce=int, initial=0, widget=Segments)
    handling_kind = forms.ChoiceField(label="办理类型", choices=HANDLING_KINDS, initial="ordinary", widget=Segments)
    complainant = forms.CharField(label="诉求人", max_length=64, required=False)
    phone = forms.CharField(
        label="联系电话",
        max_length=32,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    identity = forms.CharField(
        label="身份证号", max_length=32, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    is_confidential = forms.BooleanField(label="诉求人要求对其信息保密", required=False)
    raised_at = forms.DateTimeField(
        label="诉求时间", required=False, widget=DateTimeInput, help_text="不填则为现在。",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )  # fmt: skip
    attachments = UploadsField()

    def __init__(self, data: Any = None, *, by: Actor, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offer_units(by)
        self.fields["category"].offer(category_options())  # type: ignore[attr-defined]

    def new_appeal(self) -> NewAppeal:
        """What the service takes."""
        data = dict(self.cleaned_data)
        category, unit, attachments = data.pop("category"), data.pop("unit"), data.pop("attachments")
        return NewAppeal(
            **data, category_id=category.pk if category else None, unit_id=unit.pk if unit else None,
            attachment_ids=attachments,
        )  # fmt: skip


@lru_cache(maxsize=1)
def tiles() -> list[tuple[str, str, str]]:
    """The big tiles of the phone form: (label, icon, path of the category)."""
    with TILES.open(encoding="utf-8", newline="") as file:
        return [(row["label"], row["icon"], row["path"]) for row in csv.DictReader(file)]


class ReportForm(_Place):
    """快速上报: as little as possible. Without scripts it is a plain form."""

    tile = forms.ChoiceField(label="事件类别", required=False)
    category = LongChoiceField(
        Category.objects.filter(is_active=True), label="其他类别", required=False, empty="请选择，可输入名称"
    )
    content = words_field("情况描述", required=True, rows=4, most=10_000)
    attachments = UploadsField(label="现场照片")
    urgency = forms.TypedChoiceField(label="紧急程度", choices=URGENCIES, coerce=int, initial=0, widget=Segments)
    complainant = forms.CharField(label="居民姓名（选填）", max_length=64, required=False)
    phone = forms.CharField(
        label="居民电话（选填）", max_length=32, required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    on_the_spot = forms.BooleanField(label="已当场办结（自办）", required=False)
    result = words_field("办理情况", required=False, help_text="当场怎么处理的，不少于 5 个字。")
    public_reply = words_field("给居民的答复", required=False, rows=2, help_text="不少于 5 个字。")
    client_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    device_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, by: Actor, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"client_key": uuid.uuid4()})
        super().__init__(data, **kwargs)
        self.by = by
        self.offer_units(by)
        self.fields["unit"].widget.empty_label = f"{by.unit_name}（默认）"
        self.fields["unit"].help_text = ""
        self.fields["content"].widget.attrs["placeholder"] = "什么地方、发生了什么、影响到谁"
        self.fields["category"].offer(category_options())  # type: ignore[attr-defined]
        self._offer_tiles()
        if not may(by, "appeal.handle_on_the_spot"):
            for name in ("on_the_spot", "result", "public_reply"):
                del self.fields[name]

    def _offer_tiles(self) -> None:
        ids = dict(
            Category.objects.filter(path__in=[p for _, _, p in tiles()], is_active=True).values_list("path", "pk")
        )
        found = [(str(ids[path]), label, icon) for label, icon, path in tiles() if path in ids]
        choices = [*((pk, label) for pk, label, _ in found), (MORE, "更多类别")]
        field = self.fields["tile"]
        field.widget = Tiles(icons={**{pk: icon for pk, _, icon in found}, MORE: "dots"})
        field.choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What the switch for closing on the spot makes necessary."""
        data = super().clean() or self.cleaned_data
        if data.get("on_the_spot"):
            for name, label in (("result", "办理情况"), ("public_reply", "给居民的答复")):
                if name not in self.errors and len(data.get(name, "").strip()) < 5:
                    self.add_error(name, f"当场办结要写明{label}，不少于 5 个字。")
        return data

    def new_appeal(self) -> NewAppeal:
        """What the service takes; the title is the beginning of what was written."""
        data = self.cleaned_data
        tile = data.get("tile", "")
        category = data["category"]
        unit = data["unit"].pk if data["unit"] else self.by.unit_id if data["lon"] is None else None
        spot = bool(data.get("on_the_spot"))
        return NewAppeal(
            title=title_of(data["content"]), content=data["content"], channel=self._channel(),
            category_id=int(tile) if tile not in {"", MORE} else category.pk if category else None,
            urgency=data["urgency"], complainant=data["complainant"], phone=data["phone"], address=data["address"],
            unit_id=unit if self._on_the_line(unit) else None, lon=data["lon"], lat=data["lat"],
            device_at=data["device_at"], client_key=data["client_key"], attachment_ids=data["attachments"],
            result=data["result"] if spot else "", public_reply=data["public_reply"] if spot else "",
        )  # fmt: skip

    def _channel(self) -> str:
        if self.by.role == Role.PART_TIME_GRID_WORKER and is_courier(self.by.user_id):
            return SNAPSHOT
        return _CHANNELS.get(self.by.role, "walk") if self.by.role else "walk"

    def _on_the_line(self, unit: int | None) -> bool:
        """A department's own unit is no place."""
        return unit != self.by.unit_id or self.by.unit_kind in TERRITORIAL_KINDS


def title_of(content: str) -> str:
    """The first sentence, shortened."""
    first = content.strip().replace("。", "\n").splitlines()[0].strip() if content.strip() else ""
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1] + "…"
