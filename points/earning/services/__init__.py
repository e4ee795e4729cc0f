"""Writes: proposals and what becomes of them, budgets, rules, the review of what looks odd."""
