"""Quotas of staff 编制: approved by documents, filled, vacant."""
