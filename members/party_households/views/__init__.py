"""Pages of party households."""
