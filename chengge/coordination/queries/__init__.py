"""All reads of coordination that are longer than a line."""
