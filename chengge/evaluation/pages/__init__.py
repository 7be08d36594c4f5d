"""The pages of the evaluation: they parse, call actions and queries, and render."""
