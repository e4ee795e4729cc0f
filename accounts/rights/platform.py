"""What every office has, whatever it works on: signing in, staff, messages, files, jobs, the record, time."""

from __future__ import annotations

from accounts.rights.roles import AU, AUTHENTICATED, PUBLIC, SE, SIGNED_IN, SY, Rights, Routes

RIGHTS: Rights = {
    # accounts
    "account.edit": frozenset({SE}),
    # settings, health
    "setting.edit": frozenset({SY}),
    # audit record
    "audit.read": frozenset({AU}),
}

ROUTES: Routes = {
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
}
