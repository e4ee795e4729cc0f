"""登记诉求 and 快速上报: the desk's form, the phone's form, and what they ask meanwhile."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Max, Min, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from appeals import services
from appeals.forms.registering import RegisterForm, ReportForm
from appeals.models import Appeal
from appeals.repeats.finding import Asked, candidates
from governance.errors import DomainError
from governance.files.forms import take_in
from governance.privacy.addresses import person_key
from governance.scope import TERRITORIAL_KINDS, Actor, UnitKind
from governance.ui.views import FormPage
from grids.locate import locate
from grids.models import Boundary, Unit

REPEATS_SHOWN = 5
# Where a service names its argument differently from the form.
_FIELDS = {"unit_id": "unit", "category_id": "category"}
_sensitive = method_decorator(sensitive_post_parameters("phone", "identity"), name="dispatch")


class _Registering(FormPage):
    """What both forms do with what was written."""

    has_personal_data = True

    def get_form_kwargs(self) -> dict[str, Any]:
        """With who writes, and with the files already taken in."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        kwargs.pop("files", None)
        kwargs["by"] = self.actor
        if not kwargs.get("initial"):
            kwargs.pop("initial", None)
        if self.request.method == "POST":
            kwargs["data"], self.upload_problem = take_in(self.request, by=self.actor, now=timezone.now(), most=9)
        return kwargs

    def get_form(self, form_class: Any = None) -> Any:
        """A file that cannot be taken is an error of the form like any other."""
        form = super().get_form(form_class)
        if getattr(self, "upload_problem", ""):
            form.add_error("attachments", self.upload_problem)
        return form

    def refuse(self, form: Any, refused: DomainError) -> HttpResponse:
        """Beside the field that the service named."""
        name = _FIELDS.get(refused.field, refused.field)
        form.add_error(name if name in form.fields else None, refused.message)
        return self.answer(form, refused.status)

    def register(self, form: Any) -> Appeal:
        """Write it down."""
        return services.register(new=form.new_appeal(), by=self.actor, now=timezone.now())


