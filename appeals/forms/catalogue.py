"""The form of every step."""

from __future__ import annotations

from appeals.forms import limits, steps
from appeals.forms.steps import StepForm

FORMS: dict[str, type[StepForm]] = steps.FORMS | limits.FORMS
