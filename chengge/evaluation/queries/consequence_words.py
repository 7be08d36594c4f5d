"""Consequences in words: amounts, and from which figures an item came."""

from decimal import Decimal

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from chengge.domain.consequences import By, Kind, Treatment
from chengge.evaluation.models import ConsequenceRule, Scheme, StatementItem, TreatmentChoice
from chengge.evaluation.queries.runs import group_label
from chengge.organization.models import OrganizationKind, PostChoice

FEN_IN_YUAN = 100
MINUS = "\N{MINUS SIGN}"


def yuan(fen: int) -> str:
    """An amount with thousands and two places, such as 12,345.00; of a negative one the sign before it."""
    whole, rest = divmod(abs(fen), FEN_IN_YUAN)
    return f"{MINUS if fen < 0 else ''}{whole:,}.{rest:02d}"


def signed_yuan(fen: int) -> str:
    """The same with a plus where something is got."""
    return f"+{yuan(fen)}" if fen > 0 else yuan(fen)


def plain(value: Decimal) -> str:
    """A number without needless zeros."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def signed(value: Decimal) -> str:
    """Points with their sign."""
    return f"+{plain(value)}" if value > 0 else plain(value).replace("-", MINUS)


def scheme_label(scheme: Scheme) -> str:
    """The name of a scheme in the reader's language."""
    return scheme.name_en if scheme.name_en and (get_language() or "").startswith("en") else scheme.name


def whom(rule: ConsequenceRule) -> str:
    """Whom a rule meets."""
    parts = []
    if rule.organization_kind:
        parts.append(str(OrganizationKind(rule.organization_kind).label))
    if rule.level:
        parts.append(_("level %(level)d") % {"level": rule.level})
    if rule.post:
        parts.append(str(PostChoice(rule.post).label))
    narrowed = _(", ").join(parts)
    if rule.of_people:
        return _("people of the unit: %(who)s") % {"who": narrowed} if narrowed else _("all people of the unit")
    return narrowed or _("all who are judged")


def treated(treatment: str, percent: str) -> str:
    """What becomes of a deposit, with the percent where it is not the whole."""
    if percent != "100":
        match Treatment(treatment):
            case Treatment.DOUBLE:
                return _("returned with %(percent)s %% on top") % {"percent": percent}
            case Treatment.FORFEIT:
                return _("forfeited by %(percent)s %%") % {"percent": percent}
    return str(TreatmentChoice(treatment).label)


def explained(item: StatementItem) -> str:
    """One sentence: from which score and which row of the rule an item came."""
    known = dict(item.because)
    score = _scored(known)
    match Kind(item.kind):
        case Kind.DEPOSIT:
            return _deposit(item, known, score)
        case Kind.REWARD if "tied" in known:
            said = _("place %(place)s of “%(group)s”, %(score)s") % {
                "place": known["rank"],
                "group": group_label(str(known["group"])),
                "score": score,
            }
            return said if known["tied"] == 1 else _("%(what)s; shared by %(n)s who hold it") % {"what": said, "n": known["tied"]}
        case Kind.REWARD:
            return score
        case Kind.SHARE if "full_points" in known:
            return _("%(score)s, of 100, times %(points)s percent points") % {"score": score, "points": known["full_points"]}
        case Kind.SHARE:
            return score
        case Kind.WARNING:
            return _last(known)
        case Kind.FUND:
            return _fund(item, known)
    return ""


def _scored(known: dict[str, str | int]) -> str:
    if "total" not in known:
        return _("nothing to judge by")
    if not known["grade"]:
        return _("score %(total)s") % {"total": known["total"]}
    return _("grade %(grade)s with score %(total)s") % {"grade": known["grade"], "total": known["total"]}


def _deposit(item: StatementItem, known: dict[str, str | int], score: str) -> str:
    if not known["treatment"]:
        first = _("%(score)s: no row for it, the deposit stays") % {"score": score}
    else:
        share = treated(str(known["treatment"]), str(known["percent"]))
        first = _("%(score)s: deposit of %(amount)s %(treatment)s") % {
            "score": score,
            "amount": yuan(int(known["deposit_fen"])),
            "treatment": share,
        }
    moves = [
        (_("held before %(amount)s"), item.opening_fen),
        (_("paid in %(amount)s"), item.paid_in_fen),
        (_("returned %(amount)s"), item.returned_fen),
        (_("on top %(amount)s"), item.extra_fen),
        (_("forfeited %(amount)s"), item.forfeited_fen),
        (_("held after %(amount)s"), item.closing_fen),
    ]
    told = _(", ").join(words % {"amount": yuan(fen)} for words, fen in moves if fen)
    return _("%(first)s; %(moves)s") % {"first": first, "moves": told} if told else first


def _last(known: dict[str, str | int]) -> str:
    said = ngettext(
        "place %(place)s of %(size)s in “%(group)s”, last for %(times)s period, since %(since)s",
        "place %(place)s of %(size)s in “%(group)s”, last for %(times)s periods in a row, since %(since)s",
        int(known["times"]),
    ) % {
        "place": known["rank"],
        "size": known["group_size"],
        "group": group_label(str(known["group"])),
        "times": known["times"],
        "since": known["since"],
    }
    if known.get("rank_low", known["rank"]) == known["rank"]:
        return said
    return _("%(what)s; chance leaves places %(best)s to %(worst)s open") % {
        "what": said,
        "best": known["rank_low"],
        "worst": known["rank_high"],
    }


def _fund(item: StatementItem, known: dict[str, str | int]) -> str:
    above = _("%(above)s points above %(bar)s") % {"above": known["above"], "bar": known["bar"]}
    match By(item.rule.by):
        case By.WORKLOAD:
            above = _("%(above)s, times %(workload)s cases") % {"above": above, "workload": known["workload"]}
        case By.EQUALLY:
            above = _("%(above)s, equally") % {"above": above}
    return _("%(what)s: %(weight)s of %(weights)s parts of %(fund)s, among %(n)s") % {
        "what": above,
        "weight": known["weight"],
        "weights": known["weights"],
        "fund": yuan(int(known["fund_fen"])),
        "n": known["sharers"],
    }
