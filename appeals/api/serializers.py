"""Shapes of the API for appeals. Rules are the services'; here only types, and what each field means."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from appeals.models import (
    CHANNELS,
    HANDLING_KINDS,
    URGENCIES,
    Appeal,
    AppealEntry,
    Assignment,
    Category,
    Extension,
    HotlineReturn,
    SendBack,
    Shelving,
    SupervisionOrder,
    Visit,
)  # fmt: skip
from appeals.services.settle import REJECT_REASONS
from governance.deadlines.models import Clock

_POSITIVE: dict[str, Any] = {"min_value": 1, "max_value": 2**63 - 1}


class UnitField(serializers.Serializer[Any]):
    """A unit by id, code and name."""

    id = serializers.IntegerField(read_only=True)
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)


class CategorySerializer(serializers.ModelSerializer[Category]):
    """A category; `path` is its full name."""

    class Meta:
        model = Category
        fields = ("id", "parent", "name", "path", "level", "lead_kind", "lead_unit", "is_active")


class ParentSerializer(serializers.ModelSerializer[Appeal]):
    """The appeal that this one was merged into, and how it stands."""

    class Meta:
        model = Appeal
        fields = ("id", "number", "state")


class CompanySerializer(serializers.Serializer[Any]):
    """The matter that several appeals are about: how many appeals, how many people (by phone), 群体诉求 from five."""

    matter_id = serializers.IntegerField(read_only=True, allow_null=True)
    size = serializers.IntegerField(read_only=True)
    people = serializers.IntegerField(read_only=True)
    is_mass = serializers.BooleanField(read_only=True)
    suspected = serializers.IntegerField(read_only=True, allow_null=True, help_text="疑似重复的相似度，待人工确认")


class AppealSummary(serializers.ModelSerializer[Appeal]):
    """A row of the list. Numbers of people are masked."""

    category = serializers.CharField(source="category.path", default="", read_only=True)
    street = UnitField(read_only=True)
    community = UnitField(read_only=True)
    grid = UnitField(read_only=True)
    lead_unit = UnitField(read_only=True)
    desk_unit = UnitField(read_only=True)
    parent = ParentSerializer(read_only=True, help_text="并入的主单")
    company = CompanySerializer(read_only=True, allow_null=True, help_text="同一事项的诉求")

    class Meta:
        model = Appeal
        fields: tuple[str, ...] = (
            "id", "number", "source_number", "channel", "title", "category", "urgency", "handling_kind", "state",
            "complainant", "phone_masked", "address", "street", "community", "grid", "lead_unit", "desk_unit",
            "handler_name", "raised_at", "registered_at", "resolved_at", "closed_at", "clock_kind", "due_at", "card",
            "is_supervised", "send_back_pending", "rehandles", "repeats", "parent", "company",
            "revision",
        )  # fmt: skip
        read_only_fields: tuple[str, ...] = fields


class AssignmentSerializer(serializers.ModelSerializer[Assignment]):
    """A hand-over to a unit, as lead or assisting."""

    unit = UnitField(read_only=True)

    class Meta:
        model = Assignment
        fields = (
            "id", "unit", "part", "given_at", "words", "send_back_until", "accepted_at", "accepted_by_name",
            "contacted_at", "ended_at", "ended_how", "result",
        )  # fmt: skip


class EntrySerializer(serializers.ModelSerializer[AppealEntry]):
    """A step in the history."""

    class Meta:
        model = AppealEntry
        fields = (
            "id",
            "kind",
            "at",
            "device_at",
            "user_name",
            "unit_name",
            "role",
            "from_state",
            "to_state",
            "words",
            "data",
            "clock",
        )


class ClockSerializer(serializers.ModelSerializer[Clock]):
    """A limit: when it started, when it is due, how it ended."""

    class Meta:
        model = Clock
        fields = ("id", "kind", "unit_id", "state", "started_at", "due_at", "overdue_since", "ended_at")


_REQUEST = (
    "id", "reason", "asked_by_unit", "asked_by_name", "asked_at", "decider", "granted", "decided_by_name", "decided_at",
    "decision_words", "lapsed_at",
)  # fmt: skip


class ExtensionSerializer(serializers.ModelSerializer[Extension]):
    """A request for more time; `granted` is null until it is decided."""

    asked_by_unit = UnitField(read_only=True)
    decider = UnitField(read_only=True)

    class Meta:
        model = Extension
        fields = (*_REQUEST, "clock_kind", "amount", "unit", "due_before", "due_after")


class ShelvingSerializer(serializers.ModelSerializer[Shelving]):
    """A request to put the work aside until a review date, and how it ended."""

    asked_by_unit = UnitField(read_only=True)
    decider = UnitField(read_only=True)

    class Meta:
        model = Shelving
        fields = (*_REQUEST, "kind", "review_on", "ended_at", "ended_how")


class CandidateSerializer(serializers.Serializer[Any]):
    """An appeal that may be the same matter, why, and how likely: shown from 30, taken for the same from 70 of 100."""

    appeal = AppealSummary(read_only=True)
    score = serializers.IntegerField(read_only=True)
    reasons = serializers.ListField(child=serializers.CharField(), read_only=True)


class EarlierSerializer(serializers.Serializer[Any]):
    """The other of two appeals."""

    earlier = serializers.IntegerField(**_POSITIVE, help_text="另一件诉求的 id，较早的一件")


class RepeatWordsSerializer(serializers.Serializer[Any]):
    """Why a mark is taken back."""

    words = serializers.CharField(max_length=1000)


class BulkMergeSerializer(serializers.Serializer[Any]):
    """Many appeals into one; without `into` into the earliest of them that is open."""

    appeal_ids = serializers.ListField(child=serializers.IntegerField(**_POSITIVE), min_length=2, max_length=200)
    into_id = serializers.IntegerField(**_POSITIVE, required=False, allow_null=True, default=None)
    words = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class HotlineReturnSerializer(serializers.ModelSerializer[HotlineReturn]):
    """A return of the city hotline that waits for an answer."""

    class Meta:
        model = HotlineReturn
        fields = ("id", "event", "sequence", "code", "reason", "reply", "received_at")


class AppealDetail(AppealSummary):
    """Everything of one appeal but its history."""

    assignments = AssignmentSerializer(many=True, read_only=True)
    clocks = ClockSerializer(many=True, read_only=True, help_text="本工单的各项时限")
    extensions = ExtensionSerializer(many=True, read_only=True, source="asked_extensions", help_text="延期申请")
    shelvings = ShelvingSerializer(many=True, read_only=True, source="asked_shelvings", help_text="挂账申请")
    hotline_returns = HotlineReturnSerializer(
        many=True, read_only=True, source="returned", help_text="待处理的热线退回"
    )
    steps = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="当前可执行的操作")

    class Meta(AppealSummary.Meta):
        fields = (
            *AppealSummary.Meta.fields, "content", "identity_masked", "is_confidential", "lon", "lat", "result",
            "public_reply", "close_kind", "satisfaction", "parent", "red_cards", "ladder", "assignments", "clocks",
            "extensions", "shelvings", "hotline_returns", "steps",
        )  # fmt: skip
        read_only_fields = fields


class _Place(serializers.Serializer[Any]):
    unit_id = serializers.IntegerField(required=False, allow_null=True, **_POSITIVE, help_text="事发街道、社区或网格")
    lon = serializers.FloatField(
        required=False, allow_null=True, min_value=-180, max_value=180, help_text="WGS-84 经度"
    )
    lat = serializers.FloatField(required=False, allow_null=True, min_value=-90, max_value=90, help_text="WGS-84 纬度")


class SupervisionOrderSerializer(serializers.ModelSerializer[SupervisionOrder]):
    """A supervision order 督办单 with its answer and what the issuer said to it."""

    appeal_number = serializers.CharField(source="appeal.number", read_only=True)
    unit = UnitField(read_only=True)
    issued_by_unit = UnitField(read_only=True)

    class Meta:
        model = SupervisionOrder
        fields = (
            "id", "number", "appeal", "appeal_number", "round", "origin", "unit", "issued_by_unit", "issued_by_name",
            "issued_at", "words", "state", "due_at", "is_late", "answer", "answered_at", "answered_by_name", "returns",
            "review_words", "reviewed_by_name", "closed_at", "closed_how",
        )  # fmt: skip


class NewAppealSerializer(_Place):
    """A new appeal. With `result` it arrives resolved on the spot."""

    title = serializers.CharField(max_length=100)
    content = serializers.CharField(max_length=10_000)
    channel = serializers.ChoiceField(choices=CHANNELS)
    source_number = serializers.CharField(required=False, max_length=64, help_text="来源系统的编号，同一渠道内唯一")
    category_id = serializers.IntegerField(required=False, allow_null=True, **_POSITIVE)
    urgency = serializers.ChoiceField(choices=URGENCIES, required=False)
    handling_kind = serializers.ChoiceField(choices=HANDLING_KINDS, required=False)
    complainant = serializers.CharField(required=False, allow_blank=True, max_length=64)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=32)
    identity = serializers.CharField(required=False, allow_blank=True, max_length=32)
    is_confidential = serializers.BooleanField(required=False)
    address = serializers.CharField(required=False, allow_blank=True, max_length=200)
    raised_at = serializers.DateTimeField(required=False, allow_null=True)
    device_at = serializers.DateTimeField(required=False, allow_null=True)
    client_key = serializers.UUIDField(required=False, allow_null=True, help_text="设备生成的键，重复上报只登记一次")
    result = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    public_reply = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    attachment_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=9)


class StepSerializer(serializers.Serializer[Any]):
    """What every step takes: the revision that the caller saw, so that a newer change is not overrun."""

    revision = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class CorrectionSerializer(_Place, StepSerializer):
    """Facts to correct; what is left out stays."""

    title = serializers.CharField(required=False, max_length=100)
    content = serializers.CharField(required=False, max_length=10_000)
    category_id = serializers.IntegerField(required=False, **_POSITIVE)
    urgency = serializers.ChoiceField(choices=URGENCIES, required=False)
    handling_kind = serializers.ChoiceField(choices=HANDLING_KINDS, required=False)
    complainant = serializers.CharField(required=False, allow_blank=True, max_length=64)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=32)
    identity = serializers.CharField(required=False, allow_blank=True, max_length=32)
    address = serializers.CharField(required=False, allow_blank=True, max_length=200)


class WordsSerializer(StepSerializer):
    """A step that needs words."""

    words = serializers.CharField(max_length=2000)


class DispatchSerializer(StepSerializer):
    """To whom, with what words, and who assists."""

    to_unit_id = serializers.IntegerField(**_POSITIVE)
    words = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    assisting_unit_ids = serializers.ListField(
        child=serializers.IntegerField(**_POSITIVE), required=False, max_length=20
    )


class PassDownSerializer(StepSerializer):
    """To which unit below."""

    to_unit_id = serializers.IntegerField(**_POSITIVE)
    words = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class TransferSerializer(WordsSerializer):
    """To which other unit, and why."""

    to_unit_id = serializers.IntegerField(**_POSITIVE)


class AssistingSerializer(StepSerializer):
    """Who is to assist."""

    unit_ids = serializers.ListField(child=serializers.IntegerField(**_POSITIVE), min_length=1, max_length=20)
    words = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class AdjudicateSerializer(WordsSerializer):
    """Whether the return stands; if so, to whom the appeal goes now."""

    uphold = serializers.BooleanField()
    to_unit_id = serializers.IntegerField(required=False, allow_null=True, **_POSITIVE)


class SendBackSerializer(WordsSerializer):
    """Why the order is returned."""

    reason = serializers.ChoiceField(choices=SendBack.REASONS)


class ResultSerializer(StepSerializer):
    """What was done, for the record, and the answer for the public."""

    result = serializers.CharField(max_length=10_000)
    public_reply = serializers.CharField(max_length=10_000)


class ResolveSerializer(ResultSerializer):
    """The same with evidence."""

    attachment_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=9)


class AssistedSerializer(StepSerializer):
    """What the assisting unit did."""

    result = serializers.CharField(max_length=10_000)


class VisitSerializer(StepSerializer):
    """One attempt at a visit."""

    method = serializers.ChoiceField(choices=Visit.METHODS)
    reached = serializers.BooleanField()
    solved = serializers.BooleanField(required=False, allow_null=True)
    satisfaction = serializers.ChoiceField(choices=Visit.SATISFACTION, required=False, allow_blank=True)
    explained = serializers.BooleanField(required=False, help_text="未解决但已向诉求人解释说明，不退回重办")
    words = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class AskExtensionSerializer(StepSerializer):
    """More time: how much of the policy's unit, why, with evidence."""

    amount = serializers.IntegerField(min_value=1, max_value=999)
    reason = serializers.CharField(max_length=2000)
    attachment_ids = serializers.ListField(child=serializers.UUIDField(), max_length=9)


