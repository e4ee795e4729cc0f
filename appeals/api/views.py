"""The API for appeals: the same querysets and services as the pages."""

from __future__ import annotations

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from appeals import clocks, requests, selectors, services
from appeals.api import serializers as s
from appeals.api.filters import ApiFilterSet, SupervisionFilterSet
from appeals.api.steps import CALLS
from appeals.models import Appeal, AppealEntry, Category, SupervisionOrder
from appeals.querysets import AppealQuerySet
from appeals.repeats.company import company_of, note_company
from appeals.services import NewAppeal
from governance.errors import NotFound
from governance.scope import Actor
from governance.ui.idempotency import Idempotent

TAG = ["诉求"]


class NewestFirst(CursorPagination):
    """Pages by the last row seen, so that the thousandth is as fast as the first."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering: tuple[str, ...] = ("-registered_at", "-id")


class HistoryOrder(NewestFirst):
    """The history, newest first."""

    ordering = ("-id",)


def actor_of(request: Request) -> Actor:
    """Who asks; the permission has made sure that there is one."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def checked(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def find(request: Request, appeal_id: int) -> Appeal:
    appeal = selectors.for_detail(actor_of(request)).filter(pk=appeal_id).first()
    if appeal is None:
        raise NotFound("没有找到这件诉求，或它不在您的管辖范围内。")
    return appeal


def detail(appeal: Appeal, request: Request) -> Response:
    appeal.company = company_of(appeal)
    appeal.clocks = clocks.all_clocks(appeal)  # type: ignore[attr-defined]
    appeal.asked_extensions = list(requests.extensions(appeal))  # type: ignore[attr-defined]
    appeal.asked_shelvings = list(requests.shelvings(appeal))  # type: ignore[attr-defined]
    appeal.returned = selectors.open_returns(appeal)  # type: ignore[attr-defined]
    steps = selectors.available_steps(appeal, actor_of(request), timezone.now())
    appeal.steps = [step.name for step in steps]  # type: ignore[attr-defined]
    return Response(s.AppealDetail(appeal).data)


@extend_schema(tags=TAG)
class AppealList(Idempotent, generics.ListAPIView[Appeal]):
    """The appeals that the caller may see, newest first; POST registers one."""

    serializer_class = s.AppealSummary
    pagination_class = NewestFirst
    filterset_class = ApiFilterSet
    queryset = Appeal.objects.none()

    def get_queryset(self) -> AppealQuerySet:
        """Scope, with what a row shows."""
        return selectors.for_page(actor_of(self.request))

    def paginate_queryset(self, queryset: Any) -> Any:
        """The page's rows, with what they name."""
        rows = super().paginate_queryset(queryset)
        selectors.name_rows(rows or [])
        note_company(rows or [])
        return rows

    @extend_schema(request=s.NewAppealSerializer, responses={201: s.AppealDetail})
    def post(self, request: Request) -> Response:
        """登记诉求。"""
        new = NewAppeal(**checked(s.NewAppealSerializer, request))
        appeal = services.register(new=new, by=actor_of(request), now=timezone.now())
        answer = detail(find(request, appeal.pk), request)
        answer.status_code = status.HTTP_201_CREATED
        return answer


@extend_schema(tags=TAG)
class AppealOne(APIView):
    """One appeal."""

    @extend_schema(responses=s.AppealDetail)
    def get(self, request: Request, appeal_id: int) -> Response:
        """诉求详情，含各单位承办情况、时限和当前可执行的操作。"""
        return detail(find(request, appeal_id), request)


@extend_schema(tags=TAG)
class AppealHistory(generics.ListAPIView[AppealEntry]):
    """The history of one appeal, newest first."""

    serializer_class = s.EntrySerializer
    pagination_class = HistoryOrder
    queryset = AppealEntry.objects.none()
    filter_backends = ()

    def get_queryset(self) -> Any:
        """The entries of an appeal in scope."""
        return selectors.timeline(find(self.request, self.kwargs["appeal_id"]))


class NewestOrders(NewestFirst):
    """Supervision orders, newest first."""

    ordering = ("-issued_at", "-id")


@extend_schema(tags=["督办单"])
class SupervisionOrders(generics.ListAPIView[SupervisionOrder]):
    """The supervision orders that the caller may see, newest first."""

    serializer_class = s.SupervisionOrderSerializer
    pagination_class = NewestOrders
    filterset_class = SupervisionFilterSet
    queryset = SupervisionOrder.objects.none()

    def get_queryset(self) -> Any:
        """Scope, with the units that a row names."""
        orders = SupervisionOrder.objects.visible_to(actor_of(self.request))
        return orders.select_related("appeal", "unit", "issued_by_unit")


@extend_schema(tags=TAG)
class AppealNotes(Idempotent, APIView):
    """Words added to the history."""

    @extend_schema(request=s.WordsSerializer, responses={201: s.EntrySerializer})
    def post(self, request: Request, appeal_id: int) -> Response:
        """补充说明。"""
        words = checked(s.WordsSerializer, request)["words"]
        entry = services.note(appeal_id=appeal_id, words=words, by=actor_of(request), now=timezone.now())
        return Response(s.EntrySerializer(entry).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=TAG)
class AppealReveal(APIView):
    """A complainant's full number, recorded."""

    @extend_schema(request=s.RevealSerializer, responses=s.RevealedSerializer)
    def post(self, request: Request, appeal_id: int) -> Response:
        """查看完整号码，须说明事由，并记入审计。"""
        body = checked(s.RevealSerializer, request)
        value = services.reveal(appeal_id=appeal_id, by=actor_of(request), now=timezone.now(), **body)
        return Response({"value": value})


@extend_schema(tags=TAG)
class BulkDispatch(Idempotent, APIView):
    """Many appeals to one unit; each by itself."""

    @extend_schema(request=s.BulkDispatchSerializer, responses=s.BulkResultSerializer(many=True))
    def post(self, request: Request) -> Response:
        """批量交办，逐件返回结果。"""
        body = checked(s.BulkDispatchSerializer, request)
        results = services.dispatch_many(by=actor_of(request), now=timezone.now(), **body)
        return Response(s.BulkResultSerializer(results, many=True).data)


@extend_schema(tags=TAG)
class CategoryList(generics.ListAPIView[Category]):
    """The categories in use."""

    serializer_class = s.CategorySerializer
    queryset = Category.objects.filter(is_active=True)
    filter_backends = ()
    pagination_class = None


def step_view(name: str) -> Any:
    """The view of one step of the workflow."""
    call = CALLS[name]

    class StepView(Idempotent, APIView):
        """One step on one appeal."""

        @extend_schema(tags=TAG, operation_id=f"appeals_{name}", request=call.body, responses=s.AppealDetail)
        def post(self, request: Request, appeal_id: int) -> Response:
            """Take the step; the appeal as it stands afterwards."""
            body = checked(call.body, request)
            call.service(appeal_id=appeal_id, by=actor_of(request), now=timezone.now(), **body)
            # Who sends an appeal back may not see it afterwards; then there is nothing to show.
            appeal = selectors.for_detail(actor_of(request)).filter(pk=appeal_id).first()
            return detail(appeal, request) if appeal else Response(status=status.HTTP_204_NO_CONTENT)

    StepView.__name__ = f"Appeal{name.title().replace('_', '')}"
    return StepView.as_view()
