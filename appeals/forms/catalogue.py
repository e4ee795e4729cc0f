"""The form of every step."""

from __future__ import annotations

from appeals.forms import hotline, limits, steps, supervision
from appeals.forms.steps import StepForm

FORMS: dict[str, type[StepForm]] = steps.FORMS | limits.FORMS | supervision.FORMS | hotline.FORMS
