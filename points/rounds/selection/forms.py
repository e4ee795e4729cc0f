"""Forms of rounds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Posting
from governance.files.forms import UploadsField
from governance.scope import ABOVE_GRID, Actor, place_column
from governance.ui.forms import DateInput, Segments
from members.models import DesignationKind
from points.models import Round
from points.models.rounds import NOMINEES, POINTS_CAP, ROUND_KINDS, TIES, WAYS
from points.rounds.selection.services.rounds import Criterion, RoundFacts

_CRITERIA = 4


class RoundForm(forms.Form):
    """What is said of a round."""

    title = forms.CharField(label="名称", max_length=80, help_text="如“2026 年第四季度先锋小哥评选”。")
    kind = forms.ChoiceField(label="荣誉", choices=ROUND_KINDS)
    nominees = forms.ChoiceField(label="评选对象", choices=NOMINEES)
    way = forms.ChoiceField(label="产生方式", choices=WAYS, initial="voting", widget=Segments)
    seats = forms.IntegerField(label="名额", min_value=1, max_value=500)
    tie = forms.ChoiceField(label="并列时", choices=TIES, initial="more", widget=Segments)
    from_on = forms.DateField(label="事迹期间自", widget=DateInput)
    until_on = forms.DateField(label="事迹期间至", widget=DateInput)
    nominate_days = forms.IntegerField(label="提名期（工作日）", min_value=1, max_value=60, initial=10)
    decide_days = forms.IntegerField(label="投票、打分期（工作日）", min_value=1, max_value=60, initial=5)
    notice_days = forms.IntegerField(
        label="公示期（工作日）", min_value=5, max_value=60, initial=5, help_text="不少于 5 个工作日。"
    )
    designation_kind = forms.ModelChoiceField(
        label="同时授予称号",
        queryset=DesignationKind.objects.none(),
        required=False,
        empty_label="不授予，只进入荣誉榜",
    )
    words = forms.CharField(label="评选说明", max_length=500, required=False, widget=forms.Textarea({"rows": 3}))
    points_weight = forms.IntegerField(
        label="积分的权重（%）", required=False, min_value=0, max_value=POINTS_CAP,
        help_text=f"积分只能作为其中一项标准，不超过 {POINTS_CAP}%；不用则不填。",
    )  # fmt: skip
    points_full = forms.IntegerField(
        label="积分满分所需", required=False, min_value=1, max_value=1_000_000,
        help_text="事迹期间获得这么多积分即得满分，不与他人比较。",
    )  # fmt: skip
    jurors = forms.ModelMultipleChoiceField(
        label="评委（打分的评选，至少三名）", queryset=Posting.objects.none(), required=False,
        widget=forms.SelectMultiple({"size": 8}),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, _CRITERIA + 1):
            self.fields[f"name_{number}"] = forms.CharField(label=f"标准 {number}", max_length=60, required=False)
            self.fields[f"weight_{number}"] = forms.IntegerField(
                label=f"标准 {number} 的权重（%）", required=False, min_value=1, max_value=100
            )
        self.order_fields([*(name for name in self.fields if name not in _LAST), *_LAST])
        kinds = DesignationKind.objects.filter(is_active=True, counted="people").order_by("order")
        self.fields["designation_kind"].queryset = kinds  # type: ignore[attr-defined]
        column = place_column(by.unit_kind, among=ABOVE_GRID)
        here = {f"unit__{column}": by.unit_id} if column else {"pk": None}
        staff = Posting.objects.in_force(timezone.localdate()).filter(**here).select_related("user", "unit")
        jurors: Any = self.fields["jurors"]
        jurors.queryset = staff.order_by("unit__code", "user__name")
        jurors.label_from_instance = lambda one: f"{one.user.name}（{one.unit.name}）"

    def facts(self) -> RoundFacts:
        """As the service takes them."""
        data = self.cleaned_data
        criteria = [
            Criterion(data[f"name_{n}"], data[f"weight_{n}"] or 0)
            for n in range(1, _CRITERIA + 1)
            if data[f"name_{n}"] or data[f"weight_{n}"]
        ]
        if data["points_weight"]:
            criteria.append(Criterion("积分", data["points_weight"], data["points_full"] or 1))
        plain = {name: data[name] for name in _PLAIN}
        kind = data["designation_kind"]
        return RoundFacts(
            **plain, criteria=criteria, juror_ids=[one.pk for one in data["jurors"]],
            designation_kind_id=kind.pk if kind else None,
        )  # fmt: skip


_PLAIN = (
    "title", "kind", "nominees", "way", "seats", "tie", "from_on", "until_on", "nominate_days", "decide_days",
    "notice_days", "words",
)  # fmt: skip
_LAST = ("points_weight", "points_full", "jurors", "designation_kind", "words")


def initial_of(found: Round) -> dict[str, Any]:
    """What a draft says, for its form."""
    told: dict[str, Any] = {name: getattr(found, name) for name in _PLAIN}
    told |= {"designation_kind": found.designation_kind_id}
    told["jurors"] = list(found.jurors.values_list("posting_id", flat=True))
    number = 0
    for one in found.criteria.order_by("pk"):
        if one.full_points:
            told |= {"points_weight": one.weight, "points_full": one.full_points}
        else:
            number += 1
            told |= {f"name_{number}": one.name, f"weight_{number}": one.weight}
    return told


class NominateForm(forms.Form):
    """Whom, and for what."""

    name = forms.CharField(label="姓名", max_length=32)
    tail = forms.CharField(
        label="手机号后四位", max_length=4, required=False, widget=forms.TextInput({"inputmode": "numeric"}),
        help_text="同名的不止一人时填写；企业联络员必填。",
    )  # fmt: skip
    words = forms.CharField(
        label="事迹", max_length=1000, widget=forms.Textarea({"rows": 6}),
        help_text="何时、何地、做了什么、有什么结果，不少于 20 个字。会在投票和公示时公开，请勿写证件号码和他人隐私。",
    )  # fmt: skip
    attachments = UploadsField(label="照片等佐证")


class SelfForm(forms.Form):
    """For what one nominates oneself."""

    words = forms.CharField(
        label="我的事迹", max_length=1000, widget=forms.Textarea({"rows": 6}),
        help_text="何时、何地、做了什么、有什么结果，不少于 20 个字。会在投票和公示时公开。",
    )  # fmt: skip
    attachments = UploadsField(label="照片等佐证")


class ReviewForm(forms.Form):
    """Whether somebody becomes a candidate."""

    accept = forms.TypedChoiceField(
        label="审核意见", choices=[("1", "通过，列为候选人"), ("", "不通过")], coerce=bool, empty_value="",
        required=False, widget=Segments,
    )  # fmt: skip
    words = forms.CharField(label="说明", max_length=200, required=False, help_text="不通过的须说明原因。")

    def clean_accept(self) -> bool:
        """Nothing chosen is a no, and not nothing."""
        return bool(self.cleaned_data["accept"])


class ObjectForm(forms.Form):
    """What was said against a candidate."""

    from_words = forms.CharField(label="反映人", max_length=64, help_text="可填称呼。")
    words = forms.CharField(label="反映内容", max_length=500, widget=forms.Textarea({"rows": 3}))


class SettleForm(forms.Form):
    """What came of it."""

    is_upheld = forms.TypedChoiceField(
        label="异议", choices=[("1", "成立，取消资格"), ("", "不成立，恢复公示")], coerce=bool, empty_value="",
        required=False, widget=Segments,
    )  # fmt: skip
    answer = forms.CharField(label="核查结论", max_length=500, widget=forms.Textarea({"rows": 3}))

    def clean_is_upheld(self) -> bool:
        """As above: an objection that does not stand is kept as such."""
        return bool(self.cleaned_data["is_upheld"])


class CancelForm(forms.Form):
    """Why a round is called off."""

    words = forms.CharField(label="取消原因", max_length=200)


class ScoreForm(forms.Form):
    """Marks by criterion."""

    def __init__(self, *args: Any, criteria: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in criteria:
            self.fields[f"mark_{one.pk}"] = forms.IntegerField(
                label=f"{one.name}（权重 {one.weight}%）", min_value=0, max_value=100, help_text="0 至 100 的整数。"
            )

    def marks(self) -> dict[int, int]:
        """Criterion → mark."""
        return {int(name.removeprefix("mark_")): value for name, value in self.cleaned_data.items()}
