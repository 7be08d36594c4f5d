"""The indicators, each declared once. Codes P, D and A are those of the lists of GB/T 30428.4 and of peers; C are our own."""

from chengge.evaluation.indicators.areas import of_areas
from chengge.evaluation.indicators.by_itself import of_the_house
from chengge.evaluation.indicators.departments import of_departments
from chengge.evaluation.indicators.own import of_our_own
from chengge.evaluation.indicators.people import of_people
from chengge.evaluation.indicators.posts import of_posts
from chengge.evaluation.indicators.shapes import Indicator, Settings


def indicators(settings: Settings) -> tuple[Indicator, ...]:
    """Every indicator, with the open denominators as the settings have them."""
    return (
        *of_posts(settings),
        *of_departments(settings),
        *of_areas(settings),
        *of_our_own(settings),
        *of_people(settings),
        *of_the_house(settings),
    )
