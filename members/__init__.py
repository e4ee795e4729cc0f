"""The people: persons, households, and where they live."""
