"""Each step of the workflow as a call: its name in the address, the shape of its body, the service that takes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_framework.serializers import Serializer

from appeals import services
from appeals.api import serializers as s
from appeals.services import Correction, VisitReport


@dataclass(frozen=True, slots=True)
class Call:
    """A step's body, and its service as a function of the body's fields."""

    body: type[Serializer[Any]]
    service: Callable[..., Any]


def _visit(
    *, method: str, reached: bool, solved: bool | None = None, satisfaction: str = "", words: str = "",
    explained: bool = False, **rest: Any,
) -> Any:  # fmt: skip
    report = VisitReport(
        method=method, reached=reached, solved=solved, satisfaction=satisfaction, words=words, explained=explained
    )
    return services.visit(report=report, **rest)


def _edit(*, appeal_id: int, by: Any, now: Any, **facts: Any) -> Any:
    revision = facts.pop("revision", None)
    return services.edit(appeal_id=appeal_id, correction=Correction(**facts), by=by, now=now, revision=revision)


CALLS: dict[str, Call] = {
    "dispatch": Call(s.DispatchSerializer, services.dispatch),
    "handle_on_the_spot": Call(s.ResultSerializer, services.handle_on_the_spot),
    "report_up": Call(s.WordsSerializer, services.report_up),
    "adjudicate": Call(s.AdjudicateSerializer, services.adjudicate),
    "reject": Call(s.RejectSerializer, services.reject),
    "merge": Call(s.MergeSerializer, services.merge),
    "unmerge": Call(s.WordsSerializer, services.unmerge),
    "edit": Call(s.CorrectionSerializer, _edit),
    "accept": Call(s.StepSerializer, services.accept),
    "send_back": Call(s.SendBackSerializer, services.send_back),
    "recall": Call(s.WordsSerializer, services.recall),
    "pass_down": Call(s.PassDownSerializer, services.pass_down),
    "transfer": Call(s.TransferSerializer, services.transfer),
    "add_assisting": Call(s.AssistingSerializer, services.add_assisting),
    "contact": Call(s.WordsSerializer, services.contact),
    "finish_assisting": Call(s.AssistedSerializer, services.finish_assisting),
    "finish_stage": Call(s.FinishStageSerializer, services.finish_stage),
    "resolve": Call(s.ResolveSerializer, services.resolve),
    "visit": Call(s.VisitSerializer, _visit),
    "supervise": Call(s.SuperviseSerializer, services.supervise),
    "answer_supervision": Call(s.AnswerSupervisionSerializer, services.answer_supervision),
    "review_supervision": Call(s.ReviewSupervisionSerializer, services.review_supervision),
    "ask_extension": Call(s.AskExtensionSerializer, services.ask_extension),
    "decide_extension": Call(s.DecideExtensionSerializer, services.decide_extension),
    "ask_shelving": Call(s.AskShelvingSerializer, services.ask_shelving),
    "decide_shelving": Call(s.DecideSerializer, services.decide_shelving),
    "reactivate": Call(s.WordsSerializer, services.reactivate),
    "resend_to_hotline": Call(s.ResendSerializer, services.resend_to_hotline),
    "rework_for_hotline": Call(s.AnswerReturnSerializer, services.rework_for_hotline),
    "set_aside_return": Call(s.AnswerReturnSerializer, services.set_aside_return),
    "reopen": Call(s.WordsSerializer, services.reopen),
}
