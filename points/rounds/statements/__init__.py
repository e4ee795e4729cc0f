"""Statements of points 积分对账单: of a person or a household, for a period."""
