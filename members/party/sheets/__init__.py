"""The spreadsheets of this subject: members, organisations, double registrations."""
