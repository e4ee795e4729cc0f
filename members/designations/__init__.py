"""五雁争辉 and 十员: who was named what, where, from when to when."""
