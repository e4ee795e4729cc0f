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
    "members.services.homes.add_building": "CS@community_1 CW@community_1",
    "members.services.homes.change_building": "CS@community_1 CW@community_1",
    "members.services.homes.remove_building": "CS@community_1 CW@community_1",
    # "see: CS CW GW(own grid) SS SL(masked)": the full number, each time with a reason
    "members.services.persons.reveal": "SS@street_1 CS@community_1 CW@community_1 GW@grid_1",
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
    # "policies, categories, calendar, templates: DC"
    "governance.deadlines.policies.add_version": "DC",
    "governance.deadlines.policies.add_policy": "DC",
    "governance.deadlines.policies.withdraw": "DC",
    "governance.deadlines.policies.apply_version": "DC",
    "appeals.services.adopt.adopt": "DC",
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

# What has no place in a district: whoever has the right elsewhere has it here as well.
WHEREVER: dict[str, str] = {
    "grids.services.divisions.check_divisions": "a file is compared with one's own district",
    "grids.services.boundaries.check_boundaries": "a file is compared with one's own district",
    "grids.services.site_import.check_sites": "a file is compared with one's own district",
    "accounts.services.staff_import.upload": "a list is one's own until it is taken over",
    **dict.fromkeys(
        (
            "governance.deadlines.policies.add_version",
            "governance.deadlines.policies.add_policy",
            "governance.deadlines.policies.withdraw",
            "governance.deadlines.policies.apply_version",
            "appeals.services.adopt.adopt",
        ),
        "one set of policies for the platform, which has one district",
    ),
    "governance.calendars.services.edit": "one calendar for the platform, which has one district",
    "governance.calendars.services.import_announced": "one calendar for the platform, which has one district",
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
})  # fmt: skip

# Functions that look like a service and are none, by why.
_NO_SERVICES: dict[str, tuple[str, ...]] = {
    "reads, and writes nothing": (
        "accounts.services.postings.check_place",
        "accounts.services.staff_import.preview",
        "appeals.selectors.available_steps",
        "members.volunteers.accounts.is_oneself",
        "members.volunteers.accounts.person_of",
        "members.volunteers.accounts.person_or_none",
        "members.volunteers.forms.units_of",
        "appeals.services.visit.works_for_a_handler",
        "appeals.views.dossier.of",
        "governance.calendars.services.preview",
        "governance.deadlines.timing.event",
        "grids.services.drafting.drafted",
        "grids.services.previewing.preview_change",
        "grids.services.rules.require_editor",
        "members.services.persons.require_reveal",
        "grids.services.sites.require_editor",
    ),
    "part of a service, in its transaction and after its checks": (
        "accounts.services.passwords.set_password",
        "accounts.services.passwords.set_temporary",
        "accounts.services.postings.grant_to",
        "accounts.services.users.apply_change",
        "accounts.services.users.create_user",
        "governance.deadlines.services.extend",
        "governance.deadlines.services.finish",
        "governance.deadlines.services.pause",
        "governance.deadlines.services.reterm",
        "governance.deadlines.services.resume",
        "governance.deadlines.services.start",
        "governance.deadlines.services.start_many",
        "governance.jobs.services.create",
        "governance.outbox.services.enqueue",
        "governance.outbox.services.notify",
        "grids.services.applying.apply",
        "grids.services.deciding.decide",
        "grids.services.divisions.apply_rows",
        "grids.services.drafting.keep_file",
        "grids.services.drafting.record",
        "grids.services.redrawing.draw",
        "grids.services.sites.write_change",
        "grids.services.sites.write_hours",
        "grids.services.sites.write_closing",
        "grids.services.sites.write_new",
        "grids.services.redrawing.end",
        "grids.services.redrawing.made",
        "grids.services.redrawing.merge",
        "grids.services.redrawing.redraw_above",
        "members.services.homes.home_of",
        "members.volunteers.services.teams.shrink",
    ),
    "follows a unit's closing, in its transaction: walked as close_unit-with_work": (
        "accounts.services.postings.unit_closed",
        "appeals.units.hand_over",
        "grids.services.site_moves.hand_over_sites",
        "grids.registry.unit_closed",
    ),
    "follows a person's move, leaving or merging, in its transaction: walked as those": (
        "members.registry.person_gone",
        "members.registry.person_merged",
        "members.registry.person_moved",
        "members.volunteers.following.on_gone",
        "members.volunteers.following.on_merged",
    ),
    "follows the confirming of hours, in its transaction: walked as that": (
        "members.volunteers.registry.hours_confirmed",
    ),
    "follows a change of the calendar, after it: walked as the calendar's edit": (
        "governance.calendars.followers.follow",
        "governance.deadlines.following.follow",
        "governance.deadlines.following.recalculate_for_calendar",
    ),
    "the platform's own work, which nobody calls": (
        "accounts.services.staff_import.run_job",
        "appeals.repeats.scanning.scan",
        "governance.calendars.services.follow_all",
        "governance.files.services.purge_drafts",
        "governance.jobs.services.purge_files",
        "governance.jobs.services.recover",
        "governance.jobs.services.run",
        "grids.services.applying.apply_due_changes",
    ),
    "of a command on the machine itself, without a person's role": (
        "accounts.services.setup.set_up_district",
        "grids.demo.build_territory",
        "grids.sites.demo.build_sites",
    ),
    "a look, told by the page that shows it": ("governance.jobs.services.record_download",),
    "reads a request: walked in test_signing.py": (
        "accounts.sessions.act_as",
        "accounts.sessions.begin",
        "accounts.sessions.end_current",
    ),
}
NO_SERVICES: dict[str, str] = {name: why for why, names in _NO_SERVICES.items() for name in names}
