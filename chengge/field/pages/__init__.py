"""The phone's pages, and the office pages of the field."""
