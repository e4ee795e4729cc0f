"""The API for repeats: what may be the same matter, and what a person says of it."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from appeals import services
from appeals.api import serializers as s
from appeals.api.views import TAG, actor_of, checked, detail, find
from appeals.repeats.company import note_company
from appeals.repeats.finding import asked_by, candidates
from appeals.services import repeats
from governance.ui.idempotency import Idempotent


@extend_schema(tags=TAG)
class AppealRepeats(APIView):
    """What one appeal may repeat."""

    @extend_schema(responses=s.CandidateSerializer(many=True))
    def get(self, request: Request, appeal_id: int) -> Response:
        """疑似同一事项的诉求，最像的在前，附相似度和理由。"""
        found = candidates(asked_by(find(request, appeal_id)), actor_of(request))
        note_company([one.appeal for one in found])
        return Response(s.CandidateSerializer(found, many=True).data)


@extend_schema(tags=TAG)
class MarkRepeat(Idempotent, APIView):
    """A mark of one appeal as the repeat of another."""

    @extend_schema(request=s.EarlierSerializer, responses=s.AppealDetail)
    def post(self, request: Request, appeal_id: int) -> Response:
        """标记重复诉求，两件都继续办理。"""
        find(request, appeal_id)
        earlier_id = checked(s.EarlierSerializer, request)["earlier"]
        repeats.mark_repeat(appeal_id=appeal_id, earlier_id=earlier_id, by=actor_of(request), now=timezone.now())
        return detail(find(request, appeal_id), request)


@extend_schema(tags=TAG)
class UnmarkRepeat(Idempotent, APIView):
    """A mark taken back."""

    @extend_schema(request=s.RepeatWordsSerializer, responses=s.AppealDetail)
    def post(self, request: Request, appeal_id: int) -> Response:
        """取消重复标记，须说明理由。"""
        find(request, appeal_id)
        words = checked(s.RepeatWordsSerializer, request)["words"]
        repeats.unmark_repeat(appeal_id=appeal_id, words=words, by=actor_of(request), now=timezone.now())
        return detail(find(request, appeal_id), request)


@extend_schema(tags=TAG)
class RefuseRepeat(Idempotent, APIView):
    """Two appeals of different matters."""

    @extend_schema(request=s.EarlierSerializer, responses={204: None})
    def post(self, request: Request, appeal_id: int) -> Response:
        """确认不是同一事项，以后不再提示。"""
        find(request, appeal_id)
        earlier_id = checked(s.EarlierSerializer, request)["earlier"]
        repeats.refuse_repeat(appeal_id=appeal_id, earlier_id=earlier_id, by=actor_of(request), now=timezone.now())
        return Response(status=204)


@extend_schema(tags=TAG)
class BulkMerge(Idempotent, APIView):
    """Many appeals into one; each by itself."""

    @extend_schema(request=s.BulkMergeSerializer, responses=s.BulkResultSerializer(many=True))
    def post(self, request: Request) -> Response:
        """批量并案，逐件返回结果。"""
        body = checked(s.BulkMergeSerializer, request)
        _, results = services.merge_many(by=actor_of(request), now=timezone.now(), **body)
        return Response(s.BulkResultSerializer(results, many=True).data)
