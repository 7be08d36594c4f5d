"""All writes of coordination."""
