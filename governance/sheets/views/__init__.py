"""The pages of spreadsheets in and out."""
