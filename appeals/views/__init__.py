"""The pages of the appeals."""
