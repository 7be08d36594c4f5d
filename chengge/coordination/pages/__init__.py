"""The pages of coordination: they parse, call actions and queries, and render."""
