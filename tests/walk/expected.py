"""Who may, in the words of rights.md and domain.md: never read from the application's own tables.

A name with @ is one person, for what is somebody's own.
"""

from __future__ import annotations

# Who organises in the first grid: its own people, and those above them on the line.
_DOWN_TO_THE_GRID = "SS@street_1 CS@community_1 CW@community_1 GW@grid_1 PG@grid_1"

MAY: dict[str, str] = {
    # "units, boundaries, sites, quotas: DC; SS proposes" (of units nothing is proposed in the platform yet)
    "grids.services.deciding.open_unit": "DC",
    "grids.services.deciding.rename_unit": "DC",
    "grids.services.deciding.move_unit": "DC",
    "grids.services.deciding.merge_units": "DC",
    "grids.services.deciding.close_unit": "DC",
    "grids.services.deciding.cancel_change": "DC",
    "grids.services.describing.describe_unit": "DC",
    "grids.services.divisions.check_divisions": "DC",
    "grids.services.divisions.apply_draft": "DC",
    "grids.services.boundaries.check_boundaries": "DC",
    "grids.services.boundaries.apply_boundaries": "DC",
    "grids.services.sites.add_site": "DC",
    "grids.services.sites.change_site": "DC",
    "grids.services.sites.close_site": "DC",
    "grids.services.sites.set_hours": "DC",
    "grids.services.sites.add_exception": "DC",
    "grids.services.sites.remove_exception": "DC",
    "grids.services.site_photos.add_photos": "DC",
    "grids.services.site_photos.remove_photo": "DC",
    "grids.services.site_kinds.add_kind": "DC",
    "grids.services.site_kinds.change_kind": "DC",
    "grids.services.site_kinds.remove_kind": "DC",
    "grids.services.site_kinds.add_cluster": "DC",
    "grids.services.site_kinds.change_cluster": "DC",
    "grids.services.site_kinds.remove_cluster": "DC",
    # A squad's staff are its street's; another street's are strangers.
    "grids.services.site_proposals.propose_site": "SS@street_1 SS@squad_1 SS@squad_2",
    "grids.services.site_proposals.propose_closing": "SS@street_1 SS@squad_1 SS@squad_2",
    "grids.services.site_proposals.decide_proposal": "DC",
    "grids.services.site_import.check_sites": "DC",
    "grids.services.site_import.apply_sites": "DC",
    # "accounts, postings, sign-out, lock-out: SE, never for oneself"
    "accounts.services.users.add_user": "SE",
    "accounts.services.users.change_user": "SE",
    "accounts.services.users.disable": "SE",
    "accounts.services.users.enable": "SE",
    "accounts.services.users.unlock": "SE",
    "accounts.services.postings.grant": "SE",
    "accounts.services.postings.end_posting": "SE",
    "accounts.services.postings.move": "SE",
    "accounts.services.passwords.reset_password": "SE",
    "accounts.services.tokens.issue_token": "SE",
    "accounts.services.tokens.revoke_token": "SE",
    "accounts.services.staff_import.upload": "SE",
    "accounts.services.staff_import.start": "SE",
    "accounts.services.staff_import.take_passwords": "SE",
    # Besides, everybody may sign their own browsers out.
    "accounts.services.sessions.end_session": "SE CW@community_1",
    "accounts.services.sessions.end_all_sessions": "SE CW@community_1",
    # "persons, households: change: CS CW", in their own community
    "members.services.persons.add_person": "CS@community_1 CW@community_1",
    "members.services.persons.change_person": "CS@community_1 CW@community_1",
    "members.services.persons.merge_persons": "CS@community_1 CW@community_1",
    "members.services.households.add_household": "CS@community_1 CW@community_1",
    "members.services.households.join": "CS@community_1 CW@community_1",
    "members.services.households.take_in": "CS@community_1 CW@community_1",
    "members.services.households.leave": "CS@community_1 CW@community_1",
    "members.services.households.die": "CS@community_1 CW@community_1",
    "members.services.households.change_head": "CS@community_1 CW@community_1",
    "members.services.households.dissolve": "CS@community_1 CW@community_1",
    "members.services.households.enter_household": "CS@community_1 CW@community_1",
    "members.services.households.set_relations": "CS@community_1 CW@community_1",
    "members.services.homes.add_homes": "CS@community_1 CW@community_1",
    "members.services.homes.remove_home": "CS@community_1 CW@community_1",
    "members.services.duplicates.tell_apart": "CS@community_1 CW@community_1",
    "members.services.duplicates.take_back_apart": "CS@community_1 CW@community_1",
    # "GW proposes", and PG likewise, in their own grid; what one proposed oneself is one's own.
    "members.services.proposals.propose_household": "GW@grid_1 PG@grid_1",
    "members.services.proposals.propose_person": "GW@grid_1 PG@grid_1",
    "members.services.proposals.propose_change": "GW@grid_1 PG@grid_1",
    "members.services.proposals.propose_gone": "GW@grid_1 PG@grid_1",
    "members.services.proposals.withdraw_proposal": "GW@grid_1 PG@grid_1",
    "members.services.proposals.decide_proposal": "CS@community_1 CW@community_1",
    "members.services.homes.add_building": "CS@community_1 CW@community_1",
    "members.services.homes.change_building": "CS@community_1 CW@community_1",
    "members.services.homes.remove_building": "CS@community_1 CW@community_1",
    # 五雁, 十员: communities name in themselves, streets in the street; couriers likewise
    **dict.fromkeys(
        (
            "members.designations.services.name_person",
            "members.designations.services.change_designation",
            "members.designations.services.end_designation",
            "members.designations.services.keep_designation",
            "members.designations.couriers.add_courier",
            "members.designations.couriers.change_courier",
            "members.designations.couriers.link_account",
            "members.designations.couriers.end_courier",
        ),
        "SS@street_1 CS@community_1 CW@community_1",
    ),
    # 党员中心户: the community arranges, its grid workers record rounds, too
    **dict.fromkeys(
        (
            "members.party_households.services.naming.open_party_household",
            "members.party_households.services.naming.change_party_household",
            "members.party_households.services.naming.confirm_party_household",
            "members.party_households.services.naming.end_party_household",
            "members.party_households.services.ties.look_after",
            "members.party_households.services.ties.let_go",
            "members.party_households.services.ties.pass_on",
        ),
        "CS@community_1 CW@community_1",
    ),
    **dict.fromkeys(
        (
            "members.party_households.services.rounds.record_visit",
            "members.party_households.services.rounds.record_report",
        ),
        "CS@community_1 CW@community_1 GW@grid_1 PG@grid_1",
    ),
    # "see: CS CW GW(own grid) SS SL(masked)": the full number, each time with a reason
    "members.services.persons.reveal": "SS@street_1 CS@community_1 CW@community_1 GW@grid_1",
    # "persons: change: CS CW", as a spreadsheet; what one uploaded is one's own
    "governance.sheets.imports.receive": "CS CW",
    "governance.sheets.imports.start": "CS CW",
    "governance.sheets.imports.stop": "CS CW",
    "governance.sheets.imports.discard": "CS CW",
    # "export: in scope, with a purpose; over 1,000 rows with the leader's approval": CS and SS, CW always on approval
    "governance.sheets.exports.ask": "SS@street_1 CS@community_1 CW@community_1",
    "governance.sheets.exports.decide": "CS@community_1 SL@street_1",
    "governance.sheets.exports.begin": "SS CS CW",
    # "persons: change: CS CW"; visits are written down by those who see the person and go there, SS included
    "members.care.services.listing.add_record": "CS@community_1 CW@community_1",
    "members.care.services.listing.change_record": "CS@community_1 CW@community_1",
    "members.care.services.listing.end_record": "CS@community_1 CW@community_1",
    "members.care.services.listing.assign": "CS@community_1 CW@community_1",
    "members.care.services.pausing.pause_visits": "CS@community_1 CW@community_1",
    "members.care.services.pausing.resume_visits": "CS@community_1 CW@community_1",
    "members.care.services.visiting.record_visit": "SS@street_1 CS@community_1 CW@community_1 GW@grid_1 PG@grid_1",
    # The lists and their rhythms are policies: DC
    "members.care.services.keeping.add_kind": "DC",
    "members.care.services.keeping.change_kind": "DC",
    "members.care.services.adopting.adopt": "DC",
    # "party organisations, memberships: CS for the community, SS for the street, DC for the district": here all lie in
    # the first community, and who receives is the second.
    "members.party.services.organisations.found": "CS@community_1",
    "members.party.services.organisations.change": "CS@community_1",
    "members.party.services.organisations.move": "CS@community_1",
    "members.party.services.organisations.dissolve": "CS@community_1",
    "members.party.services.organisations.merge": "CS@community_1",
    "members.party.services.memberships.admit": "CS@community_1",
    "members.party.services.memberships.change_member": "CS@community_1",
    "members.party.services.memberships.make_full": "CS@community_1",
    "members.party.services.memberships.prolong": "CS@community_1",
    "members.party.services.memberships.end_member": "CS@community_1",
    "members.party.services.transfers.hand_over": "CS@community_1",
    "members.party.services.transfers.withdraw": "CS@community_1",
    "members.party.services.transfers.transfer_out": "CS@community_1",
    "members.party.services.transfers.take_from_outside": "CS@community_1",
    "members.party.services.terms.record_election": "CS@community_1",
    "members.party.services.terms.appoint": "CS@community_1",
    "members.party.services.terms.end_post": "CS@community_1",
    "members.party.services.terms.ask_extension": "CS@community_1",
    "members.party.services.doubles.report": "CS@community_1",
    "members.party.services.doubles.end_report": "CS@community_1",
    "members.party.services.doubles.add_service": "CS@community_1",
    "members.party.services.transfers.receive": "CS@community_2",
    "members.party.services.transfers.refuse": "CS@community_2",
    # 延期换届: decided one level above.
    "members.party.services.terms.decide_extension": "SS@street_1",
    # "Teams and activities: CS CW in the community, SS in the street": what lies below the street is the street's, too
    "members.volunteers.services.teams.add_team": "SS@street_1 CS@community_1 CW@community_1",
    "members.volunteers.services.teams.change_team": "SS@street_1 CS@community_1 CW@community_1",
    "members.volunteers.services.teams.dissolve_team": "SS@street_1 CS@community_1 CW@community_1",
    "members.volunteers.services.teams.add_members": "SS@street_1 CS@community_1 CW@community_1",
    "members.volunteers.services.teams.leave_team": "SS@street_1 CS@community_1 CW@community_1",
    "members.volunteers.services.activities.publish_activity": "SS@street_1 CS@community_1 CW@community_1",
    # "GW proposes and organises check-in in the own grid"; PG the same
    "members.volunteers.services.activities.draft_activity": _DOWN_TO_THE_GRID,
    "members.volunteers.services.activities.change_activity": _DOWN_TO_THE_GRID,
    "members.volunteers.services.activities.open_check_in": _DOWN_TO_THE_GRID,
    "members.volunteers.services.activities.end_activity": _DOWN_TO_THE_GRID,
    "members.volunteers.services.activities.cancel_activity": _DOWN_TO_THE_GRID,
    "members.volunteers.services.sign_ups.sign_up": _DOWN_TO_THE_GRID,
    "members.volunteers.services.sign_ups.cancel_sign_up": _DOWN_TO_THE_GRID,
    "members.volunteers.services.attendance.attend": _DOWN_TO_THE_GRID,
    "members.volunteers.services.hours.propose_hours": _DOWN_TO_THE_GRID,
    # "Hours are confirmed by somebody else than the volunteer: CS CW, and SS"
    "members.volunteers.services.hours.confirm_hours": "SS@street_1 CS@community_1 CW@community_1",
    "members.volunteers.services.hours.refuse_hours": "SS@street_1 CS@community_1 CW@community_1",
    "members.volunteers.services.hours.correct_hours": "SS@street_1 CS@community_1 CW@community_1",
    # "shop: stock, hand over · settle | SC · CS"; CS and CW may stand in at the counter
    "points.shop.services.goods.open_shop": "SS@street_1 CS@community_1",
    "points.shop.services.goods.change_shop": "SS@street_1 CS@community_1",
    "points.shop.services.goods.add_goods": "SC@community_1",
    "points.shop.services.goods.change_goods": "SC@community_1",
    "points.shop.services.goods.set_photo": "SC@community_1",
    "points.shop.services.stock.purchase": "SC@community_1",
    "points.shop.services.stock.write_off": "SC@community_1",
    "points.shop.services.stock.count_stock": "SC@community_1",
    "points.shop.services.orders.place_order": "SC@community_1 CS@community_1 CW@community_1",
    "points.shop.services.orders.hand_over": "SC@community_1 CS@community_1 CW@community_1",
    "points.shop.services.orders.cancel_order": "SC@community_1 CS@community_1 CW@community_1",
    "points.shop.services.offline.begin_offline": "SC@community_1 CS@community_1 CW@community_1",
    "points.shop.services.offline.upload": "SC@community_1 CS@community_1 CW@community_1",
    "points.shop.services.offline.end_offline": "SC@community_1 CS@community_1 CW@community_1",
    "points.shop.services.settlement.settle": "CS@community_1",
    # "points: propose an award · approve · budget | CS CW GW · CS (not one's own) · SS"; above a threshold the street
    # is the second person. The district sets rules and how much a street may give.
    "points.earning.services.proposals.propose": "CS@community_1 CW@community_1 GW@grid_1",
    "points.earning.services.proposals.approve": "CS@community_1",
    "points.earning.services.proposals.second": "SS@street_1",
    "points.earning.services.proposals.reject": "CS@community_1",
    # who proposed it takes it back: the first community's worker does in the sample
    "points.earning.services.proposals.withdraw": "CW@community_1",
    "points.earning.services.proposals.reverse": "SS@street_1 CS@community_1",
    "points.earning.services.budgets.set_limit": "DC",
    "points.earning.services.budgets.fund": "SS@street_1",
    "points.earning.services.budgets.move": "SS@street_1",
    "points.earning.services.budgets.give_back": "SS@street_1",
    "points.earning.services.budgets.hand_on": "SS@street_1",
    "points.earning.services.rule_keeping.add_rule": "DC",
    "points.earning.services.rule_keeping.change_rule": "DC",
    "points.earning.services.rule_keeping.end_rule": "DC",
    "points.earning.services.rule_keeping.change_odd_rule": "DC",
    "points.earning.services.reviewing.review": "SS@street_1 CS@community_1",
    # "careers: propose · review · decide | CS · SS SL · DC". Who begins, moves, pays and ends a career decides.
    "members.careers.services.careers.enter": "DC",
    "members.careers.services.careers.move_unit": "DC",
    "members.careers.services.careers.end_service": "DC",
    "members.careers.services.scales.publish_scale": "DC",
    "members.careers.services.regrading.regrade": "DC",
    # Papers are seen by the street.
    "members.careers.services.careers.change_facts": "SS@street_1 SL@street_1",
    # Of a grid worker the community proposes; the street of its secretary (tests/members/careers).
    "members.careers.services.procedures.propose": "CS@community_1",
    "members.careers.services.procedures.review": "SS@street_1 SL@street_1",
    "members.careers.services.procedures.publish": "SS@street_1 SL@street_1",
    "members.careers.services.procedures.object_to": "SS@street_1 SL@street_1",
    "members.careers.services.procedures.settle": "SS@street_1 SL@street_1",
    "members.careers.services.procedures.deliver": "SS@street_1 SL@street_1",
    "members.careers.services.procedures.hear": "SS@street_1 SL@street_1",
    "members.careers.services.procedures.waive": "DC",
    "members.careers.services.procedures.decide": "DC",
    "members.careers.services.procedures.withdraw": "CS@community_1 DC",
    "members.careers.services.appraisals.open_round": "SS@street_1 SL@street_1",
    "members.careers.services.appraisals.set_results": "CS@community_1 SS@street_1 SL@street_1",
    "members.careers.services.appraisals.submit_round": "SS@street_1 SL@street_1",
    "members.careers.services.appraisals.decide_round": "DC",
    # 创先争优: DC, SS and CS host, each of their own unit; here the first street does. Its staff review.
    "points.rounds.selection.services.rounds.draft_round": "DC SS@street_1 SS@street_2 SS@street_3 CS",
    # Whoever works in the street, or lives there, has one vote.
    "points.rounds.selection.services.ballots.vote": (
        "SL@street_1 SS@street_1 SS@squad_1 SS@squad_2 CS@community_1 CS@community_2 CW@community_1 CW@community_2 "
        "SC@community_1 SC@community_2 GW@grid_1 GW@grid_2 GW@grid_3 GW@grid_4 PG@grid_1 PG@grid_2 PG@grid_3 PG@grid_4"
    ),
    "points.rounds.selection.services.rounds.change_round": "SS@street_1",
    "points.rounds.selection.services.rounds.take_step": "SS@street_1",
    "points.rounds.selection.services.nominations.nominate": ("SS@street_1 CS@community_1 CW@community_1 GW@grid_1"),
    "points.rounds.selection.services.nominations.review_nomination": "SS@street_1",
    "points.rounds.selection.services.objections.object_to": "SS@street_1 CS@community_1 CW@community_1",
    "points.rounds.selection.services.objections.settle_objection": "SS@street_1",
    # The community's public notice of points: the community's, over its secretary's name
    **dict.fromkeys(
        (
            "points.rounds.notices.services.draft_notice",
            "points.rounds.notices.services.refresh_notice",
            "points.rounds.notices.services.discard_notice",
            "points.rounds.notices.services.receive_objection",
            "points.rounds.notices.services.answer_objection",
            "points.rounds.notices.services.leave_unnamed",
            "points.rounds.notices.services.name_again",
        ),
        "CS@community_1 CW@community_1",
    ),
    "points.rounds.notices.services.publish_notice": "CS@community_1",
    # "points … see in scope": whoever sees the person, and the household
    "points.rounds.statements.services.look_at_person": f"SL@street_1 {_DOWN_TO_THE_GRID}",
    "points.rounds.statements.services.look_at_household": f"SL@street_1 {_DOWN_TO_THE_GRID}",
    # "units, boundaries, sites, quotas: DC; SS proposes"; a squad has no part in the street's staffing.
    "grids.services.quotas.change_approved": "DC",
    "grids.services.quotas.change_filled": "DC",
    "grids.services.quotas.propose_quota": "SS@street_1",
    "grids.services.quotas.decide_quota_proposal": "DC",
    # "policies, categories, calendar, templates: DC"
    "governance.deadlines.policies.add_version": "DC",
    "governance.deadlines.policies.add_policy": "DC",
    "governance.deadlines.policies.withdraw": "DC",
    "governance.deadlines.policies.apply_version": "DC",
    "appeals.services.adopt.adopt": "DC",
    # "a halt of awards is lifted by SS; the district's by DC"
    "points.ledger.halts.lift_halt": "SS@street_1",
    "governance.calendars.services.edit": "DC",
    "governance.calendars.services.import_announced": "DC",
    # "settings, adapters, health: SY": the machine's time is right
    "governance.deadlines.guard.confirm": "SY",
    # The design is silent: the centre, whose messages they are, and who keeps the adapters (docs/notifications.md).
    "governance.outbox.retrying.retry": "DC SY",
    "governance.outbox.quiet.set_hours": "DC",
    # "audit record: read, export, verify: AU"
    "governance.audit.work.start_export": "AU",
    "governance.audit.work.start_verify": "AU",
}

