"""The tables of intake: machine channels and what came in by them, the public portal, answers to reporters."""
