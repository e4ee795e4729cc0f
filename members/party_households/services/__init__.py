"""Writes about party-member households."""