class DecideSerializer(StepSerializer):
    """A request granted or refused, with words."""

    grant = serializers.BooleanField()
    words = serializers.CharField(max_length=1000)


class DecideExtensionSerializer(DecideSerializer):
    """The same for a request for more time; which one, where several wait."""

    extension_id = serializers.IntegerField(required=False, **_POSITIVE)


class AskShelvingSerializer(StepSerializer):
    """To put the work aside until a review date: why, with evidence."""

    kind = serializers.ChoiceField(choices=Shelving.KINDS)
    reason = serializers.CharField(max_length=2000)
    review_on = serializers.DateField()
    attachment_ids = serializers.ListField(child=serializers.UUIDField(), max_length=9)


class FinishStageSerializer(WordsSerializer):
    """The stage that was finished, with its evidence; or why it is not needed."""

    stage = serializers.CharField(max_length=32, help_text="环节代码，见工单的 stage_… 时限")
    is_needed = serializers.BooleanField(required=False)
    attachment_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=9)


class SuperviseSerializer(StepSerializer):
    """What the unit is to do and to answer."""

    words = serializers.CharField(max_length=1000)


class _OfOrder(StepSerializer):
    order_id = serializers.IntegerField(
        required=False, **_POSITIVE, help_text="督办单；不填则为最早一份待处理的"
    )  # fmt: skip


