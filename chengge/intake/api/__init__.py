"""api of intake, one module a topic."""
