"""What the city hotline calls by itself: returns of what it was told before. The contract is docs/hotline-api.md."""
