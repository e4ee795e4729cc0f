"""Repeats 重复诉求: finding what may be the same matter, marking it, and counting it. See docs/repeats.md."""
