"""Who may do what: the one table of rights, and the one table of routes. Source: rights.md.

A right names the roles that have it at all. Whether this thing lies with this unit is for the service to check.
Every route has a row: a view name → a right, or PUBLIC, SIGNED_IN (acting in any role) or AUTHENTICATED (signed in,
with or without a posting in force); by method where methods differ, and then no other method is answered.
"""

from __future__ import annotations

from governance.scope import Actor, Role

PUBLIC = "public"
SIGNED_IN = "signed_in"
AUTHENTICATED = "authenticated"

DL, DC, SL, SS = Role.DISTRICT_LEADER, Role.DISTRICT_CENTRE, Role.STREET_LEADER, Role.STREET_STAFF
CS, CW = Role.COMMUNITY_SECRETARY, Role.COMMUNITY_WORKER
GW, PG, DS, EL = Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER, Role.DEPARTMENT_STAFF, Role.ENTERPRISE_LIAISON
SC, AU, SE, SY = Role.SHOP_CLERK, Role.AUDITOR, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN

BUSINESS = frozenset({DL, DC, SL, SS, CS, CW, GW, PG, DS, EL, SC})
# 三员分立: none of these may hold another of them, nor a business role.
OFFICES = frozenset({AU, SE, SY})
HANDLERS = frozenset({SL, SS, CS, CW, GW, DS, DC})

RIGHTS: dict[str, frozenset[Role]] = {
    # appeals
    "appeal.see": frozenset({DL, DC, SL, SS, CS, CW, GW, PG, DS, EL}),
    "appeal.register": frozenset({DC, SS, CS, CW, GW, PG, DS, EL}),
    "appeal.handle_on_the_spot": frozenset({GW, PG, CW}),
    "appeal.dispatch": frozenset({DC, SL, SS, CS, CW}),
    "appeal.pass_down": frozenset({DC, SL, SS, CS, CW}),
    "appeal.report_up": frozenset({SL, SS, CS, CW}),
    "appeal.accept": HANDLERS,
    "appeal.contact": HANDLERS,
    "appeal.resolve": HANDLERS,
    "appeal.send_back": HANDLERS,
    "appeal.finish_stage": HANDLERS,
    "appeal.add_assisting": frozenset({DC, SL, SS, CS, CW}),
    "appeal.adjudicate": frozenset({DC, SL, SS, CS, CW}),
    "appeal.recall": frozenset({DC, SL, SS, CS, CW}),
    "appeal.transfer": frozenset({DC, SL, SS, CS, CW}),
    "appeal.merge": frozenset({DC, SL, SS, CS, CW}),
    "appeal.unmerge": frozenset({DC, SL, SS, CS, CW}),
    "appeal.mark_repeat": frozenset({DC, SL, SS, CS, CW}),
    "appeal.answer_hotline": frozenset({DC, SL, SS, CS, CW}),
    "appeal.ask_extension": HANDLERS,
    "appeal.decide_extension": frozenset({DC, SL, CS}),
    "appeal.ask_shelving": HANDLERS,
    "appeal.shelve": frozenset({DC, SL}),
    "appeal.reactivate": HANDLERS,
    "appeal.reject": frozenset({DC, SL}),
    "appeal.visit": frozenset({SS, CS, CW, DC}),
    "appeal.reopen": frozenset({DC}),
    "appeal.supervise": frozenset({DL, DC, SL}),
    "appeal.answer_supervision": HANDLERS,
    "appeal.review_supervision": frozenset({DL, DC, SL, SS}),
    "appeal.see_supervision": HANDLERS | {DL},
    "appeal.see_leader_list": frozenset({DL, DC}),
    "appeal.see_send_backs": frozenset({DL, DC}),
    "appeal.see_repeats": frozenset({DL, DC, SL, SS, CS, CW}),
    # The complainant's own word; no posting has it.
    "appeal.not_solved": frozenset(),
    "appeal.note": frozenset({DL, DC, SL, SS, CS, CW, GW, DS}),
    "appeal.edit": frozenset({DC, SS, CS, CW}),
    "appeal.reveal": frozenset({DC, SS, CS, CW, GW, DS}),
    "appeal.export": frozenset({DC, SS, CS, DS}),
    "appeal.approve_export": frozenset({DC, SL, CS}),
    "appeal.import": frozenset({DC}),
    "category.edit": frozenset({DC}),
    "policy.edit": frozenset({DC}),
    "outbox.see_deliveries": frozenset({DC, SY}),
    "outbox.retry": frozenset({DC, SY}),
    "outbox.quiet": frozenset({DC}),
    # people
    "person.see": frozenset({SL, SS, CS, CW, GW, PG}),
    "person.edit": frozenset({CS, CW}),
    "person.reveal": frozenset({SS, CS, CW, GW}),
    # territory
    "unit.see": frozenset(Role) - {SC, EL},
    "unit.edit": frozenset({DC}),
    "unit.propose": frozenset({DC, SS}),
    "site.edit": frozenset({DC}),
    "site.propose": frozenset({SS}),
    "site.see_proposals": frozenset({DC, SS}),
    # accounts
    "account.edit": frozenset({SE}),
    # settings, health
    "setting.edit": frozenset({SY}),
    # audit record
    "audit.read": frozenset({AU}),
}

