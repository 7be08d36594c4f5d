"""Reads of the public portal. Nothing here gives away what a reporter said, who it was, or at which door it is."""

from chengge.intake.queries.portal.cases import (
    CasesPage,
    PublicCase,
    Wanted,
    alike_nearby,
    case_points,
    public_case,
    public_cases,
    public_list,
)
from chengge.intake.queries.portal.following import Followed, followed
from chengge.intake.queries.portal.photos import ShownPhoto, photo_file, shown_photos
from chengge.intake.queries.portal.rules import portal_rules
from chengge.intake.queries.portal.statistics import Figures, figures

__all__ = [
    "CasesPage",
    "Figures",
    "Followed",
    "PublicCase",
    "ShownPhoto",
    "Wanted",
    "alike_nearby",
    "case_points",
    "figures",
    "followed",
    "photo_file",
    "portal_rules",
    "public_case",
    "public_cases",
    "public_list",
    "shown_photos",
]
