"""Service sites 阵地: hours, writes, reads, spreadsheets."""