# One row a route; a dict where methods differ: {"GET": "appeal.see", "POST": "appeal.register"}.
ROUTES: dict[str, str | dict[str, str]] = {
    "home": SIGNED_IN,
    # accounts
    "accounts:sign_in": PUBLIC,
    "accounts:sign_out": {"POST": AUTHENTICATED},
    "accounts:password": AUTHENTICATED,
    "accounts:profile": AUTHENTICATED,
    "accounts:act_as": {"POST": SIGNED_IN},
    "accounts:session_end": {"POST": AUTHENTICATED},
    "accounts:sessions_end": {"POST": AUTHENTICATED},
    "accounts:staff": "account.edit",
    "accounts:staff_add": "account.edit",
    "accounts:staff_detail": {"GET": "account.edit"},
    "accounts:staff_edit": "account.edit",
    "accounts:staff_disable": "account.edit",
    "accounts:staff_enable": "account.edit",
    "accounts:staff_unlock": "account.edit",
    "accounts:staff_password": "account.edit",
    "accounts:staff_sign_out": "account.edit",
    "accounts:staff_posting_add": "account.edit",
    "accounts:staff_posting_end": "account.edit",
    "accounts:staff_posting_move": "account.edit",
    "accounts:staff_token_add": "account.edit",
    "accounts:staff_token_revoke": "account.edit",
    "accounts:staff_import": "account.edit",
    "accounts:staff_import_template": {"GET": "account.edit"},
    "accounts:staff_import_detail": {"GET": "account.edit"},
    "accounts:staff_import_start": {"POST": "account.edit"},
    "accounts:staff_import_refused": {"GET": "account.edit"},
    "accounts:staff_import_passwords": {"POST": "account.edit"},
    # what a person keeps of the interface
    "ui:prefer": {"POST": PUBLIC},
    "ui:save_view": {"POST": SIGNED_IN},
    "ui:delete_view": {"POST": SIGNED_IN},
    "ui:choose_columns": {"POST": SIGNED_IN},
    # hotline import
    "imports:list": "appeal.import",
    "imports:detail": {"GET": "appeal.import"},
    "imports:columns": "appeal.import",
    "imports:progress": {"GET": "appeal.import"},
    "imports:start": {"POST": "appeal.import"},
    "imports:stop": {"POST": "appeal.import"},
    "imports:discard": {"POST": "appeal.import"},
    "imports:refused": {"GET": "appeal.import"},
    "imports:template_delete": {"POST": "appeal.import"},
    # inbox, attachments, jobs: each view keeps to what is the person's own, or to what its subject's owner lets see
    "outbox:inbox": SIGNED_IN,
    "outbox:gathered": {"GET": SIGNED_IN},
    "outbox:bell": {"GET": SIGNED_IN},
    "outbox:deliveries": {"GET": "outbox.see_deliveries", "POST": "outbox.retry"},
    "outbox:quiet": "outbox.quiet",
    "outbox:open": {"GET": SIGNED_IN},
    "outbox:read": {"POST": SIGNED_IN},
    "outbox:read_all": {"POST": SIGNED_IN},
    "files:upload": {"POST": SIGNED_IN},
    "files:open": {"GET": SIGNED_IN},
    "files:thumbnail": {"GET": SIGNED_IN},
    "files:discard": {"POST": SIGNED_IN},
    "jobs:list": SIGNED_IN,
    "jobs:detail": {"GET": SIGNED_IN},
    "jobs:progress": {"GET": SIGNED_IN},
    "jobs:cancel": {"POST": SIGNED_IN},
    "jobs:download": {"GET": SIGNED_IN},
    # audit record
    "audit:list": "audit.read",
    "audit:detail": {"GET": "audit.read"},
    "audit:verify": "audit.read",
    # working-time calendar, policies
    "calendars:calendar": {"GET": "policy.edit"},
    "calendars:year": {"GET": "policy.edit"},
    "calendars:import_year": "policy.edit",
    "calendars:import_announced": "policy.edit",
    "calendars:announced_template": {"GET": "policy.edit"},
    "calendars:hours": "policy.edit",
    "calendars:day_add": "policy.edit",
    "calendars:day_edit": "policy.edit",
    "calendars:day_delete": "policy.edit",
    "deadlines:policies": {"GET": "policy.edit"},
    "appeals:policy_rules": {"GET": "policy.edit"},
    "appeals:policy_rule_add": "policy.edit",
    "appeals:policy_rule": "policy.edit",
    "appeals:policy_rule_remove": {"POST": "policy.edit"},
    "deadlines:policy_add": "policy.edit",
    "deadlines:policy_edit": "policy.edit",
    "deadlines:policy_apply": "policy.edit",
    "deadlines:version_withdraw": {"POST": "policy.edit"},
    "deadlines:clock": {"GET": "setting.edit", "POST": "setting.edit"},
    # territory
    "grids:tree": {"GET": "unit.see"},
    "grids:search": {"GET": "unit.see"},
    "grids:children": {"GET": "unit.see"},
    "grids:unit": {"GET": "unit.see"},
    "grids:map": {"GET": "unit.see"},
    "grids:map_data": {"GET": "unit.see"},
    "grids:locate": {"GET": SIGNED_IN},
    "grids:open": "unit.edit",
    "grids:rename": "unit.edit",
    "grids:move": "unit.edit",
    "grids:merge": "unit.edit",
    "grids:close": "unit.edit",
    "grids:describe": "unit.edit",
    "grids:changes": {"GET": "unit.edit"},
    "grids:change_cancel": {"POST": "unit.edit"},
    "grids:divisions": "unit.edit",
    "grids:divisions_template": {"GET": "unit.edit"},
    "grids:divisions_compare": "unit.edit",
    "grids:divisions_refused": {"GET": "unit.edit"},
    "grids:boundaries": "unit.edit",
    "grids:boundaries_check": "unit.edit",
    "grids:boundaries_refused": {"GET": "unit.edit"},
    "grids:sites": {"GET": "unit.see"},
    "grids:site": {"GET": "unit.see"},
    "grids:site_near": {"GET": "unit.see"},
    "grids:site_gaps": {"GET": "unit.see"},
    "grids:site_gaps_missing": {"GET": "unit.see"},
    "grids:site_export": {"GET": "unit.see"},
    "grids:site_add": "site.edit",
    "grids:site_edit": "site.edit",
    "grids:site_close": "site.edit",
    "grids:site_hours": "site.edit",
    "grids:site_exception_add": "site.edit",
    "grids:site_exception_remove": {"POST": "site.edit"},
    "grids:site_proposals": {"GET": "site.see_proposals"},
    "grids:site_proposal": {"GET": "site.see_proposals", "POST": "site.edit"},
    "grids:site_propose_add": "site.propose",
    "grids:site_propose_change": "site.propose",
    "grids:site_propose_close": "site.propose",
    "grids:site_import": "site.edit",
    "grids:site_import_template": {"GET": "site.edit"},
    "grids:site_import_detail": "site.edit",
    "grids:site_import_refused": {"GET": "site.edit"},
    # people
    "members:persons": {"GET": "person.see"},
    "members:find": {"POST": "person.see"},
    "members:person": {"GET": "person.see"},
    "members:person_change": "person.edit",
    "members:person_leave": "person.edit",
    "members:person_die": "person.edit",
    "members:person_reveal": "person.reveal",
    "members:households": {"GET": "person.see"},
    "members:household": {"GET": "person.see"},
    "members:household_add": "person.edit",
    "members:member_add": "person.edit",
    "members:take_in": "person.edit",
    # appeals
    "appeals:list": {"GET": "appeal.see", "POST": "appeal.see"},
    "appeals:find": {"POST": "appeal.see"},
    "appeals:mine": "appeal.see",
    "appeals:saved_views": {"GET": "appeal.see"},
    "appeals:worklist": {"GET": "appeal.see"},
    "appeals:register": "appeal.register",
    "appeals:hotline_panel": {"GET": "appeal.see"},
    "appeals:repeat_panel": {"GET": "appeal.mark_repeat"},
    "appeals:repeat_mark": {"POST": "appeal.mark_repeat"},
    "appeals:repeat_refuse": {"POST": "appeal.mark_repeat"},
    "appeals:repeat_unmark": {"POST": "appeal.mark_repeat"},
    "appeals:repeats": {"POST": "appeal.register"},
    "appeals:report": "appeal.register",
    "appeals:whereabouts": {"POST": "appeal.register"},
    "appeals:visits": "appeal.visit",
    "appeals:supervision": {"GET": "appeal.see_supervision"},
    "appeals:supervision_sheet": {"GET": "appeal.see_supervision"},
    "appeals:leader_list": {"GET": "appeal.see_leader_list"},
    "appeals:send_backs": {"GET": "appeal.see_send_backs"},
    "appeals:repeat_figures": {"GET": "appeal.see_repeats"},
    "appeals:categories": {"GET": "category.edit"},
    "appeals:category_add": "category.edit",
    "appeals:category": "category.edit",
    "appeals:category_active": {"POST": "category.edit"},
    "appeals:exports": {"GET": "appeal.see"},
    "appeals:export": "appeal.see",
    "appeals:export_begin": {"POST": "appeal.export"},
    "appeals:export_file": {"GET": "appeal.export"},
    "appeals:detail": {"GET": "appeal.see"},
    "appeals:print": {"GET": "appeal.see"},
    "appeals:reveal": "appeal.reveal",
    "appeals:visit": "appeal.visit",
    # Whether this step is open to the role is the step's own right, which the service checks.
    "appeals:step": "appeal.see",
    # a resident's own appeal, by its number and code
    "progress:ask": {"GET": PUBLIC, "POST": PUBLIC},
    "progress:show": {"GET": PUBLIC, "POST": PUBLIC},
    "progress:leave": {"POST": PUBLIC},
    # the city hotline's own calls, signed with the secret that both sides share
    "city:returns": {"POST": PUBLIC},
    # API
    "api:schema": PUBLIC,
    "api:docs": PUBLIC,
    "api:me": {"GET": SIGNED_IN},
    "api:unit-list": {"GET": "unit.see"},
    "api:unit-detail": {"GET": "unit.see"},
    "api:unit-boundaries": {"GET": "unit.see"},
    "api:unit-locate": {"GET": SIGNED_IN},
    # attachments, inbox, imports (API)
    "api:attachments": {"POST": SIGNED_IN},
    "api:attachment": {"GET": SIGNED_IN},
    "api:inbox": {"GET": SIGNED_IN},
    "api:inbox_read": {"POST": SIGNED_IN},
    "api:imports": {"POST": "appeal.import"},
    "api:import": {"GET": "appeal.import"},
    "api:import_start": {"POST": "appeal.import"},
    # appeals (API)
    "api:categories": {"GET": "appeal.see"},
    "api:appeals": {"GET": "appeal.see", "POST": "appeal.register"},
    "api:appeals_bulk_dispatch": {"POST": "appeal.dispatch"},
    "api:appeal": {"GET": "appeal.see"},
    "api:appeal_history": {"GET": "appeal.see"},
    "api:appeal_notes": {"POST": "appeal.note"},
    "api:appeal_reveal": {"POST": "appeal.reveal"},
    "api:appeal_repeats": {"GET": "appeal.mark_repeat"},
    "api:appeal_mark_repeat": {"POST": "appeal.mark_repeat"},
    "api:appeal_unmark_repeat": {"POST": "appeal.mark_repeat"},
    "api:appeal_refuse_repeat": {"POST": "appeal.mark_repeat"},
    "api:appeals_bulk_merge": {"POST": "appeal.merge"},
    "api:supervision_orders": {"GET": "appeal.see_supervision"},
    "api:appeal_dispatch": {"POST": "appeal.dispatch"},
    "api:appeal_handle_on_the_spot": {"POST": "appeal.handle_on_the_spot"},
    "api:appeal_report_up": {"POST": "appeal.report_up"},
    "api:appeal_adjudicate": {"POST": "appeal.adjudicate"},
    "api:appeal_reject": {"POST": "appeal.reject"},
    "api:appeal_merge": {"POST": "appeal.merge"},
    "api:appeal_unmerge": {"POST": "appeal.unmerge"},
    "api:appeal_edit": {"POST": "appeal.edit"},
    "api:appeal_accept": {"POST": "appeal.accept"},
    "api:appeal_send_back": {"POST": "appeal.send_back"},
    "api:appeal_recall": {"POST": "appeal.recall"},
    "api:appeal_pass_down": {"POST": "appeal.pass_down"},
    "api:appeal_transfer": {"POST": "appeal.transfer"},
    "api:appeal_add_assisting": {"POST": "appeal.add_assisting"},
    "api:appeal_contact": {"POST": "appeal.contact"},
    "api:appeal_finish_assisting": {"POST": "appeal.resolve"},
    "api:appeal_finish_stage": {"POST": "appeal.finish_stage"},
    "api:appeal_resolve": {"POST": "appeal.resolve"},
    "api:appeal_visit": {"POST": "appeal.visit"},
    "api:appeal_supervise": {"POST": "appeal.supervise"},
    "api:appeal_answer_supervision": {"POST": "appeal.answer_supervision"},
    "api:appeal_review_supervision": {"POST": "appeal.review_supervision"},
    "api:appeal_reopen": {"POST": "appeal.reopen"},
    "api:appeal_ask_extension": {"POST": "appeal.ask_extension"},
    "api:appeal_decide_extension": {"POST": "appeal.decide_extension"},
    "api:appeal_ask_shelving": {"POST": "appeal.ask_shelving"},
    "api:appeal_decide_shelving": {"POST": "appeal.shelve"},
    "api:appeal_reactivate": {"POST": "appeal.reactivate"},
    "api:appeal_resend_to_hotline": {"POST": "appeal.answer_hotline"},
    "api:appeal_rework_for_hotline": {"POST": "appeal.answer_hotline"},
    "api:appeal_set_aside_return": {"POST": "appeal.answer_hotline"},
}


def methods_of(route: str) -> list[str]:
    """The methods that a route answers, where its row tells them apart; else nothing."""
    row = ROUTES.get(route)
    return sorted(row) if isinstance(row, dict) else []


def right_for(route: str, method: str) -> str | None:
    """The right that `route` asks for with `method`; None where it has no row, and nobody may."""
    row = ROUTES.get(route)
    if isinstance(row, dict):
        return row.get("GET" if method in {"HEAD", "OPTIONS"} else method)
    return row


def may(actor: Actor | None, right: str) -> bool:
    """Whether the actor's role has the right at all; PUBLIC always, SIGNED_IN and AUTHENTICATED for any actor."""
    if right == PUBLIC:
        return True
    if actor is None:
        return False
    if right in {SIGNED_IN, AUTHENTICATED}:
        return True
    return actor.role in RIGHTS[right]
