"""Writes of volunteer teams, activities, sign-ups and hours.

Lock order: persons by primary key, then activities by primary key, then their clocks, then sign-ups and hours.
"""
