"""What the pages of people share: the same form for who writes and for who proposes, and a look before writing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from accounts.rights import may
from governance.errors import DomainError
from governance.ui.views import FormPage
from members import identity
from members.models import Household, Person
from members.selectors import likeness
from members.selectors.likeness import Alike, Traits
from members.services.persons import Facts

EDIT = "person.edit"
PROPOSED = "已提交给社区，核对后写入档案，结果会通知您。"
PROPOSES = "提交后由社区核对，采纳后才写入档案；结果会通知您。"
sensitive = method_decorator(sensitive_post_parameters("identity", "phone"), name="dispatch")


class Proposing(FormPage):
    """A form that writes for the community, and proposes for a grid worker."""

    proposing_label = "提交社区核对"

    @property
    def proposes(self) -> bool:
        """Whether what is sent is a proposal."""
        return not may(self.actor, EDIT)

    def get_form(self, form_class: Any = None) -> Any:
        """With a place for a word to the community."""
        form = super().get_form(form_class)
        if self.proposes:
            form.fields["words"] = forms.CharField(
                label="给社区的说明", max_length=500, required=False, widget=forms.Textarea({"rows": 2})
            )
        return form

    def get_says(self) -> str:
        """What will happen."""
        return PROPOSES if self.proposes else super().get_says()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A proposal is not called saved."""
        context = super().get_context_data(**kwargs)
        if self.proposes:
            context |= {"submit_label": self.proposing_label, "danger": False}
        return context | {"proposes": self.proposes}


class Careful(Proposing, ABC):
    """A form that says who like this is on record already, and lets one go on all the same."""

    alike: list[tuple[str, Alike]]
    living: list[Household]

    @abstractmethod
    def look(self, form: Any) -> None:
        """Fill `alike` and `living`."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Ask once about each record that was found."""
        self.alike, self.living = [], []
        self.look(form)
        if not self.found() <= set(self.request.POST.get("seen", "").split(",")):
            return self.answer(form, 409)
        return super().form_valid(form)

    def found(self) -> set[str]:
        """What has to be seen before one goes on."""
        people = {f"p{one.person.pk}" for _, one in getattr(self, "alike", [])}
        return people | {f"h{household.pk}" for household in getattr(self, "living", [])}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What was found, beside the form."""
        context = super().get_context_data(**kwargs)
        found = self.found()
        if found:
            context["submit_label"] = "已核对，仍要登记" if not self.proposes else "已核对，仍要提交"
        seen = found | {key for key in self.request.POST.get("seen", "").split(",") if key}
        return context | {
            "alike": getattr(self, "alike", []), "living": getattr(self, "living", []), "seen": ",".join(sorted(seen)),
        }  # fmt: skip


def traits_of(facts: Facts, household: Household | None = None, home_id: int = 0) -> Traits:
    """Of somebody who is not on record yet; numbers that cannot be are left to the service to refuse."""
    person = Person()
    identity.set_name(person, (facts.name or "").strip())
    for put, number in ((identity.set_identity, facts.identity), (identity.set_phone, facts.phone)):
        try:
            put(person, number or "")
        except DomainError:
            continue
    return Traits(
        name=person.name, initials=person.initials, born_on=facts.born_on or person.born_on,
        phone_index=person.phone_index, identity_index=person.identity_index,
        household_id=household.pk if household else 0, home_id=(household.home_id or 0) if household else home_id,
    )  # fmt: skip


def alike(traits: Traits, actor: Any) -> list[tuple[str, Alike]]:
    """Who on record is like somebody new, each with the new one's name."""
    return [(traits.name, one) for one in likeness.alike(traits, actor)]
