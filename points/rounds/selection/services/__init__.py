"""What is done in a round, and to whom."""
