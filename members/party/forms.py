"""Forms of this subject. A person is named by words; where several are meant, the form asks which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils import timezone

from governance.scope import Actor, UnitKind
from governance.ui.forms import DateInput, SearchSelect
from grids.models import Unit
from members.models import PartyMembership, PartyOrganisation, Person
from members.models.party import (
    CATEGORIES,
    COMMITTEE,
    DEPUTY,
    DUTIES,
    GROUP_LEADER,
    MEMBERSHIP_KINDS,
    ORGANISATION_KINDS,
    PART_TIME,
    POSTS,
    SECRETARY,
)
from members.party import selectors
from members.party.rules import COMMITTEE_MOST, COMMITTEES, GROUPS, PARENTS, UNITS
from members.party.services import memberships, organisations
from members.party.services.terms import Elected

_PLAIN = {"autocomplete": "off"}
_SHOWN = 10
_PART_TIME_ROWS = 4


def today_field(label: str, **more: Any) -> forms.DateField:
    """A day that is today unless said."""
    return forms.DateField(label=label, widget=DateInput, initial=timezone.localdate, **more)


class WhoForm(forms.Form):
    """Somebody of the scope: by name, initials or identity number; one of several is then chosen."""

    who = forms.CharField(
        label="姓名或身份证号", max_length=40, widget=forms.TextInput(_PLAIN), help_text="须是本辖区已登记的居民。"
    )
    person = forms.IntegerField(label="是哪一位", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean(self) -> dict[str, Any]:
        """`person_id` of the one that is meant."""
        data = super().clean() or {}
        if not (text := data.get("who")):
            return data
        rows = Person.objects.visible_to(self.by).here().search(text).select_related("community", "grid")
        found = list(rows.defer("search").order_by("pk")[: _SHOWN + 1])
        chosen = [one for one in found if one.pk == data.get("person")] or found
        if not found:
            self.add_error("who", "没有找到这个人。请核对姓名，或先在“居民”中登记。")
        elif len(chosen) > 1:
            self._ask(found)
        else:
            data["person_id"] = chosen[0].pk
        return data

    def _ask(self, found: list[Person]) -> None:
        if len(found) > _SHOWN:
            self.add_error("who", "同名的人太多，请改用身份证号查找。")
            return
        self.fields["person"].widget = forms.RadioSelect(choices=[(one.pk, _told(one)) for one in found])
        self.fields["person"].widget.is_required = False
        self.add_error("person", "有多位，请选择一位。")


def _told(person: Person) -> str:
    born = f"{person.born_on:%Y-%m}生" if person.born_on else "出生日期未登记"
    place = person.grid.name if person.grid else person.community.name
    facts = (person.get_gender_display(), born, place, person.identity_masked or "无身份证号")
    return f"{person.name}（{'，'.join(fact for fact in facts if fact)}）"


class MemberFactsForm(forms.Form):
    """What is known of a member."""

    category = forms.ChoiceField(label="类别", choices=CATEGORIES)
    employer = forms.CharField(label="原单位、工作单位", max_length=100, required=False)
    joined_party_on = forms.DateField(label="入党日期", widget=DateInput, required=False)
    full_on = forms.DateField(label="转正日期", widget=DateInput, required=False)

    def facts(self, kind: str) -> memberships.Facts:
        """As the service takes them."""
        data = self.cleaned_data
        names = ("category", "employer", "joined_party_on", "full_on")
        return memberships.Facts(kind=kind, **{name: data[name] for name in names})


class AdmitForm(WhoForm, MemberFactsForm):
    """登记党员, 发展预备党员."""

    field_order: tuple[str, ...] = (
        "who",
        "person",
        "kind",
        "category",
        "employer",
        "joined_party_on",
        "full_on",
        "from_on",
    )
    kind = forms.ChoiceField(label="党员类型", choices=MEMBERSHIP_KINDS, help_text="预备党员须填入党日期，预备期一年。")
    from_on = today_field("编入本组织日期")


class TakeInForm(AdmitForm):
    """区外转入."""

    field_order: tuple[str, ...] = (
        "who", "person", "place", "letter_number", "letter_on", "kind", "category", "employer", "joined_party_on",
        "full_on",
    )  # fmt: skip
    place = forms.CharField(label="原党组织", max_length=100, help_text="介绍信上的转出党组织。")
    letter_number = forms.CharField(label="介绍信编号", max_length=40)
    letter_on = forms.DateField(label="介绍信日期", widget=DateInput, help_text="介绍信有效期不超过 90 天。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["from_on"]


class FullForm(forms.Form):
    """转正."""

    on = today_field("支部大会通过日期")


class ProlongForm(forms.Form):
    """延长预备期."""

    months = forms.TypedChoiceField(label="延长", choices=[(n, f"{n} 个月") for n in range(6, 13)], coerce=int)
    words = forms.CharField(label="原因", max_length=200)


class MemberEndForm(forms.Form):
    """退党、除名、开除党籍."""

    how = forms.ChoiceField(label="原因", choices=[("withdrawn", "退党、除名"), ("expelled", "开除党籍")])
    on = today_field("日期")
    words = forms.CharField(label="依据", max_length=500, widget=forms.Textarea({"rows": 2}))


class HandOverForm(forms.Form):
    """区内转接."""

    to_organisation = forms.TypedChoiceField(label="转入党组织", coerce=int, widget=SearchSelect)
    reason = forms.CharField(label="转接原因", max_length=200, help_text="如：已迁居该社区。")

    def __init__(self, *args: Any, by: Actor, leaves: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = selectors.receivers(by).exclude(pk=leaves).values_list("pk", "name", "community__name")
        named = ((pk, name if not place or place in name else f"{place} · {name}") for pk, name, place in rows)
        _choose(self, "to_organisation", named)


class TransferOutForm(forms.Form):
    """转出区外."""

    place = forms.CharField(label="接收党组织", max_length=100)
    letter_number = forms.CharField(label="介绍信编号", max_length=40, help_text="介绍信有效期不超过 90 天。")
    on = today_field("转出日期")
    reason = forms.CharField(label="转接原因", max_length=200, required=False)


class WordsForm(forms.Form):
    """A reason."""

    words = forms.CharField(label="原因", max_length=200, widget=forms.Textarea({"rows": 2}))


class FoundForm(forms.Form):
    """设立党组织, below one of those that the actor decides about."""

    parent = forms.TypedChoiceField(
        label="上级党组织", coerce=int, empty_value=None, required=False, widget=SearchSelect
    )
    kind = forms.ChoiceField(label="类型")
    name = forms.CharField(label="名称", max_length=80, widget=forms.TextInput(_PLAIN))
    unit = forms.TypedChoiceField(label="所在单位", coerce=int, widget=SearchSelect)
    theme = forms.CharField(label="特色主题", max_length=40, required=False, help_text="特色支部填写，如“银发先锋”。")
    address = forms.CharField(label="活动地点", max_length=200, required=False)
    founded_on = today_field("成立日期")

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = owned(by)
        kinds = {
            kind for kind, above in PARENTS.items() if any(one and one in {row.kind for row in own} for one in above)
        }
        if by.unit_kind == UnitKind.DISTRICT:
            kinds |= {kind for kind, above in PARENTS.items() if None in above}
        levels = {unit for kind in kinds for unit in UNITS[kind]}
        units = Unit.objects.open().visible_to(by).filter(kind__in=levels).order_by("code")
        _choose(self, "parent", ((row.pk, row.name) for row in own), empty="没有上级（由区设立）")
        _choose(self, "kind", ((kind, label) for kind, label in ORGANISATION_KINDS if kind in kinds))
        _choose(self, "unit", ((unit.pk, _unit_name(unit)) for unit in units.select_related("community")))

    def founding(self) -> organisations.Founding:
        """As the service takes it."""
        data = self.cleaned_data
        return organisations.Founding(
            name=data["name"], kind=data["kind"], parent_id=data["parent"], unit_id=data["unit"], theme=data["theme"],
            address=data["address"], founded_on=data["founded_on"],
        )  # fmt: skip


def owned(actor: Actor) -> list[PartyOrganisation]:
    """The open organisations that the actor decides about."""
    rows = PartyOrganisation.objects.visible_to(actor).open()
    at_level = {
        UnitKind.DISTRICT: {"street": None}, UnitKind.STREET: {"community": None}, UnitKind.COMMUNITY: {},
    }.get(actor.unit_kind or UnitKind.GRID)  # fmt: skip
    if at_level is None:
        return []
    return sorted(rows.filter(**at_level), key=lambda row: (selectors.rank(row.kind), row.name))


def _unit_name(unit: Unit) -> str:
    return f"{unit.community.name} · {unit.name}" if unit.kind == UnitKind.GRID and unit.community else unit.name


def _choose(form: forms.Form, name: str, choices: Iterable[tuple[Any, str]], *, empty: str = "请选择") -> None:
    form.fields[name].choices = [("", empty), *choices]  # type: ignore[attr-defined]


class ChangeForm(forms.Form):
    """修改党组织信息."""

    name = forms.CharField(label="名称", max_length=80, widget=forms.TextInput(_PLAIN))
    theme = forms.CharField(label="特色主题", max_length=40, required=False)
    address = forms.CharField(label="活动地点", max_length=200, required=False)
    term_years = forms.TypedChoiceField(
        label="任期",
        coerce=int,
        choices=[(0, "不设任期（党小组）"), (3, "3 年"), (5, "5 年")],
        help_text="下一届起按此计算。",
    )
    founded_on = forms.DateField(label="成立日期", widget=DateInput)


class MoveForm(forms.Form):
    """调整隶属."""

    parent = forms.TypedChoiceField(label="新的上级党组织", coerce=int, widget=SearchSelect)
    unit = forms.TypedChoiceField(label="所在单位", coerce=int, widget=SearchSelect)

    def __init__(self, *args: Any, by: Actor, organisation: PartyOrganisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = [row for row in owned(by) if row.kind in PARENTS[organisation.kind] and row.pk != organisation.pk]
        units = Unit.objects.open().visible_to(by).filter(kind__in=UNITS[organisation.kind]).order_by("code")
        _choose(self, "parent", ((row.pk, row.name) for row in above))
        _choose(self, "unit", ((unit.pk, _unit_name(unit)) for unit in units.select_related("community")))


class EndForm(forms.Form):
    """撤销、合并."""

    into = forms.TypedChoiceField(
        label="党员转入", coerce=int, empty_value=None, required=False, widget=SearchSelect,
        help_text="还有党员的，随本次撤销一并转入这个党组织。",
    )  # fmt: skip
    on = today_field("日期")
    words = forms.CharField(label="依据", max_length=500, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, by: Actor, organisation: PartyOrganisation, merges: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_committee = organisation.kind in COMMITTEES
        rows = PartyOrganisation.objects.visible_to(by).open().exclude(pk=organisation.pk).filter(
            street_id=organisation.street_id, community_id=organisation.community_id
        )  # fmt: skip
        fit = (row for row in rows.order_by("kind", "name") if (row.kind in COMMITTEES) == (is_committee and merges))
        _choose(self, "into", ((row.pk, row.name) for row in fit), empty="请选择" if merges else "没有党员，不用转入")
        if merges:
            field = self.fields["into"]
            field.label, field.required, field.help_text = "并入", True, "党员和下级党组织一并转入。"


class PostForm(forms.Form):
    """任职 between elections."""

    post = forms.ChoiceField(label="职务")
    who = forms.TypedChoiceField(label="党员", coerce=int, empty_value=None, required=False, widget=SearchSelect)
    name = forms.CharField(label="姓名", max_length=32, required=False, widget=forms.TextInput(_PLAIN))
    employer = forms.CharField(label="所在单位", max_length=100, required=False, help_text="兼职委员必填。")
    duty = forms.ChoiceField(label="分工", choices=[("", "不分工"), *DUTIES], required=False)
    on = today_field("任职日期")

    def __init__(self, *args: Any, by: Actor, organisation: PartyOrganisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "post", posts_for(organisation))
        if organisation.kind in COMMITTEES:
            del self.fields["who"]
        else:
            del self.fields["name"]
            _choose(self, "who", candidates(organisation, by))

    def elected(self) -> Elected:
        """As the service takes it."""
        data = self.cleaned_data
        return Elected(
            post=data["post"], person_id=data.get("who"), name=data.get("name", ""), duty=data["duty"],
            employer=data["employer"],
        )  # fmt: skip


def posts_for(organisation: PartyOrganisation) -> list[tuple[str, str]]:
    """The posts that an organisation of this kind has."""
    if organisation.kind in GROUPS:
        return [(value, label) for value, label in POSTS if value == GROUP_LEADER]
    with_part_time = organisation.kind in COMMITTEES
    return [
        (value, label) for value, label in POSTS
        if value != GROUP_LEADER and (value != PART_TIME or with_part_time)
    ]  # fmt: skip


def candidates(organisation: PartyOrganisation, actor: Actor) -> list[tuple[int, str]]:
    """Full members of the organisation and of what stands below it."""
    ids = selectors.subtree(actor, organisation.pk)
    rows = PartyMembership.objects.visible_to(actor).current().filter(kind="full", organisation_id__in=ids)
    found = rows.order_by("person__initials", "pk").values_list("person_id", "person__name", "person__born_on")
    return [(pk, f"{name}（{born:%Y-%m}生）" if born else name) for pk, name, born in found]


class ElectionForm(forms.Form):
    """换届选举结果: a row for each who was elected."""

    elected_on = today_field("选举日期")
    words = forms.CharField(label="说明", max_length=500, required=False)

    def __init__(self, *args: Any, by: Actor, organisation: PartyOrganisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_committee = organisation.kind in COMMITTEES
        people = [("", "（无）"), *([] if self.is_committee else candidates(organisation, by))]
        self.numbers = range(COMMITTEE_MOST + (_PART_TIME_ROWS if self.is_committee else 0))
        for number in self.numbers:
            self._add(number, posts_for(organisation), people)

    def _add(self, number: int, posts: list[tuple[str, str]], people: list[tuple[Any, str]]) -> None:
        usual = SECRETARY if number == 0 else DEPUTY if number == 1 and self.is_committee else COMMITTEE
        if number >= COMMITTEE_MOST:
            usual = PART_TIME
        self.fields[f"post-{number}"] = forms.ChoiceField(label="职务", choices=posts, initial=usual, required=False)
        if self.is_committee:
            self.fields[f"name-{number}"] = forms.CharField(label="姓名", max_length=32, required=False)
        else:
            self.fields[f"who-{number}"] = forms.TypedChoiceField(
                label="当选人", choices=people, coerce=int, empty_value=None, required=False, widget=SearchSelect
            )
        self.fields[f"duty-{number}"] = forms.ChoiceField(
            label="分工", choices=[("", "不分工"), *DUTIES], required=False
        )
        if self.is_committee:
            self.fields[f"employer-{number}"] = forms.CharField(label="所在单位", max_length=100, required=False)

    def rows(self) -> Iterator[list[forms.BoundField]]:
        """The bound fields of each row, for the template."""
        for number in self.numbers:
            names = ("post", "name", "who", "duty", "employer")
            yield [self[f"{name}-{number}"] for name in names if f"{name}-{number}" in self.fields]

    def results(self) -> list[Elected]:
        """The rows that name somebody."""
        data = self.cleaned_data
        return [
            Elected(
                post=data[f"post-{n}"], person_id=data.get(f"who-{n}"), name=data.get(f"name-{n}", ""),
                duty=data[f"duty-{n}"], employer=data.get(f"employer-{n}", ""),
            )
            for n in self.numbers if data.get(f"who-{n}") or data.get(f"name-{n}")
        ]  # fmt: skip


class PostEndForm(forms.Form):
    """免职、辞职."""

    how = forms.ChoiceField(label="离任原因", choices=[("resigned", "辞去职务"), ("removed", "免去职务")])
    on = today_field("离任日期")


class ExtensionForm(forms.Form):
    """申请延期换届."""

    until = forms.DateField(label="延期至", widget=DateInput)
    grounds = forms.CharField(label="延期理由", max_length=500, widget=forms.Textarea({"rows": 3}))


class DecisionForm(forms.Form):
    """审批延期换届."""

    grant = forms.ChoiceField(label="审批", choices=[("1", "同意"), ("0", "不同意")], widget=forms.RadioSelect)
    words = forms.CharField(
        label="批复意见", max_length=500, required=False, widget=forms.Textarea({"rows": 2}), help_text="不同意时必填。"
    )


class ReportForm(WhoForm):
    """党员报到."""

    field_order = ("who", "person", "organisation", "own_organisation", "employer", "on")
    organisation = forms.TypedChoiceField(label="报到党组织", coerce=int, widget=SearchSelect)
    own_organisation = forms.CharField(label="组织关系所在党组织", max_length=100)
    employer = forms.CharField(label="工作单位", max_length=100, required=False)
    on = today_field("报到日期")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "organisation", ((row.pk, row.name) for row in owned(self.by)))


class ReportEndForm(WordsForm):
    """结束报到."""

    field_order = ("on", "words")
    on = today_field("结束日期")


class ServiceForm(forms.Form):
    """登记服务."""

    on = today_field("服务日期")
    hours = forms.DecimalField(label="时长（小时）", max_digits=4, decimal_places=1, initial=1)
    words = forms.CharField(label="服务内容", max_length=200)
