"""How each service is called validly: from which situation, with what, and where it leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from appeals import services
from appeals.services import Correction
from tests.appeals.asking import REASON, WAITING
from tests.appeals.conftest import REPLY, RESULT
from tests.appeals.walk.scenes import REVIEW, SATISFIED, WORDS, Case

Values = Callable[[Case, str], dict[str, Any]]


@dataclass(frozen=True)
class Sample:
    """A step: the service, the situation it is taken from, what it is given, the state that it leads to.

    `kind` is the name of its entry and, after `appeal.`, of its audit row. `by_helper` is where it leads when an
    assisting unit takes it; `makes_no_sense_for` is the standing of who has the right, but has to take another step.
    """

    service: Callable[..., Any]
    situation: str
    values: Values
    to: str
    kind: str
    by_helper: str = ""
    makes_no_sense_for: str = ""

    def leads_to(self, standings: set[str]) -> str:
        """The state that the step of somebody who stands so leads to."""
        return self.by_helper if self.by_helper and "helper" in standings else self.to


def _given(**values: Any) -> Values:
    return lambda case, person: values


def _to_unit(case: Case, person: str) -> dict[str, Any]:
    return {"to_unit_id": case.own(person), "words": WORDS}


def _with_evidence(**values: Any) -> Values:
    return lambda case, person: values | {"attachment_ids": case.world.evidence(person)}


_ANSWERED = {"result": RESULT, "public_reply": REPLY}
CORRECTED = "电梯主板已于本月二十日更换，当日恢复运行，感谢您的监督。"
_REJECTED = {"reason": "in_court", "words": "已经进入诉讼程序。", "public_reply": "您的诉求已由法院受理，请留意通知。"}

_SAMPLES = [
    Sample(services.dispatch, "registered", _to_unit, "dispatched", "dispatch"),
    Sample(services.handle_on_the_spot, "registered", _given(**_ANSWERED), "resolved", "handle_on_the_spot"),
    Sample(services.report_up, "registered", _given(words="需要街道协调解决。"), "registered", "report_up"),
    Sample(
        services.adjudicate, "returned", _given(uphold=False, words="属于你单位职责。"), "dispatched", "adjudicate"
    ),
    Sample(services.reject, "registered", _given(**_REJECTED), "rejected", "reject"),
    Sample(services.merge, "registered", lambda case, _: {"into_id": case.other()}, "merged", "merge"),
    Sample(services.unmerge, "merged", _given(words="经核实不是同一件事。"), "registered", "unmerge"),
    Sample(services.edit, "registered", _given(correction=Correction(title="更正后的标题")), "registered", "edit"),
    Sample(services.accept, "dispatched", _given(), "in_progress", "accept", by_helper="dispatched"),
    Sample(
        services.send_back, "dispatched", _given(reason="not_my_duty", words="不属于本单位的职责范围。"),
        "registered", "send_back",
    ),
    Sample(services.recall, "dispatched", _given(words="交办有误，收回重办。"), "registered", "recall"),
    Sample(
        services.pass_down, "in_progress", lambda case, person: {"to_unit_id": case.below(person)}, "dispatched",
        "pass_down",
    ),
    Sample(services.transfer, "in_progress", _to_unit, "dispatched", "transfer"),
    Sample(
        services.add_assisting, "in_progress", lambda case, person: {"unit_ids": [case.below(person)]}, "in_progress",
        "add_assisting",
    ),
    Sample(services.contact, "in_progress", _given(words="已与诉求人电话联系。"), "in_progress", "contact"),
    Sample(
        services.finish_assisting, "in_progress", _given(result="已配合完成现场勘查。"), "in_progress",
        "finish_assisting", makes_no_sense_for="lead",
    ),
    Sample(
        services.finish_stage, "staged", _with_evidence(stage="stage_stop", words="已送达停工通知书。"), "in_progress",
        "finish_stage",
    ),
    Sample(services.ask_extension, "in_progress", _with_evidence(amount=3, reason=REASON), "in_progress",
           "ask_extension"),
    Sample(
        services.decide_extension, "extension_asked", _given(grant=True, words="情况属实，同意延期。"), "in_progress",
        "decide_extension",
    ),
    Sample(
        services.ask_shelving, "in_progress", _with_evidence(kind="season", reason=WAITING, review_on=REVIEW),
        "in_progress", "ask_shelving",
    ),
    Sample(
        services.decide_shelving, "shelving_asked", _given(grant=True, words="同意挂账，到期复核。"), "shelved",
        "decide_shelving",
    ),
    Sample(services.reactivate, "shelved", _given(words="条件已具备，恢复办理。"), "in_progress", "reactivate"),
    Sample(services.resolve, "in_progress", _given(**_ANSWERED), "resolved", "resolve"),
    Sample(services.visit, "resolved", _given(report=SATISFIED), "closed", "visit"),
    Sample(services.supervise, "in_progress", _given(words=WORDS), "in_progress", "supervise"),
    Sample(
        services.answer_supervision, "supervised", _given(answer="已安排维修，本周五之前完成。"), "in_progress",
        "answer_supervision",
    ),
    Sample(services.review_supervision, "answered", _given(accept=True), "in_progress", "review_supervision"),
    Sample(
        services.resend_to_hotline, "city_returned", _given(public_reply=CORRECTED), "resolved", "resend_to_hotline",
    ),
    Sample(
        services.rework_for_hotline, "city_returned", _given(words="答复不实，重新办理。"), "in_progress",
        "rework_for_hotline",
    ),
    Sample(
        services.set_aside_return, "city_returned", _given(words="已与市热线沟通，不再重报。"), "resolved",
        "set_aside_return",
    ),
    Sample(services.reopen, "closed", _given(words="群众再次反映，重新办理。"), "in_progress", "reopen"),
    Sample(services.note, "in_progress", _given(words="补充现场情况。"), "in_progress", "note"),
]  # fmt: skip
SAMPLES: dict[str, Sample] = {sample.service.__name__: sample for sample in _SAMPLES}

# Services of the package that these samples do not call, and the test that does.
WALKED_APART: dict[str, str] = {
    "appeals.services.register.register": "test_rights: there is no appeal yet",
    "appeals.services.dispatch.dispatch_many": "test_rights: it refuses in its result, one by one",
    "appeals.services.settle.merge_many": "test_rights: it refuses in its result, one by one",
    "appeals.services.edit.reveal": "test_rights: it changes nothing, and its right turns with the state",
    "appeals.services.visit.complainant_unsatisfied": "test_states: by the platform, no role has it",
    "appeals.imports.services.start_here": "of a command, without a person's role: tests/appeals/imports",
    "appeals.imports.services.record_download": "a look, told by the page that shows it: tests/appeals/imports",
    "appeals.units.hand_over": "by the territory, inside its own step: tests/appeals/test_units.py",
}
