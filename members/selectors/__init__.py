"""Reads of the people that are more than a filter."""
