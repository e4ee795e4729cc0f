"""What a resident sees of their own appeal, without an account."""
