"""Small servers that stand in for other systems."""
