"""Special care lists 重点关爱: who is on one, and the visits that are due."""
