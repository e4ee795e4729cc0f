"""The policies in the browser: a new version with a preview, a new policy, and taking a version to what is open."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from governance.calendars.forms import NothingForm
from governance.calendars.views import effect_rows
from governance.deadlines import adoption, policies
from governance.deadlines.defaults import with_newer
from governance.deadlines.forms import NewPolicyForm, PolicyForm
from governance.deadlines.models import Policy, PolicyVersion
from governance.deadlines.terms import Terms
from governance.deadlines.views import TITLE, changes_in_words
from governance.errors import DomainError
from governance.ui.views import FormPage, find_or_404


class _PolicyPage(FormPage):
    """A page of one policy."""

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Under the policies."""
        return ((TITLE, reverse("deadlines:policies")), (self.get_title(), ""))

    def get_cancel_url(self) -> str:
        """Back to the policies."""
        return reverse("deadlines:policies")

    @property
    def policy(self) -> Policy:
        """The policy that the address names, or 404."""
        if not hasattr(self, "_policy"):
            self._policy: Policy = find_or_404(Policy.objects.all(), "没有这个时限方案。", pk=self.kwargs["pk"])
        return self._policy


class EditPolicy(_PolicyPage):
    """A new version in two steps: what it changes, and what it would do to what is open, is shown before it counts."""

    template_name = "deadlines/edit.html"
    form_class = PolicyForm
    submit_label = "下一步：查看影响"

    def get_title(self) -> str:
        """With the policy's name."""
        return f"修改时限方案“{self.policy.name}”"

    def newest(self) -> PolicyVersion:
        """The version that the form begins with: the last that was made, in force or not."""
        version = self.policy.versions.order_by("-number").first()
        if version is None:
            raise Http404("这个方案还没有版本。")
        return version

    def get_form_kwargs(self) -> dict[str, Any]:
        """The limits as they are, and those that the policy does not know yet."""
        newest = self.newest()
        terms = with_newer(self.policy.subject_type, Terms.parse(newest.terms))
        more = {"policy": self.policy, "terms": terms, "number": newest.number}
        return super().get_form_kwargs() | more

    def form_valid(self, form: Any) -> HttpResponse:
        """Show first; save when exactly this was shown."""
        try:
            terms = form.terms()
            seen = _digest(terms, form.cleaned_data)
            if self.request.POST.get("seen") == seen:
                return super().form_valid(form)
            policies.check_terms(self.policy, terms, form.old)
            effect = adoption.preview(self.policy, terms, timezone.now())
        except DomainError as refused:
            return self.refuse(form, refused)
        self.submit_label = "确认保存"
        changed = changes_in_words(Terms.parse(self.newest().terms), terms)
        context = self.get_context_data(
            form=form, effect=effect, moved=effect_rows(effect), seen=seen, changed=changed,
            noun=adoption.noun(self.policy.subject_type),
        )  # fmt: skip
        return self.render_to_response(context)

    def refuse(self, form: BaseForm, refused: DomainError) -> HttpResponse:
        """A refusal about a limit stands at that limit."""
        kind = refused.field.split("-")[0] if refused.field else ""
        if refused.field not in form.fields and f"{kind}-amount" in form.fields:
            refused.field = f"{kind}-amount"
        return super().refuse(form, refused)

    def save(self, form: Any) -> str:
        """Save, and lead on to what is open where there is something."""
        now = timezone.now()
        version = policies.add_version(
            policy_id=self.policy.pk, terms=form.terms(), effective_from=form.cleaned_data["effective_from"],
            note=form.cleaned_data["note"], base_number=form.cleaned_data["base"], by=self.actor, now=now,
        )  # fmt: skip
        self.success_message = f"已保存“{self.policy.name}”第 {version.number} 版。"
        if version.effective_from <= now and adoption.waiting(version):
            return reverse("deadlines:policy_apply", args=[self.policy.pk])
        return reverse("deadlines:policies")


class AddPolicy(_PolicyPage):
    """A new policy, like one that is there."""

    title = "新增时限方案"
    form_class = NewPolicyForm
    submit_label = "新增并修改时限"

    def save(self, form: Any) -> str:
        """On to its limits."""
        data = form.cleaned_data
        policy = policies.add_policy(
            name=data["name"], like_id=data["like"].pk, note=data["note"], by=self.actor, now=timezone.now()
        )
        noun, rules = adoption.noun(policy.subject_type), adoption.rules_name(policy.subject_type)
        then = f"修改时限后，在“{rules}”中指定哪些{noun}使用它。" if rules else ""
        self.success_message = f"已新增“{policy.name}”。{then}"
        return reverse("deadlines:policy_edit", args=[policy.pk])


class ApplyPolicy(_PolicyPage):
    """The version in force for what is open: shown what it does, then done in the background."""

    template_name = "deadlines/apply.html"
    form_class = NothingForm
    submit_label = "换用新版本"

    def get_title(self) -> str:
        """With the policy's name."""
        return f"“{self.policy.name}”用于未办结的{adoption.noun(self.policy.subject_type)}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """How many there are, and what becomes of their limits."""
        now = timezone.now()
        version = policies.version_in_force(self.policy, now)
        if version is None:
            raise Http404("这个方案还没有生效的版本。")
        effect = adoption.preview(self.policy, Terms.parse(version.terms), now)
        return super().get_context_data(
            noun=adoption.noun(self.policy.subject_type),
            version=version,
            waiting=adoption.waiting(version),
            effect=effect,
            moved=effect_rows(effect),
            **kwargs,
        )

    def save(self, form: Any) -> str:
        """To the job's page."""
        job = policies.apply_version(policy_id=self.policy.pk, by=self.actor, now=timezone.now())
        return reverse("jobs:detail", args=[job.pk])


@require_POST
def withdraw(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take back a version that is not in force yet."""
    try:
        by = request.actor  # type: ignore[attr-defined]
        policies.withdraw(policy_id=pk, number=number, by=by, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"已撤回第 {number} 版。")
    return HttpResponseRedirect(reverse("deadlines:policies"))


def _digest(terms: Terms, data: dict[str, Any]) -> str:
    shown = [terms.as_data(), str(data["effective_from"]), data["note"], data["base"]]
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()
