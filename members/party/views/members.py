"""党员: the list across the scope, a member's page, and what is done about one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from accounts.rights import may
from governance.sheets.buttons import actions_for
from governance.ui.views import Action, Column, DetailPage, ListPage, Order, Tab
from members.models import MembershipTransfer, PartyMembership, PartyOrganisation, PartyPost, Person
from members.models.party import IN_TRANSIT
from members.party import clocks, forms, selectors
from members.party.filters import MemberFilterSet
from members.party.services import memberships, transfers
from members.party.views._common import OfMember, OfOrganisation, age_of, decides, page_of, today

_sensitive = method_decorator(sensitive_post_parameters("who"), name="dispatch")


def _posts(row: Any) -> str:
    return "、".join(post.get_post_display() for post in row.person.posts_now) or "—"


def _over(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    return selectors.probation_over(rows, today())


class MemberList(ListPage):
    """党员."""

    page = "party_members"
    title = "党员"
    noun = "人"
    filterset_class = MemberFilterSet
    count_cap = 1_000
    page_size = 20
    columns = (
        Column("name", "姓名", "members/party/cells/member.html", always=True, phone="title", grow=True),
        Column("gender", "性别", lambda row: row.person.get_gender_display() or "—", phone="hidden", secondary=True),
        Column("age", "年龄", lambda row: age_of(row.person.born_on), phone="inline"),
        Column("category", "类别", lambda row: row.get_category_display(), phone="inline"),
        Column("kind", "党员类型", "members/party/cells/kind.html", phone="inline"),
        Column("organisation", "所在党组织", "members/party/cells/organisation.html"),
        Column("post", "党内职务", _posts, phone="hidden"),
        Column("employer", "原单位、工作单位", "employer", secondary=True, default=False),
        Column("joined", "入党日期", "joined_party_on", secondary=True, phone="hidden"),
        Column("phone", "联系电话", "person.phone_masked", default=False),
    )
    orders = (Order("new", "最新登记", ("-pk",)),)
    tabs = (
        Tab("", "全部"),
        Tab("probationary", "预备期满", narrow=_over, tone="soon"),
        Tab("late", "转正超期", narrow=lambda rows, request: selectors.probation_late(rows), tone="over"),
        Tab("elsewhere", "居住地已变", narrow=lambda rows, request: selectors.lives_elsewhere(rows)),
    )
    empty_text = "请放宽查找条件，或在党支部页面登记党员。"

    def get_queryset(self) -> QuerySet[PartyMembership]:
        """Those in force in scope, each with what they hold now."""
        now = PartyPost.objects.current().only("person_id", "post")
        rows: QuerySet[PartyMembership] = PartyMembership.objects.visible_to(self.actor).current()
        rows = rows.select_related("person", "organisation").defer("person__search")
        rows = selectors.with_lateness(rows)
        return rows.prefetch_related(Prefetch("person__party_posts", now, to_attr="posts_now"))

    def row_label(self, row: Any) -> str:
        """The member's name."""
        return str(row.person.name)

    def row_tone(self, row: Any) -> str:
        """A probation that is over waits for somebody."""
        return (
            "over"
            if row.is_late
            else "soon"
            if row.probation_ends_on and row.kind == "probationary" and row.probation_ends_on <= today()
            else ""
        )

    def get_actions(self) -> Sequence[Action]:
        """To transfers; one by one nothing is admitted but from an organisation's page."""
        transfers = Action("组织关系转接", reverse("members:party_transfers"), "transfer")
        return (*actions_for("party_members", self.request, self.actor), transfers)

    def extra_context(self) -> dict[str, Any]:
        """Whose members these are, where the address names an organisation."""
        asked = self.request.GET.get("organisation", "")
        if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
            return {}
        return {"of": PartyOrganisation.objects.visible_to(self.actor).filter(pk=asked).first()}

    template_name = "members/party/members.html"


