"""What this subject is called towards the registries below it."""

SUBJECT = "members.carerecord"
# The clock of a turn, and the one that lets visits begin again after a pause.
VISIT, PAUSE = "care_visit", "care_pause"
RESUME = "care_resume"
SEE, EDIT, MAKE_VISIT, FIGURES, KINDS = "care.see", "care.edit", "care.visit", "care.figures", "care.kinds"
