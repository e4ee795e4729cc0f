"""Where the subject of a message is shown."""

from __future__ import annotations

from django import template

from governance.outbox import registry
from governance.outbox.models import Reminder

register = template.Library()


@register.filter
def subject_url(reminder: Reminder) -> str:
    """The address of what the reminder is about; "" where it has no page."""
    return registry.url_of(reminder.subject_type, reminder.subject_id)
