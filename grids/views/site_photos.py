"""Photos of a site: added and taken away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from governance.errors import DomainError
from governance.files import services as files
from governance.ui.views import ActorMixin, find_or_404
from grids.models import Site
from grids.services import site_photos
from grids.sites import forms
from grids.views.site_changes import SiteFormPage, number_of


class PhotoAdd(SiteFormPage):
    """Photos, written anew without place and device."""

    form_class, title, submit_label = forms.PhotoForm, "添加照片", "上传"
    success_message = "照片已添加。"
    says = f"全区能看到这个阵地的人都能看到照片，请不要拍进群众的正脸和证件。一个阵地最多 {site_photos.MOST} 张。"

    def save(self, form: Any) -> str:
        """Store them, then give them to the site; what is refused leaves no draft behind."""
        now = timezone.now()
        drafts: list[Any] = []
        try:
            for upload in form.cleaned_data["photos"]:
                drafts.append(files.store(upload=upload, kind=files.PHOTO, by=self.actor, now=now))
            site_photos.add_photos(
                site_id=self.site.pk, attachment_ids=[draft.pk for draft in drafts],
                caption=form.cleaned_data["caption"], by=self.actor, now=now,
            )  # fmt: skip
        except DomainError as refused:
            for draft in drafts:
                files.discard(attachment_id=draft.pk, by=self.actor)
            refused.field = "photos" if refused.field in {"file", "attachments"} else refused.field
            raise
        return reverse("grids:site", args=[self.site.pk])


class PhotoRemove(ActorMixin, View):
    """Take one away."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """`photo` in the address names which."""
        site = find_or_404(Site.objects.visible_to(self.actor), pk=pk)
        number = number_of(request.GET.get("photo"))
        try:
            site_photos.remove_photo(site_id=site.pk, photo_id=number, by=self.actor, now=timezone.now())
        except DomainError as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, "照片已删除。")
        return redirect("grids:site", pk=site.pk)
