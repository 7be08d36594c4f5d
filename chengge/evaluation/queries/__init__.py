"""All reads of the evaluation that are longer than a line."""
