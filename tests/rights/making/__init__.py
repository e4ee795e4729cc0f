"""How the walk makes an object of each subject of the people's room."""