class MemberPage(DetailPage):
    """A member: facts, posts, how they came and went."""

    template_name = "members/party/member.html"
    context_name = "membership"

    def get_queryset(self) -> QuerySet[PartyMembership]:
        rows: QuerySet[PartyMembership] = PartyMembership.objects.visible_to(self.actor)
        return rows.select_related("person__community", "organisation__parent", "community").defer("person__search")

    def get_title(self) -> str:
        return str(self.object.person.name)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("党员", reverse("members:party_members")), (self.object.person.name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All that the page shows; the person's page is linked for those who may open it."""
        one, actor = self.object, self.actor
        visible = PartyMembership.objects.visible_to(actor).filter(person=one.person)
        leaving = MembershipTransfer.objects.filter(person=one.person, state=IN_TRANSIT)
        posts = PartyPost.objects.filter(person=one.person).select_related("organisation")
        return super().get_context_data(
            age=age_of(one.person.born_on), leaving=leaving.select_related("to_organisation").first(),
            history=visible.select_related("organisation").order_by("-from_on", "-pk"),
            posts=posts.order_by("-from_on", "-pk"), sees_person=sees_person(actor, one.person),
            may_edit=one.until_on is None and decides(actor, one.organisation),
            probation=clocks.probation_of(one),
            is_over=one.kind == "probationary" and (one.probation_ends_on or today()) <= today(),
            moved=one.community is not None and one.person.community_id != one.community_id, **kwargs,
        )  # fmt: skip


def sees_person(actor: Any, person: Person) -> bool:
    """Whether the person's own page opens for the actor."""
    return may(actor, "person.see") and Person.objects.visible_to(actor).filter(pk=person.pk).exists()


class _Admitting(OfOrganisation):
    """A form that takes in somebody of the scope; ?person= says whom."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}

    def get_initial(self) -> dict[str, Any]:
        """The person from whose page one comes."""
        return person_asked(self.request, self.actor)


def person_asked(request: HttpRequest, actor: Any) -> dict[str, Any]:
    """The person that an address names, as the form shows them."""
    asked = request.GET.get("person", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return {}
    person = Person.objects.visible_to(actor).here().filter(pk=asked).only("name").first()
    return {"who": person.name, "person": person.pk} if person else {}


@_sensitive
class Admit(_Admitting):
    """登记党员."""

    form_class = forms.AdmitForm
    title = "登记党员"
    submit_label = "登记"
    says = "一人只有一个组织关系。已在本区其他党组织的，请由对方办理转接。"

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        made = memberships.admit(
            organisation_id=self.organisation.pk, person_id=data["person_id"], facts=form.facts(data["kind"]),
            from_on=data["from_on"], by=self.actor, now=timezone.now(),
        )  # fmt: skip
        self.success_message = f"已登记 {made.person.name}。"
        return page_of(self.organisation)


@_sensitive
class TakeIn(_Admitting):
    """区外转入."""

    form_class = forms.TakeInForm
    title = "区外转入"
    submit_label = "转入"
    says = "凭介绍信接收从区外转来的党员。区内转接由转出的党组织发起，在“组织关系转接”中接收。"

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        made = transfers.take_from_outside(
            organisation_id=self.organisation.pk, person_id=data["person_id"], facts=form.facts(data["kind"]),
            place=data["place"], letter_number=data["letter_number"], letter_on=data["letter_on"], by=self.actor,
            now=timezone.now(),
        )  # fmt: skip
        self.success_message = f"已接收 {made.person.name}。"
        return page_of(self.organisation)


class MemberChange(OfMember):
    """修改党员信息."""

    form_class = forms.MemberFactsForm
    title = "修改党员信息"

    def get_initial(self) -> dict[str, Any]:
        names = ("category", "employer", "joined_party_on", "full_on")
        return {name: getattr(self.membership, name) for name in names}

    def save(self, form: Any) -> str:
        memberships.change_member(
            membership_id=self.membership.pk, facts=form.facts(self.membership.kind), by=self.actor, now=timezone.now()
        )
        self.success_message = "已保存。"
        return self.get_cancel_url()


class Full(OfMember):
    """转正."""

    form_class = forms.FullForm
    title = "预备党员转正"
    submit_label = "转正"

    def save(self, form: Any) -> str:
        memberships.make_full(membership_id=self.membership.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = f"{self.membership.person.name}已转为正式党员。"
        return self.get_cancel_url()


class Prolong(OfMember):
    """延长预备期."""

    form_class = forms.ProlongForm
    title = "延长预备期"
    submit_label = "延长"
    says = "预备期只能延长一次，不少于半年，最长一年。"

    def save(self, form: Any) -> str:
        memberships.prolong(membership_id=self.membership.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = "已延长预备期。"
        return self.get_cancel_url()


class MemberEnd(OfMember):
    """退党、除名、开除党籍."""

    form_class = forms.MemberEndForm
    title = "结束组织关系"
    submit_label = "确认结束"
    danger = True
    says = "用于退党、除名和开除党籍。转出请办理转接；去世、迁出在居民档案中登记后自动结束。"

    def save(self, form: Any) -> str:
        memberships.end_member(membership_id=self.membership.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = "已登记。"
        return self.get_cancel_url()


class HandOver(OfMember):
    """区内转出."""

    form_class = forms.HandOverForm
    title = "转出组织关系"
    submit_label = "转出"
    says = "对方接收之前，党员仍计在本组织。转入本社区其他党组织的，立即生效。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor, "leaves": self.membership.organisation_id}

    def save(self, form: Any) -> str:
        done = transfers.hand_over(
            membership_id=self.membership.pk, by=self.actor, now=timezone.now(),
            to_organisation_id=form.cleaned_data["to_organisation"], reason=form.cleaned_data["reason"],
        )  # fmt: skip
        self.success_message = "已转出，等待对方接收。" if done.state == IN_TRANSIT else "已转入。"
        return reverse("members:party_transfer", args=[done.pk])


class TransferOut(OfMember):
    """转出区外."""

    form_class = forms.TransferOutForm
    title = "转出区外"
    submit_label = "转出"
    says = "开具介绍信后登记，组织关系自转出日期起不在本区。"

    def save(self, form: Any) -> str:
        done = transfers.transfer_out(
            membership_id=self.membership.pk, by=self.actor, now=timezone.now(), **form.cleaned_data
        )
        self.success_message = "已转出区外。"
        return reverse("members:party_transfer", args=[done.pk])
