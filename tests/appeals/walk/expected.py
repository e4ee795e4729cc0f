"""What the walk expects, in the words of rights.md and workflow.md: never read from the application's own tables.

Standings are words for where a person's unit stands to an appeal:
`desk` whose desk it is on · `above` a unit above the desk on the line · `lead`, `helper` who handles ·
`registrar` the person who logged it · `district` · `overseer` a unit above the one that it lies with, on the line ·
`seer` whoever sees it · `decider` the unit that a request was put to · `district_centre` · `named`, `issuer` the two
units of a supervision order · `visitor` the desk or a unit above it that did not handle it.
"""

from __future__ import annotations

from dataclasses import dataclass

# workflow.md, "States of an appeal": what leaves a state, and where it leads. A state alone: the appeal stays there.
# docs/hotline-api.md, "What is returned": an event may be returned whatever has become of the appeal since.
LEADS: dict[str, dict[str, set[str]]] = {
    "registered": {
        "dispatch": {"dispatched"},
        "handle_on_the_spot": {"resolved"},
        "report_up": {"registered"},
        "adjudicate": {"registered", "dispatched"},
        "reject": {"rejected"},
        "merge": {"merged"},
        "edit": {"registered"},
        "supervise": {"registered"},
        "answer_supervision": {"registered"},
        "review_supervision": {"registered"},
        "resend_to_hotline": {"registered"},
        "set_aside_return": {"registered"},
        "note": {"registered"},
    },
    "dispatched": {
        "accept": {"in_progress", "dispatched"},
        "send_back": {"registered"},
        "recall": {"registered"},
        "pass_down": {"dispatched"},
        "add_assisting": {"dispatched"},
        "contact": {"dispatched"},
        "finish_assisting": {"dispatched"},
        "decide_extension": {"dispatched"},
        "merge": {"merged"},
        "edit": {"dispatched"},
        "supervise": {"dispatched"},
        "answer_supervision": {"dispatched"},
        "review_supervision": {"dispatched"},
        "resend_to_hotline": {"dispatched"},
        "set_aside_return": {"dispatched"},
        "note": {"dispatched"},
    },
    "in_progress": {
        "accept": {"in_progress"},
        "pass_down": {"dispatched"},
        "transfer": {"dispatched"},
        "add_assisting": {"in_progress"},
        "contact": {"in_progress"},
        "finish_assisting": {"in_progress"},
        "finish_stage": {"in_progress"},
        "ask_extension": {"in_progress"},
        "decide_extension": {"in_progress"},
        "ask_shelving": {"in_progress"},
        "decide_shelving": {"in_progress", "shelved"},
        "resolve": {"resolved", "closed"},
        "merge": {"merged"},
        "edit": {"in_progress"},
        "supervise": {"in_progress"},
        "answer_supervision": {"in_progress"},
        "review_supervision": {"in_progress"},
        "resend_to_hotline": {"in_progress"},
        "set_aside_return": {"in_progress"},
        "note": {"in_progress"},
    },
    "shelved": {
        "reactivate": {"in_progress"},
        "supervise": {"shelved"},
        "answer_supervision": {"shelved"},
        "review_supervision": {"shelved"},
        "resend_to_hotline": {"shelved"},
        "set_aside_return": {"shelved"},
        "note": {"shelved"},
    },
    "resolved": {
        "visit": {"resolved", "closed", "in_progress", "registered"},
        "not_solved": {"in_progress", "registered"},
        "supervise": {"resolved"},
        "answer_supervision": {"resolved"},
        "review_supervision": {"resolved"},
        "resend_to_hotline": {"resolved"},
        "rework_for_hotline": {"in_progress", "registered"},
        "set_aside_return": {"resolved"},
        "note": {"resolved"},
    },
    "closed": {
        "reopen": {"in_progress", "registered"},
        "not_solved": {"in_progress", "registered"},
        "answer_supervision": {"closed"},
        "review_supervision": {"closed"},
        "resend_to_hotline": {"closed"},
        "rework_for_hotline": {"in_progress", "registered"},
        "set_aside_return": {"closed"},
    },
    "merged": {"unmerge": {"registered"}, "resend_to_hotline": {"merged"}, "set_aside_return": {"merged"}},
    "rejected": {"resend_to_hotline": {"rejected"}, "set_aside_return": {"rejected"}},
}


@dataclass(frozen=True)
class Rule:
    """Which roles may take a step, and as what: any one of the standings."""

    roles: str
    standings: str

    def allows(self, role: str, standings: set[str]) -> bool:
        """Whether a person of this role who stands so may."""
        return role in self.roles.split() and not standings.isdisjoint(self.standings.split())


