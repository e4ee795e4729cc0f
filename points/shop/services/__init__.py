"""All writes of the shop: its settings and goods, the stock, orders, hours without a connection, settlement."""
