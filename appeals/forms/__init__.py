"""The forms of the appeals' pages."""
