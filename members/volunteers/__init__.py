"""Volunteer teams, their activities, and the hours that somebody else confirmed."""
