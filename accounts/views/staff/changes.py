"""What the security office does to one person: each a form, each says what will happen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import Posting, User
from accounts.staff_forms import (
    EndPostingForm,
    MoveForm,
    NewStaffForm,
    NothingForm,
    PersonForm,
    PostingForm,
    ReasonForm,
    TokenForm,
)
from governance.scope import Actor, Role
from governance.ui.views import FormPage, find_or_404
from grids.models import Unit


def units_for(actor: Actor) -> QuerySet[Unit]:
    """The units that the office may post people to."""
    units: QuerySet[Unit] = Unit.objects.visible_to(actor).open().order_by("code")
    return units


def shown_once(request: HttpRequest, person: User, *, title: str, label: str, secret: str, says: str) -> HttpResponse:
    """A secret that is kept nowhere: shown on this one answer, which no cache keeps."""
    context = {
        "title": title,
        "person": person,
        "label": label,
        "secret": secret,
        "says": says,
        "crumbs": (("人员与账号", reverse("accounts:staff")), (title, "")),
    }
    answer = render(request, "accounts/shown_once.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


class AddStaff(FormPage):
    """A new person with their first posting."""

    form_class = NewStaffForm
    template_name = "ui/form_searching.html"
    title = "新增人员"
    submit_label = "保存并生成初始密码"
    says = "保存后生成一个初始密码，只显示一次；本人首次登录时必须修改。"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Under the list."""
        return (("人员与账号", reverse("accounts:staff")), (self.title, ""))

    def get_cancel_url(self) -> str:
        """Back to the list."""
        return reverse("accounts:staff")

    def get_form_kwargs(self) -> dict[str, Any]:
        """The units to choose from."""
        return {**super().get_form_kwargs(), "units": units_for(self.actor), "today": timezone.localdate()}

    def save(self, form: Any) -> HttpResponse:
        """Add, and show the password once."""
        data = form.cleaned_data
        user, password = services.add_user(
            username=data["username"],
            name=data["name"],
            phone=data["phone"],
            postings=[form.posting()],
            by=self.actor,
            now=timezone.now(),
        )
        says = "请当面或通过可靠渠道告知本人。首次登录时必须修改。"
        return shown_once(self.request, user, title="人员已新增", label="初始密码", secret=password, says=says)


class PersonPage(FormPage):
    """A form about one person in scope."""

    @cached_property
    def person(self) -> User:
        """Whom it is about."""
        found: User = find_or_404(User.objects.visible_to(self.actor), pk=self.kwargs["pk"])
        return found

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Under the person."""
        return (("人员与账号", reverse("accounts:staff")), (self.person.name, self.get_cancel_url()), (self.title, ""))

    def get_cancel_url(self) -> str:
        """Back to the person."""
        return reverse("accounts:staff_detail", args=[self.person.pk])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """404 before the form is drawn."""
        _ = self.person
        return super().get(request, *args, **kwargs)

    def get_success_url(self) -> str:
        """Back to the person."""
        return self.get_cancel_url()


class EditPerson(PersonPage):
    """Correct name and phone."""

    form_class = PersonForm
    title = "修改人员信息"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        """What is known; the phone only masked."""
        kwargs = super().get_form_kwargs()
        return {**kwargs, "masked": self.person.phone_masked, "initial": {"name": self.person.name}}

    def save(self, form: Any) -> None:
        """Change."""
        data = form.cleaned_data
        services.change_user(
            user_id=self.person.pk,
            name=data["name"],
            phone=data["phone"] or None,
            by=self.actor,
            now=timezone.now(),
        )


class AddPosting(PersonPage):
    """One more posting."""

    form_class = PostingForm
    template_name = "ui/form_searching.html"
    title = "增加岗位"
    success_message = "岗位已增加。"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The units to choose from."""
        return {**super().get_form_kwargs(), "units": units_for(self.actor), "today": timezone.localdate()}

    def save(self, form: Any) -> None:
        """Grant."""
        services.grant(user_id=self.person.pk, posting=form.posting(), by=self.actor, now=timezone.now())


class PostingPage(PersonPage):
    """A form about one posting of the person."""

    @cached_property
    def posting(self) -> Posting:
        """Which posting."""
        postings = self.person.postings.select_related("unit__community", "user")
        found: Posting = find_or_404(postings, pk=self.kwargs["posting_pk"])
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """404 before the form is drawn."""
        _ = self.posting
        return super().get(request, *args, **kwargs)

    @property
    def _label(self) -> str:
        return f"{self.person.name}的岗位：{self.posting.place} · {self.posting.role_label}"


class EndPosting(PostingPage):
    """End a posting."""

    form_class = EndPostingForm
    title = "结束岗位"
    submit_label = "结束岗位"
    success_message = "岗位已结束。"
    danger = True

    def get_says(self) -> str:
        """What follows."""
        return f"{self._label}。结束后不能再以该岗位登录和办理，其接口令牌同时失效；已办理的记录不变。"

    def save(self, form: Any) -> None:
        """End."""
        data = form.cleaned_data
        services.end_posting(
            posting_id=self.posting.pk,
            last_day=data["last_day"] if data["when"] == EndPostingForm.ON_DAY else None,
            reason=data["reason"],
            by=self.actor,
            now=timezone.now(),
        )