# rights.md, "appeals". Where the page names no role, those who do that work; each such line says so.
RULES: dict[str, Rule] = {
    # "dispatch: DC to any street or department; SL SS inside the street; CS CW inside the community; never upward"
    "dispatch": Rule("DC SL SS CS CW", "desk above"),
    "dispatch_many": Rule("DC SL SS CS CW", "desk above"),
    "pass_down": Rule("DC SL SS CS CW", "lead"),
    "add_assisting": Rule("DC SL SS CS CW", "desk above"),
    # The desk itself reports up; nobody stands above the district.
    "report_up": Rule("SL SS CS CW", "desk"),
    # "handle on the spot: GW PG CW at registration"
    "handle_on_the_spot": Rule("GW PG CW", "desk own_report"),
    # "accept, first contact, resolve, ask extension, send back: staff of the unit it lies with (GW* …)": not PG
    "accept": Rule("DC SL SS CS CW GW DS", "lead helper"),
    "contact": Rule("DC SL SS CS CW GW DS", "lead"),
    "resolve": Rule("DC SL SS CS CW GW DS", "lead"),
    "ask_extension": Rule("DC SL SS CS CW GW DS", "lead helper"),
    "send_back": Rule("DC SL SS CS CW GW DS", "lead"),
    "finish_assisting": Rule("DC SL SS CS CW GW DS", "lead helper"),
    "finish_stage": Rule("DC SL SS CS CW GW DS", "lead"),
    # "adjudicate a send-back, recall, transfer, merge, unmerge: the unit that dispatched, or one above it"
    "adjudicate": Rule("DC SL SS CS CW", "desk above"),
    "recall": Rule("DC SL SS CS CW", "desk above"),
    "transfer": Rule("DC SL SS CS CW", "desk above"),
    "merge": Rule("DC SL SS CS CW", "desk above"),
    "unmerge": Rule("DC SL SS CS CW", "desk above"),
    # "decide an extension: up to 5 working days: the leader of the dispatching unit (SL, CS); above: DC"
    "decide_extension": Rule("SL CS DC", "decider district_centre"),
    # "shelve: asked by the handling unit, decided by DC; SL up to 30 days"
    "ask_shelving": Rule("DC SL SS CS CW GW DS", "lead"),
    "decide_shelving": Rule("SL DC", "decider district_centre"),
    # docs/limits-of-an-appeal.md: "The lead, the unit that dispatched and those above it may take it up earlier."
    "reactivate": Rule("DC SL SS CS CW GW DS", "lead desk above"),
    # "reject: DC; SL with a reason from the list"
    "reject": Rule("DC SL", "desk above"),
    # "visit: SS CS CW DC, never a person or the unit that handled it"
    "visit": Rule("SS CS CW DC", "visitor"),
    # "reopen a closed one: DC"
    "reopen": Rule("DC", "district"),
    # docs/hotline-api.md, "What is returned": the desk, by those who dispatch there or above it.
    "resend_to_hotline": Rule("DC SL SS CS CW", "desk above"),
    "rework_for_hotline": Rule("DC SL SS CS CW", "desk above"),
    "set_aside_return": Rule("DC SL SS CS CW", "desk above"),
    # "order supervision: DL DC in the district, SL in the street"
    "supervise": Rule("DL DC SL", "overseer"),
    # "answer supervision: the unit named"
    "answer_supervision": Rule("DC SL SS CS CW GW DS", "named"),
    # docs/supervision.md: "the issuer's unit"
    "review_supervision": Rule("DL DC SL SS", "issuer"),
    # "see the complainant's full phone: staff of the unit it lies with and the visitor … DL SL AU see it masked"
    "reveal": Rule("DC SS CS CW GW DS", "lead helper"),
    # Facts are corrected where they are judged.
    "edit": Rule("DC SS CS CW", "desk above"),
    "note": Rule("DL DC SL SS CS CW GW DS", "seer"),
}
# "register: DC SS CS CW GW PG DS; EL for events in its red grid"
REGISTERS = "DC SS CS CW GW PG DS EL"
# "see in scope: DL DC SL SS CS CW; GW PG their grid and what they logged; DS what is or was with them; EL shared"
SEES_ITS_TERRITORY = "DL DC SL SS CS CW GW PG"

# Services that are about no appeal's state: who may call them.
ELSEWHERE: dict[str, str] = {
    "appeals.services.categories.add_category": "DC",
    "appeals.services.categories.change_category": "DC",
    "appeals.services.categories.set_category_active": "DC",
    # "policies, categories, calendar, templates: DC"
    "appeals.services.policy_rules.add_rule": "DC",
    "appeals.services.policy_rules.change_rule": "DC",
    "appeals.services.policy_rules.remove_rule": "DC",
    # The design is silent: who judges a merger, and who takes the appeal in, in whose scope both lie.
    "appeals.services.repeats.mark_repeat": "DC SL SS CS CW",
    "appeals.services.repeats.unmark_repeat": "DC SL SS CS CW",
    "appeals.services.repeats.refuse_repeat": "DC SL SS CS CW",
    # "export: DC SS CS DS in scope, with a purpose; over 1,000 rows with the leader's approval"
    "appeals.export.ask": "DC SS CS DS",
    "appeals.export.decide": "DC SL CS",
    "appeals.export.begin": "DC SS CS DS",
    # The hotline's files are the district centre's.
    "appeals.imports.services.receive": "DC",
    "appeals.imports.services.match_columns": "DC",
    "appeals.imports.services.start_import": "DC",
    "appeals.imports.services.discard": "DC",
    "appeals.imports.services.delete_template": "DC",
}
