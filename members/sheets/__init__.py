"""The people as spreadsheets: one row a person with the household. docs/spreadsheets.md has the rules."""
