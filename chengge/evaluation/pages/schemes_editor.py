"""The editor of a draft: weights, names, grades and settings on one form; an item with its rule on another."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge.domain.errors import NotFound, Refused
from chengge.domain.scoring import Way
from chengge.evaluation.actions.schemes import edit_draft
from chengge.evaluation.indicators import Settings
from chengge.evaluation.indicators.shapes import CHOICES
from chengge.evaluation.pages.schemes import MOST_GRADES, for_writers, page
from chengge.evaluation.pages.schemes_forms import ItemForm
from chengge.evaluation.queries.rules import known_indicators
from chengge.evaluation.queries.schemes import version_seen_by
from chengge.evaluation.queries.schemes_content import AspectContent, ItemContent, VersionContent, content_of
from chengge.evaluation.queries.schemes_words import HEIGHT, WIDTH, curve_of, in_language, rule_words, terms_words
from chengge.organization import typed
from chengge.organization.gates import actor_at

NEW_ITEM = ItemContent("", Decimal(0), Way.LINEAR, zero_at=Decimal("0.6"), full_at=Decimal(1), each=Decimal(1))


@dataclass(frozen=True, slots=True)
class Wish:
    """What a button of the editor asks for besides saving, such as `up:2:1`: the second item of the third aspect one place up."""

    what: str
    aspect: int | None = None
    item: int | None = None

    @classmethod
    def of(cls, said: str) -> "Wish":
        what, *places = said.split(":")
        numbers = [int(place) for place in places if place.isascii() and place.isdigit()]
        return cls(what, *numbers[:2])


@require_POST
@for_writers
def edit(request: HttpRequest, version_id: int) -> HttpResponse:
    """Save the form of a draft, and do what the button asked for."""
    actor = actor_at(request)
    found = version_seen_by(actor, version_id)
    wish = Wish.of(request.POST.get("do", ""))
    content = _wished(_filled(content_of(found), request.POST), wish)
    saved = edit_draft(actor, version_id, content, typed.whole(request.POST, "seen") or 0)
    address = reverse("evaluation_scheme_version", args=[version_id])
    match wish.what:
        case "item" if wish.aspect is not None:
            return redirect("evaluation_scheme_item_new", version_id, wish.aspect)
        case "edit" if wish.aspect is not None and wish.item is not None:
            return redirect("evaluation_scheme_item", version_id, wish.aspect, wish.item)
        case "aspect":
            return redirect(f"{address}#aspect-{len(content.aspects) - 1}")
        case "up" | "down" | "remove" if wish.aspect is not None:
            return redirect(f"{address}#aspect-{min(wish.aspect, len(content.aspects) - 1)}")
    messages.success(request, _("Saved. Draft %(number)s, change %(revision)s.") % {"number": saved.number, "revision": saved.revision})
    return redirect(address)


@for_writers
def item(request: HttpRequest, version_id: int, aspect: int, place: int | None = None) -> HttpResponse:
    """An item of a draft, or a new one at the end of an aspect."""
    actor = actor_at(request)
    found = version_seen_by(actor, version_id)
    content = content_of(found)
    owner = _aspect_at(content, aspect)
    present = NEW_ITEM if place is None else _item_at(owner, place)
    form = ItemForm(request.POST or None, found.scheme.judged, known_indicators(content.settings), present)
    if request.method == "POST" and form.is_valid():
        items = (*owner.items, form.item()) if place is None else (*owner.items[:place], form.item(), *owner.items[place + 1 :])
        changed = _with_aspect(content, aspect, replace(owner, items=items))
        edit_draft(actor, version_id, changed, typed.whole(request.POST, "seen") or 0)
        return redirect(f"{reverse('evaluation_scheme_version', args=[version_id])}#aspect-{aspect}")
    _ask_again(form, version_id)
    context = {
        "version": found,
        "scheme": found.scheme,
        "name": in_language(found.scheme.name, found.scheme.name_en),
        "aspect": owner,
        "aspect_name": in_language(owner.name, owner.name_en),
        "place": place,
        "seen": request.POST.get("seen", found.revision),
        **_looked_at(form),
    }
    return page(request, "scheme_item.html", context, 422 if form.errors else 200)


@require_safe
@for_writers
def rule(request: HttpRequest, version_id: int) -> HttpResponse:
    """The fields that a rule asks for, the rule in words and its curve, for a form that is being filled in."""
    found = version_seen_by(actor_at(request), version_id)
    form = ItemForm(request.GET, found.scheme.judged, known_indicators(content_of(found).settings), NEW_ITEM)
    _ask_again(form, version_id)
    context = _looked_at(form)
    form.errors.clear()  # It is still being filled in: what it says is told, what is wrong with it is not.
    return render(request, "evaluation/scheme_rule.html", {**context, "version": found})


def _ask_again(form: ItemForm, version_id: int) -> None:
    """Let the choices on which other fields depend ask for those fields; any other change only asks for the rule in words."""
    for name in ("source", "indicator", "way"):
        form.fields[name].widget.attrs |= {
            "hx-get": reverse("evaluation_scheme_rule", args=[version_id]),
            "hx-trigger": "change consume",
            "hx-include": "closest form",
            "hx-target": "#rule",
            "hx-select": "#rule",
            "hx-sync": "closest form:queue last",
        }


def _looked_at(form: ItemForm) -> dict[str, Any]:
    """The form with what it says in words, as far as it can be read."""
    told = form.look() if form.is_bound else None
    if not form.is_bound:
        bound = ItemForm(form.initial, form.judged, form.known, NEW_ITEM)
        told = bound.look()
    context: dict[str, Any] = {"form": form, "width": WIDTH, "height": HEIGHT}
    if told is not None:
        context |= {"words": rule_words(told, form.known), "terms": terms_words(told, form.known), "curve": curve_of(told, form.known)}
    return context


def _filled(content: VersionContent, given: QueryDict) -> VersionContent:
    """The version with what the form says: names and weights of aspects, weights of items, grades, settings."""
    aspects = tuple(
        replace(
            aspect,
            name=given.get(f"a{number}-name", aspect.name).strip(),
            name_en=given.get(f"a{number}-name_en", aspect.name_en).strip(),
            weight=_number(given, f"a{number}-weight", aspect.weight),
            items=tuple(
                replace(one, weight=_number(given, f"a{number}i{place}-weight", one.weight)) for place, one in enumerate(aspect.items)
            ),
        )
        for number, aspect in enumerate(content.aspects)
    )
    return replace(
        content,
        aspects=aspects,
        grades=tuple(sorted(_grades(given), key=lambda one: -one[0])) if "g0-grade" in given else content.grades,
        settings=_settings(content.settings, given),
        note=given.get("note", content.note).strip(),
    )


def _settings(settings: Settings, given: QueryDict) -> Settings:
    days = typed.whole(given, "recurs_within_days") or settings.recurs_within_days
    try:
        return replace(settings, recurs_within_days=days, **{name: given.get(name, getattr(settings, name)) for name in CHOICES})
    except ValueError as error:
        raise Refused(
            "invalid", _("A setting says what it cannot mean: %(error)s") % {"error": error}, _("Go back and mend it.")
        ) from error


def _grades(given: QueryDict) -> Iterator[tuple[Decimal, str]]:
    for number in range(MOST_GRADES):
        name = given.get(f"g{number}-grade", "").strip()
        if name:
            yield _number(given, f"g{number}-least", Decimal(0)), name


def _number(given: QueryDict, name: str, otherwise: Decimal) -> Decimal:
    return otherwise if name not in given else typed.number(given, name) or Decimal(0)


def _wished(content: VersionContent, wish: Wish) -> VersionContent:
    """The version after what a button asked for."""
    if wish.what == "aspect":
        return replace(content, aspects=(*content.aspects, AspectContent(_new_name(content), Decimal(0))))
    if wish.what not in ("up", "down", "remove") or wish.aspect is None:
        return content
    owner = _aspect_at(content, wish.aspect)
    if wish.item is None:
        return replace(content, aspects=_moved(content.aspects, wish.what, wish.aspect))
    _item_at(owner, wish.item)
    return _with_aspect(content, wish.aspect, replace(owner, items=_moved(owner.items, wish.what, wish.item)))


def _moved(row: tuple[Any, ...], what: str, place: int) -> tuple[Any, ...]:
    rest = [*row[:place], *row[place + 1 :]]
    if what != "remove":
        rest.insert(max(place + (-1 if what == "up" else 1), 0), row[place])
    return tuple(rest)


def _new_name(content: VersionContent) -> str:
    names = {aspect.name for aspect in content.aspects}
    numbers = range(len(names) + 1, len(names) + 3 + len(content.aspects))
    return next(name for name in (_("Aspect %(number)s") % {"number": number} for number in numbers) if name not in names)


def _with_aspect(content: VersionContent, number: int, aspect: AspectContent) -> VersionContent:
    return replace(content, aspects=(*content.aspects[:number], aspect, *content.aspects[number + 1 :]))


def _aspect_at(content: VersionContent, number: int) -> AspectContent:
    if number >= len(content.aspects):
        raise NotFound("aspect", _("The draft has no such aspect any more."), _("Look at it as it is now."))
    return content.aspects[number]


def _item_at(aspect: AspectContent, place: int) -> ItemContent:
    if place >= len(aspect.items):
        raise NotFound("item", _("The draft has no such item any more."), _("Look at it as it is now."))
    return aspect.items[place]