# The same right at other levels: who has it there meets what lies elsewhere as a stranger does.
ALSO: dict[str, str] = {
    **{name: "CS SS DC" for name in MAY if name.startswith("members.party.services.")},
    # Other sheets are theirs: SS and DC import the party's, SS volunteers, DC careers; DL agrees to what leaves the
    # district's own office. Of another's upload they learn nothing.
    **{f"governance.sheets.imports.{name}": "DC SS" for name in ("start", "stop", "discard")},
    "governance.sheets.exports.decide": "DL",
    # Rounds: other units host theirs, and a draft is nobody else's; an enterprise nominates in the district's.
    "points.rounds.selection.services.rounds.change_round": "DC CS",
    "points.rounds.selection.services.rounds.take_step": "DC CS",
    "points.rounds.selection.services.nominations.nominate": "EL",
    "points.rounds.selection.services.ballots.vote": "DL DC DS EL AU SE SY",
    "governance.sheets.exports.begin": "DC",
    "points.ledger.halts.lift_halt": "DC",
    # What one proposed oneself; of what others did they learn nothing outside their place.
    "points.earning.services.proposals.withdraw": "CS GW",
}

# What has no place in a district: whoever has the right elsewhere has it here as well.
WHEREVER: dict[str, str] = {
    "grids.services.divisions.check_divisions": "a file is compared with one's own district",
    "grids.services.boundaries.check_boundaries": "a file is compared with one's own district",
    "grids.services.site_import.check_sites": "a file is compared with one's own district",
    **dict.fromkeys(
        (
            "grids.services.site_kinds.add_kind",
            "grids.services.site_kinds.change_kind",
            "grids.services.site_kinds.remove_kind",
        ),
        "one set of kinds for the platform, which has one district",
    ),
    "grids.services.site_kinds.add_cluster": "a new one lies in one's own district",
    "points.earning.services.rule_keeping.add_rule": "a new one is of one's own district",
    "points.rounds.selection.services.rounds.draft_round": "a new one is one's own unit's",
    "accounts.services.staff_import.upload": "a list is one's own until it is taken over",
    "governance.sheets.imports.receive": "a list is one's own until it is taken over",
    **dict.fromkeys(
        (
            "governance.deadlines.policies.add_version",
            "governance.deadlines.policies.add_policy",
            "governance.deadlines.policies.withdraw",
            "governance.deadlines.policies.apply_version",
            "appeals.services.adopt.adopt",
            "members.care.services.adopting.adopt",
            "members.care.services.keeping.add_kind",
            "members.care.services.keeping.change_kind",
        ),
        "one set of policies for the platform, which has one district",
    ),
    "governance.calendars.services.edit": "one calendar for the platform, which has one district",
    "governance.calendars.services.import_announced": "one calendar for the platform, which has one district",
    "members.careers.services.scales.publish_scale": "one pay scale for the platform, which has one district",
    "governance.deadlines.guard.confirm": "one machine, one clock",
    "governance.outbox.retrying.retry": "one queue for each channel",
    "governance.outbox.quiet.set_hours": "one set of hours for each channel",
    "governance.audit.work.start_export": "one record",
    "governance.audit.work.start_verify": "one record",
}

# Everybody for their own, and nobody for another's.
OWN: frozenset[str] = frozenset({
    "accounts.services.passwords.change_password",
    "governance.files.services.store",
    "governance.files.services.attach",
    "governance.files.services.discard",
    "governance.jobs.services.cancel",
    "governance.outbox.services.mark_read",
    "governance.outbox.services.mark_all_read",
    "governance.ui.services.save_view",
    "governance.ui.services.delete_view",
    "governance.ui.services.choose_columns",
    # A volunteer with an account, whatever their work.
    "members.volunteers.services.sign_ups.join",
    "members.volunteers.services.sign_ups.withdraw",
    "members.volunteers.services.attendance.check_in_by_code",
    "points.rounds.selection.services.nominations.nominate_oneself",
    "points.rounds.selection.services.nominations.withdraw_nomination",
    "points.rounds.selection.services.ballots.score",
})  # fmt: skip
