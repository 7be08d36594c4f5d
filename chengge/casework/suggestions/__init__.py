"""What a report speaks of and who is likely to answer for it, guessed from its words by what the city's own closed cases were.

Trained by `chengge train` (`training`), kept as plain arrays beside the photos (`keeping`), answered in NumPy alone (`answering`).
"""

from chengge.casework.suggestions.answering import NO_IDEA, Guess, Suggestion, departments_said, suggest

__all__ = ["NO_IDEA", "Guess", "Suggestion", "departments_said", "suggest"]
