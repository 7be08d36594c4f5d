"""What the platform signs, as papers: minutes of a meeting, the record of a survey, a ruling."""

from chengge.coordination.papers.minutes import minutes_paper
from chengge.coordination.papers.ruling import ruling_paper
from chengge.coordination.papers.survey import survey_paper

__all__ = ["minutes_paper", "ruling_paper", "survey_paper"]
