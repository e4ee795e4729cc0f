"""Pages of the shop: the member's phone, the counter, the stock, settlement."""
