"""Earning points in the browser."""
