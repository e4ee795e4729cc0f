"""Addresses of this subject, under `points:`."""

from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from points.earning.views import claims, keeping

urlpatterns: list[URLPattern] = [
    path("claims/", claims.ClaimList.as_view(), name="claims"),
    path("claims/propose/", claims.Propose.as_view(), name="propose"),
    path("claims/propose/person/<int:pk>/", claims.ProposePerson.as_view(), name="propose_person"),
    path("claims/propose/household/<int:pk>/", claims.ProposeHousehold.as_view(), name="propose_household"),
    path("claims/<int:pk>/", claims.ClaimDetail.as_view(), name="claim"),
    path("claims/<int:pk>/step/", require_POST(claims.step), name="claim_step"),
    path("claims/<int:pk>/reject/", claims.ClaimReject.as_view(), name="claim_reject"),
    path("claims/<int:pk>/withdraw/", require_POST(claims.withdraw), name="claim_withdraw"),
    path("claims/<int:pk>/reverse/", claims.ClaimReverse.as_view(), name="claim_reverse"),
    path("budgets/", keeping.Budgets.as_view(), name="budgets"),
    path("budgets/fund/", keeping.Fund.as_view(), name="budget_fund"),
    path("budgets/move/", keeping.Move.as_view(), name="budget_move"),
    path("budgets/give-back/", keeping.GiveBack.as_view(), name="budget_give_back"),
    path("budgets/hand-on/", require_POST(keeping.hand_on), name="budget_hand_on"),
    path("budgets/limit/", keeping.Limit.as_view(), name="budget_limit"),
    path("rules/", keeping.Rules.as_view(), name="rules"),
    path("rules/add/", keeping.RuleAdd.as_view(), name="rule_add"),
    path("rules/<int:pk>/change/", keeping.RuleChange.as_view(), name="rule_change"),
    path("rules/<int:pk>/end/", keeping.RuleEnd.as_view(), name="rule_end"),
    path("odd-rules/<int:pk>/", keeping.OddRuleChange.as_view(), name="odd_rule"),
    path("odd/", keeping.Odd.as_view(), name="odd"),
    path("odd/case/", keeping.OddCase.as_view(), name="odd_case"),
]
