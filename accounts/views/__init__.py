"""Pages of the accounts: signing in, one's own account, and the security office."""