class MovePosting(PostingPage):
    """Move a person to another unit."""

    form_class = MoveForm
    template_name = "ui/form_searching.html"
    title = "调动"
    submit_label = "确认调动"
    success_message = "调动已登记。"

    def get_says(self) -> str:
        """What follows."""
        return f"{self._label}。原岗位到到岗日期的前一天为止，新岗位从到岗日期起生效。"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Where to, and from what."""
        kwargs = super().get_form_kwargs()
        return {**kwargs, "units": units_for(self.actor), "posting": self.posting, "today": timezone.localdate()}

    def save(self, form: Any) -> None:
        """Move."""
        data = form.cleaned_data
        services.move(
            posting_id=self.posting.pk,
            to_unit_id=data["unit"].pk,
            role=Role(data["role"]),
            first_day=data["first_day"],
            is_leader=data["is_leader"],
            by=self.actor,
            now=timezone.now(),
        )


class Disable(PersonPage):
    """Shut an account."""

    form_class = ReasonForm
    title = "停用账号"
    submit_label = "停用"
    success_message = "账号已停用，其登录已全部退出。"
    says = "停用后立即退出其所有登录，不能再登录，接口令牌失效。岗位和办理记录保留，可以随时重新启用。"
    danger = True

    def save(self, form: Any) -> None:
        """Disable."""
        reason = form.cleaned_data["reason"]
        services.disable(user_id=self.person.pk, reason=reason, by=self.actor, now=timezone.now())


class Enable(PersonPage):
    """Open an account again."""

    form_class = NothingForm
    title = "启用账号"
    submit_label = "启用"
    success_message = "账号已启用。"
    says = "启用后可以用原密码登录，仍在任期内的岗位立即恢复。"

    def save(self, form: Any) -> None:
        """Enable."""
        services.enable(user_id=self.person.pk, by=self.actor, now=timezone.now())


class Unlock(PersonPage):
    """End a lock-out."""

    form_class = NothingForm
    title = "解除锁定"
    submit_label = "解除锁定"
    success_message = "已解除锁定，可以立即登录。"
    says = "账号因连续输错密码被锁定。请先与本人核实，确认不是他人在猜密码。"

    def save(self, form: Any) -> None:
        """Unlock."""
        services.unlock(user_id=self.person.pk, by=self.actor, now=timezone.now())


class ResetPassword(PersonPage):
    """A temporary password."""

    form_class = NothingForm
    title = "重置密码"
    submit_label = "重置密码"
    says = "重置后原密码立即失效，其登录全部退出。系统生成一个临时密码，只显示一次，本人登录后必须修改。"
    danger = True

    def save(self, form: Any) -> HttpResponse:
        """Reset, and show it once."""
        password = services.reset_password(user_id=self.person.pk, by=self.actor, now=timezone.now())
        says = "请当面或通过可靠渠道告知本人。登录后必须修改。"
        return shown_once(self.request, self.person, title="密码已重置", label="临时密码", secret=password, says=says)


class SignOutEverywhere(PersonPage):
    """Forced sign-out."""

    form_class = NothingForm
    title = "强制下线"
    submit_label = "全部下线"
    success_message = "已全部下线。"
    says = "该人员在所有设备上的登录立即退出，尚未提交的内容会丢失。之后可以重新登录；要阻止登录，请停用账号。"
    danger = True

    def save(self, form: Any) -> None:
        """Sign out."""
        services.end_all_sessions(user_id=self.person.pk, by=self.actor, now=timezone.now())


class AddToken(PersonPage):
    """A token for a device or another system."""

    form_class = TokenForm
    title = "签发接口令牌"
    submit_label = "签发"
    says = "令牌供设备或其他系统调用接口，权限与所选岗位相同。签发后只显示一次；不再使用时请及时吊销。"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The postings in force."""
        today = timezone.localdate()
        in_force = Posting.objects.in_force(today).filter(user=self.person).select_related("unit__community")
        return {**super().get_form_kwargs(), "postings": in_force, "until": today + timedelta(days=180)}

    def save(self, form: Any) -> HttpResponse:
        """Issue, and show it once."""
        data = form.cleaned_data
        until = timezone.make_aware(datetime.combine(data["expires_on"], time(23, 59, 59)))
        _, value = services.issue_token(
            user_id=self.person.pk,
            posting_id=data["posting"].pk,
            name=data["name"],
            expires_at=until,
            by=self.actor,
            now=timezone.now(),
        )
        says = "调用接口时放在请求头中：Authorization: Token 后接此令牌。"
        return shown_once(self.request, self.person, title="令牌已签发", label="接口令牌", secret=value, says=says)


class RevokeToken(PersonPage):
    """End a token."""

    form_class = NothingForm
    title = "吊销接口令牌"
    submit_label = "吊销"
    success_message = "令牌已吊销。"
    says = "吊销后，使用该令牌的设备或系统立即不能访问，且不能恢复。"
    danger = True

    def save(self, form: Any) -> None:
        """Revoke."""
        services.revoke_token(
            token_id=self.kwargs["token_pk"], user_id=self.person.pk, by=self.actor, now=timezone.now()
        )
