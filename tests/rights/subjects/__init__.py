"""What the walk expects of each subject of the people's room, as data."""
