"""Policies as data: what is read, what is refused and how, and that nothing is lost on the way."""

import pytest

from governance.deadlines.defaults import POLICIES, ensure_default_policies
from governance.deadlines.models import Policy, PolicyVersion
from governance.deadlines.services import policy_version_at
from governance.deadlines.terms import Extension, Span, Term, Terms, Unit
from governance.errors import IllegalState, InvalidInput
from tests.deadlines.plant import MONDAY, local

FIVE_DAYS = {"amount": 5, "unit": "working_days"}


@pytest.mark.parametrize(("code", "terms"), [(code, terms) for code, _, terms in POLICIES])
def test_the_default_policies_survive_the_round_trip(code, terms):
    parsed = Terms.parse(terms)
    assert Terms.parse(parsed.as_data()) == parsed


def test_the_defaults_are_what_the_rules_say():
    policies = {code: Terms.parse(terms) for code, _, terms in POLICIES}
    assert {code: terms["resolve"].span.text for code, terms in policies.items()} == {
        "ordinary": "5 个工作日", "enquiry": "1 个工作日", "complex": "15 个工作日", "life_safety": "5 个工作日",
        "utilities": "5 个工作日", "illegal_construction": "25 个工作日",
    }  # fmt: skip
    assert policies["life_safety"]["dispatch"].span == Span(1, Unit.NATURAL_HOURS)
    assert policies["utilities"]["dispatch"].span == Span(2, Unit.NATURAL_HOURS)
    ordinary = policies["ordinary"]
    assert ordinary["dispatch"].span == ordinary["accept"].span == Span(4, Unit.WORKING_HOURS)
    assert ordinary["first_contact"].span == ordinary["send_back_window"].span == Span(1, Unit.WORKING_DAYS)
    assert ordinary["visit"].span == ordinary["rehandle"].span == Span(3, Unit.WORKING_DAYS)
    # Three times; five days by the leader of the unit that handed it out, up to fifteen by the district centre.
    assert ordinary["resolve"].extension == Extension(Span(15, Unit.WORKING_DAYS), 3, own=5)
    stages = {kind: term for kind, term in policies["illegal_construction"].items() if kind.startswith("stage_")}
    assert {term.name: term.span.text for term in stages.values()} == {
        "责令停工": "4 个工作小时", "行政处罚": "7 个工作日", "强制拆除": "20 个工作日",
    }  # fmt: skip
    assert ordinary["shelve_review"].span == Span(180, Unit.CALENDAR_DAYS)
    assert [(mark.span.amount, mark.action) for mark in ordinary["resolve"].ladder] == [
        (1, "escalate_secretary"), (3, "supervision_order"), (5, "district_leader_list"),
    ]  # fmt: skip


def test_what_is_left_out_has_its_default():
    assert Term.parse(FIVE_DAYS) == Term(Span(5, Unit.WORKING_DAYS), (), "red", (), None)


def test_a_name_and_a_share_come_round():
    term = Term.parse(FIVE_DAYS | {"name": "责令停工", "sample": 0})
    assert (term.name, term.sample) == ("责令停工", 0)
    assert Term.parse(term.as_data()) == term


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ([], "时限方案：应是一组名称和值"),
        ({"Resolve!": FIVE_DAYS}, "时限种类“Resolve!”应是小写英文标识"),
        ({7: FIVE_DAYS}, "时限种类“7”"),
        ({"resolve": 5}, "resolve：应是一组名称和值"),
        ({"resolve": {"amount": 0, "unit": "working_days"}}, "resolve：数量应是 1 到 2600 之间的整数，现在是“0”"),
        ({"resolve": {"amount": True, "unit": "working_days"}}, "现在是“True”"),
        ({"resolve": {"amount": 10**9, "unit": "natural_minutes"}}, "数量应是 1 到"),
        ({"resolve": {"amount": 5, "unit": "weeks"}}, "单位“weeks”不认识"),
        ({"resolve": {"amount": 5, "unit": ["x"]}}, "单位“['x']”不认识"),
        ({"resolve": {"amount": 5, "unit": "working_seconds"}}, "单位“working_seconds”不认识"),
        ({"resolve": FIVE_DAYS | {"colour": 1}}, "resolve：不认识的项：colour"),
        ({"resolve": FIVE_DAYS | {"missed": ""}}, "resolve·超期：动作“”"),
        ({"resolve": FIVE_DAYS | {"warnings": {}}}, "resolve·预警：应是一个列表"),
        ({"resolve": FIVE_DAYS | {"warnings": [{"action": "yellow"}]}}, "resolve·预警第 1 项：应是一组"),
        ({"resolve": FIVE_DAYS | {"ladder": [{"after": FIVE_DAYS}]}}, "resolve·升级第 1 项：动作“None”"),
        ({"resolve": FIVE_DAYS | {"extension": FIVE_DAYS}}, "resolve·延期：次数应是 1 到 99"),
        ({"resolve": FIVE_DAYS | {"extension": FIVE_DAYS | {"times": 100}}}, "现在是“100”"),
        ({"resolve": FIVE_DAYS | {"extension": FIVE_DAYS | {"times": 3, "own": 6}}}, "现在是“6”"),
        ({"stage_stop": FIVE_DAYS | {"name": 5}}, "stage_stop：名称应是"),
        ({"stage_stop": FIVE_DAYS | {"name": "停" * 41}}, "stage_stop：名称应是"),
        ({"visit": FIVE_DAYS | {"sample": 101}}, "visit：抽查比例应是 0 到 100"),
        ({"visit": FIVE_DAYS | {"sample": True}}, "visit：抽查比例应是 0 到 100"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(terms, words):
    with pytest.raises(InvalidInput) as refused:
        Terms.parse(terms)
    assert words in refused.value.message
    assert refused.value.field == "terms"


@pytest.mark.django_db
def test_default_policies_are_put_in_once_and_never_over_an_edited_one():
    ensure_default_policies(MONDAY)
    PolicyVersion.objects.filter(policy__code="ordinary").update(note="改过")
    ensure_default_policies(MONDAY)
    assert Policy.objects.count() == PolicyVersion.objects.count()
    assert set(Policy.objects.values_list("code", flat=True)) >= {code for code, _, _ in POLICIES}
    assert policy_version_at("ordinary", local(2010, 1, 1)).note == "改过"


@pytest.mark.django_db
def test_a_shipped_policy_comes_with_the_first_that_asks_for_it():
    assert policy_version_at("ordinary", MONDAY).number == 1
    assert list(Policy.objects.values_list("code", flat=True)) == ["ordinary"]
    with pytest.raises(IllegalState, match="尚未生效"):
        policy_version_at("nobodys", MONDAY)
