"""What the walk expects beyond the table of routes: each line is a decision, with its reason."""

from __future__ import annotations

# Routes that answer 403 by themselves to a role that has their right, as they were asked for nothing sensible.
REFUSES_NOTHING: dict[tuple[str, str], str] = {
    ("accounts:act_as", "POST"): "a posting that one does not hold cannot be acted as",
}

# Routes that answer GET with a file or a page of another system, and are walked for refusals only.
HEAVY: frozenset[str] = frozenset({"api:schema"})