@_sensitive
class Register(_Registering):
    """The desk's form."""

    template_name = "appeals/register.html"
    form_class = RegisterForm
    title = "登记诉求"
    submit_label = "登记"

    def get_initial(self) -> dict[str, Any]:
        """With the unit that the address names, where another page leads here with a place."""
        asked = self.request.GET.get("unit", "")
        return {"unit": int(asked)} if asked.isascii() and asked.isdigit() and len(asked) < 19 else {}

    def save(self, form: Any) -> str:
        appeal = self.register(form)
        self.success_message = f"已登记，工单号 {appeal.number}，查询码 {appeal.query_code}。"
        return reverse("appeals:detail", args=[appeal.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the map to point at."""
        unit = self.actor.community_id or self.actor.street_id or self.actor.district_id
        context = super().get_context_data(crumbs=[("诉求列表", reverse("appeals:list")), ("登记诉求", "")], **kwargs)
        return {**context, **_outline(unit), "owner": self.actor.user_id}


def _outline(unit_id: int | None) -> dict[str, Any]:
    """The rectangle that the grids of a unit fill: where the map begins."""
    levels = ("unit_id", "unit__community_id", "unit__street_id", "unit__district_id")
    inside = Q(*((level, unit_id) for level in levels), _connector=Q.OR)
    box = (
        Boundary.objects.current()
        .filter(inside, unit__kind=UnitKind.GRID)
        .aggregate(south=Min("min_lat"), west=Min("min_lon"), north=Max("max_lat"), east=Max("max_lon"))
    )
    corners = [[box["south"], box["west"]], [box["north"], box["east"]]] if box["south"] is not None else None
    return {"box": corners, "tiles": settings.MAP_TILE_URL}


@_sensitive
class Report(_Registering):
    """The phone's form. Scripts send it with `Accept: application/json` and get the number back."""

    template_name = "appeals/report.html"
    form_class = ReportForm
    title = "快速上报"
    submit_label = "上报"

    def save(self, form: Any) -> str | HttpResponse:
        appeal = self.register(form)
        self.success_message = "" if self.wants_json else f"已上报，工单号 {appeal.number}。"
        if self.wants_json:
            url = reverse("appeals:detail", args=[appeal.pk])
            return JsonResponse({"number": appeal.number, "url": url, "state": appeal.get_state_display()}, status=201)
        return reverse("appeals:worklist")

    @property
    def wants_json(self) -> bool:
        """Whether a script asks."""
        return self.request.headers.get("Accept", "").startswith("application/json")

    def answer(self, form: Any, status: int) -> HttpResponse:
        """The page with its errors, or the errors alone."""
        if not self.wants_json:
            return super().answer(form, status)
        errors = [
            {"field": name if name != "__all__" else "", "message": message}
            for name, messages in form.errors.items()
            for message in messages
        ]
        return JsonResponse({"errors": errors}, status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whose draft this browser keeps, and where the person stands by default."""
        return super().get_context_data(owner=self.actor.user_id, own_place=_own_place(self.actor), **kwargs)


def _own_place(actor: Actor) -> str:
    """The actor's unit with the community that it lies in; a department has no place of its own."""
    if actor.unit_kind not in TERRITORIAL_KINDS:
        return "本辖区"
    unit = Unit.objects.select_related("community").get(pk=actor.unit_id)
    community = unit.community if actor.grid_id else None
    return f"{community.short_name or community.name} {unit.name}" if community else unit.name


@require_POST
@sensitive_post_parameters("phone")
def repeats(request: HttpRequest) -> HttpResponse:
    """Appeals that may be the same matter, while somebody writes: of the same phone, and of the same words nearby."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = candidates(_asked(request.POST, actor), actor, REPEATS_SHOWN)
    return render(request, "appeals/parts/repeats.html", {"found": found, "here": "here" in request.POST})


def _asked(given: Any, by: Actor) -> Asked:
    """What has been typed so far; what cannot be read yet is left out. The phone's form is about `here` unless said."""
    key, unit, category = person_key(given.get("phone", "")), given.get("unit", ""), given.get("category", "")
    own = str(by.unit_id) if "here" in given and by.unit_kind in TERRITORIAL_KINDS else ""
    place = Unit.objects.filter(pk=int(unit or own)).first() if _is_key(unit or own) else None
    lon, lat = _point(given)
    content = given.get("content", "")
    return Asked(
        at=timezone.now(), title=given.get("title", content)[:100], content=content[:10_000],
        phone_index=key.removeprefix("phone-") if key.startswith("phone-") else "",
        category_id=int(category) if _is_key(category) else None,
        community_id=place.community_id if place else None,
        grid_id=place.pk if place and place.kind == UnitKind.GRID else None, lon=lon, lat=lat,
    )  # fmt: skip


def _point(given: Any) -> tuple[float | None, float | None]:
    try:
        lon, lat = float(given.get("lon", "")), float(given.get("lat", ""))
    except ValueError:
        return None, None
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else (None, None)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


@require_POST
def whereabouts(request: HttpRequest) -> HttpResponse:
    """The grid of a point, by name; JSON."""
    try:
        lon, lat = float(request.POST.get("lon", "")), float(request.POST.get("lat", ""))
    except ValueError:
        return JsonResponse({"message": "位置不正确，请重新定位。"}, status=400)
    found = locate(lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None
    if found is None or found.district_id != request.actor.district_id:  # type: ignore[attr-defined]
        return JsonResponse({"found": False, "name": "不在本辖区内"})
    ids = [pk for pk in (found.grid_id, found.community_id, found.street_id) if pk is not None]
    units = Unit.objects.in_bulk(ids[:2])
    name = " ".join(units[pk].name for pk in reversed(ids[:2]) if pk in units)
    return JsonResponse({"found": True, "name": name, "unit": ids[0] if ids else found.district_id})
