"""Community workers' careers, and the streets' quotas of staff.

Source: rights.md, "careers: propose · review · decide | CS · SS SL · DC"; "units, boundaries, sites, quotas: DC; SS
proposes". Of a secretary the street proposes, as nobody does in their own matter. Pay is seen by these roles alone.
"""

from __future__ import annotations

from accounts.rights.roles import CS, DC, DL, SL, SS, Rights, Routes

RIGHTS: Rights = {
    "career.see": frozenset({DC, SL, SS, CS}),
    "career.propose": frozenset({CS, SS}),
    "career.review": frozenset({SS, SL}),
    "career.decide": frozenset({DC}),
    # CS, SS and SL fill in an appraisal, and take a step of a procedure, that the service checks.
    "career.act": frozenset({DC, SL, SS, CS}),
    # rights.md, "export: DC SS CS in scope, with a purpose; over 1,000 rows with the leader's approval"
    "career.export": frozenset({DC, SS, CS}),
    "career.export_approve": frozenset({DL, SL, CS}),
    # Figures contain no personal data; averages of pay are the district's and the streets'.
    "career.figures": frozenset({DL, DC, SL, SS}),
    "quota.see": frozenset({DL, DC, SL, SS, CS}),
    "quota.edit": frozenset({DC}),
    "quota.propose": frozenset({SS}),
    "quota.see_proposals": frozenset({DC, SS}),
    "quota.export": frozenset({DC, SS, CS}),
    "quota.export_approve": frozenset({DL, SL, CS}),
}

ROUTES: Routes = {
    "members:careers": {"GET": "career.see"},
    "members:career": {"GET": "career.see"},
    "members:career_add": "career.decide",
    "members:career_facts": "career.review",
    "members:career_move": "career.decide",
    "members:career_end": "career.decide",
    "members:career_propose": "career.propose",
    "members:career_procedures": {"GET": "career.see"},
    "members:career_procedure": {"GET": "career.see"},
    "members:career_step": "career.act",
    "members:career_notice": {"GET": "career.see"},
    "members:appraisals": {"GET": "career.see"},
    "members:appraisal_open": "career.review",
    "members:appraisal": {"GET": "career.see", "POST": "career.act"},
    "members:appraisal_submit": {"POST": "career.review"},
    "members:appraisal_decide": "career.decide",
    "members:pay_scales": {"GET": "career.see"},
    "members:pay_scale_add": "career.decide",
    "members:regrade": "career.decide",
    "members:career_figures": {"GET": "career.figures"},
    "grids:quotas": {"GET": "quota.see"},
    "grids:quota": {"GET": "quota.see"},
    "grids:quotas_print": {"GET": "quota.see"},
    "grids:quota_approve": "quota.edit",
    "grids:quota_fill": "quota.edit",
    "grids:quota_propose": "quota.propose",
    "grids:quota_proposals": {"GET": "quota.see_proposals"},
    "grids:quota_proposal": {"GET": "quota.see_proposals", "POST": "quota.edit"},
}
