"""actions of intake, one module a topic."""
