"""Pages of designations and couriers."""
