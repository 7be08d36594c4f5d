"""All writes of the evaluation."""
