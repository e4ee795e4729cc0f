"""Earning points: rules, awards, budgets.

Source: rights.md, "points: propose an award · approve · budget | CS CW GW · CS (not one's own) · SS". Above a rule's
threshold the street is the second person. The district sets how much a street may give, and reads figures alone.
"""

from __future__ import annotations

from accounts.rights.roles import CS, CW, DC, DL, GW, SL, SS, Rights, Routes

RIGHTS: Rights = {
    "point.see": frozenset({SL, SS, CS, CW, GW}),
    "point.propose": frozenset({CS, CW, GW}),
    "point.approve": frozenset({CS}),
    "point.second": frozenset({SS}),
    "point.decide": frozenset({CS, SS}),
    "point.reverse": frozenset({CS, SS}),
    "point.review": frozenset({CS, SS}),
    "point.budget": frozenset({SS}),
    "point.limit": frozenset({DC}),
    "point.figures": frozenset({DL, DC, SL, SS, CS}),
    "point.read_rules": frozenset({DL, DC, SL, SS, CS, CW, GW}),
    "point.rules": frozenset({DC}),
}

ROUTES: Routes = {
    "points:claims": {"GET": "point.see", "POST": "point.decide"},
    "points:claim": {"GET": "point.see"},
    "points:claim_step": {"POST": "point.decide"},
    "points:claim_reject": "point.decide",
    "points:claim_withdraw": {"POST": "point.propose"},
    "points:claim_reverse": "point.reverse",
    "points:propose": "point.propose",
    "points:propose_person": "point.propose",
    "points:propose_household": "point.propose",
    "points:rules": {"GET": "point.read_rules"},
    "points:rule_add": "point.rules",
    "points:rule_change": "point.rules",
    "points:rule_end": "point.rules",
    "points:odd_rule": "point.rules",
    "points:budgets": {"GET": "point.figures"},
    "points:budget_fund": "point.budget",
    "points:budget_move": "point.budget",
    "points:budget_give_back": "point.budget",
    "points:budget_hand_on": {"POST": "point.budget"},
    "points:budget_limit": "point.limit",
    "points:odd": {"GET": "point.review"},
    "points:odd_case": "point.review",
}
