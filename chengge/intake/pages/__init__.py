"""pages of intake, one module a topic."""
