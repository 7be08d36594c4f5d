"""queries of intake, one module a topic."""
