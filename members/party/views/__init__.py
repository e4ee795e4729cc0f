"""Pages of party organisations."""
