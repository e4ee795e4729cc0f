"""The city hotline's spreadsheet: read, matched to fields, checked row by row, written in batches."""
