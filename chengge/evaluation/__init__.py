"""Evaluation: facts, indicators, schemes, scores."""
