"""重点关爱 in the browser."""