class AnswerSupervisionSerializer(_OfOrder):
    """The unit's answer."""

    answer = serializers.CharField(max_length=10_000)


class ReviewSupervisionSerializer(_OfOrder):
    """Whether the answer is taken; words are needed to return it."""

    accept = serializers.BooleanField()
    words = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class _OfReturn(StepSerializer):
    return_id = serializers.IntegerField(
        required=False, **_POSITIVE, help_text="热线退回；不填则为最早一条待处理的"
    )  # fmt: skip


class ResendSerializer(_OfReturn):
    """The corrected reply, where the returned event carried one; else words that explain it."""

    public_reply = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    words = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class AnswerReturnSerializer(_OfReturn):
    """Why the work is done anew, or why nothing is done."""

    words = serializers.CharField(max_length=1000)


class RejectSerializer(WordsSerializer):
    """Why, and what the complainant is told."""

    reason = serializers.ChoiceField(choices=REJECT_REASONS)
    public_reply = serializers.CharField(max_length=10_000)


class MergeSerializer(StepSerializer):
    """Into which appeal."""

    into_id = serializers.IntegerField(**_POSITIVE)
    words = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class BulkDispatchSerializer(serializers.Serializer[Any]):
    """Which appeals go to which unit."""

    appeal_ids = serializers.ListField(child=serializers.IntegerField(**_POSITIVE), min_length=1, max_length=500)
    to_unit_id = serializers.IntegerField(**_POSITIVE)
    words = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class BulkResultSerializer(serializers.Serializer[Any]):
    """What became of one of them; an empty problem means that it went through."""

    appeal_id = serializers.IntegerField()
    number = serializers.CharField()
    problem = serializers.CharField(allow_blank=True)


class RevealSerializer(serializers.Serializer[Any]):
    """Which number, and why it is looked at."""

    field = serializers.ChoiceField(choices=[("phone", "联系电话"), ("identity", "身份证号")])
    reason = serializers.CharField(max_length=200)


class RevealedSerializer(serializers.Serializer[Any]):
    """The full number."""

    value = serializers.CharField()
