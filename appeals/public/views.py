"""The pages of a resident's own appeal. Number and code are posted, and never stand in an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.addresses import client_ip
from appeals.clocks import SUBJECT
from appeals.models import Appeal
from appeals.public import guessing, progress
from appeals.public.forms import AskForm, ObjectionForm
from appeals.services.visit import COMPLAINANT, complainant_unsatisfied
from governance.audit import services as audit
from governance.errors import DomainError, IllegalState

_COOKIE, _SALT, _SECONDS = "progress", "appeals.progress", 1800
_NO_SUCH = "工单号与查询码不符，请核对后再试。"


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def ask(request: HttpRequest) -> HttpResponse:
    """Number and code; a right pair leads to the page of the appeal."""
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number, code = form.cleaned_data["number"].strip(), form.cleaned_data["code"].strip()
        try:
            found = _looked_up(request, number, code, timezone.now())
        except guessing.TooMany as stopped:
            form.add_error(None, str(stopped))
            return _page(request, "ask.html", {"form": form, "title": "办理进度查询"}, 429)
        if found is not None:
            return _opened(found)
        form.add_error(None, _NO_SUCH)
    status = 400 if request.method == "POST" else 200
    return _page(request, "ask.html", {"form": form, "title": "办理进度查询"}, status)


def _looked_up(request: HttpRequest, number: str, code: str, now: datetime) -> Appeal | None:
    guessing.begin(number, client_ip(request))
    found = progress.find(number, code)
    if found is None:
        guessing.failed(number)
        return None
    audit.record(
        action="appeal.progress_read", subject_type=SUBJECT, subject_id=found.pk, subject_label=found.number,
        by=replace(COMPLAINANT, ip=client_ip(request)), now=now,
    )  # fmt: skip
    return found


def _opened(appeal: Appeal) -> HttpResponse:
    """To the appeal's page, with half an hour's leave to see it."""
    answer = HttpResponseRedirect(reverse("progress:show"))
    answer.set_cookie(
        _COOKIE, signing.dumps(appeal.pk, salt=_SALT), max_age=_SECONDS, httponly=True, samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE, path=reverse("progress:ask"),
    )  # fmt: skip
    return answer


def _shown(request: HttpRequest) -> Appeal | None:
    try:
        appeal_id = signing.loads(request.COOKIES.get(_COOKIE, ""), salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return None
    return progress.by_id(int(appeal_id))


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The stages and the reply; a POST says that it is not solved."""
    appeal = _shown(request)
    if appeal is None:
        return HttpResponseRedirect(reverse("progress:ask"))
    form = ObjectionForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                complainant_unsatisfied(appeal_id=appeal.pk, words=form.cleaned_data["words"], now=timezone.now())
                return HttpResponseRedirect(reverse("progress:show"))
            except IllegalState:
                # Said twice, or it is being handled again already: the page tells how it stands.
                return HttpResponseRedirect(reverse("progress:show"))
            except DomainError as refused:
                form.add_error("words", refused.message)
    context = {"title": "办理进度", "progress": progress.of(appeal, timezone.now()), "form": form}
    return _page(request, "show.html", context, status)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Away from a shared computer."""
    answer = HttpResponseRedirect(reverse("progress:ask"))
    answer.delete_cookie(_COOKIE, path=reverse("progress:ask"), samesite="Strict")
    return answer


def _page(request: HttpRequest, template: str, context: dict[str, object], status: int) -> HttpResponse:
    answer = render(request, f"appeals/public/{template}", context, status=status)
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer
