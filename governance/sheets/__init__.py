"""Spreadsheets in and out: a subject declares a `Sheet`, and gets template, preview, import, refused rows and export.

docs/spreadsheets.md shows how.
"""
