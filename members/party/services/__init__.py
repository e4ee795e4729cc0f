"""All writes to party organisations, memberships, posts and terms."""
