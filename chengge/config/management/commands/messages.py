"""`chengge messages`: the texts of the pages, collected into catalogues and compiled, without any system tool."""

import io
from pathlib import Path
from typing import Any

from babel.messages import extract
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation.template import templatize

LANGUAGES = ("zh_Hans",)  # The texts in the code are English; English needs no catalogue.
KEYWORDS: dict[str, Any] = dict(extract.DEFAULT_KEYWORDS) | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "lazy": None,  # gettext_lazy, in files where gettext itself is `_`
    "ngettext_lazy": (1, 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "pgettext_lazy": ((1, "c"), 2),
}


class Command(BaseCommand):
    help = "The texts of pages and code: collect them into the catalogues, compile those, or list what is missing a translation"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("collect", "compile", "missing"))

    def handle(self, *, what: str, **_options: Any) -> None:
        package = Path(settings.PACKAGE_DIR)
        if what == "collect":
            found = collect(package)
            for language in LANGUAGES:
                added = update(catalogue_path(package, language), found, language)
                self.stdout.write(f"{language}: {len(found)} texts, {added} new")
        elif what == "compile":
            for path in sorted((package / "locale").glob("*/LC_MESSAGES/*.po")):
                self.stdout.write(f"{path.parent.parent.name}: {compile_catalogue(path)} texts compiled")
        else:
            lacking = [text for language in LANGUAGES for text in missing(catalogue_path(package, language), collect(package), language)]
            if lacking:
                raise CommandError("These texts have no translation:\n" + "\n".join(lacking))


def catalogue_path(package: Path, language: str) -> Path:
    return package / "locale" / language / "LC_MESSAGES" / "django.po"


def collect(package: Path) -> Catalog:
    """All texts of our Python files and templates, with the file each stands in."""
    found = Catalog(charset="utf-8", header_comment="# Texts of Chengge.\n#", project="Chengge")
    for path in sorted(package.rglob("*")):
        place = path.relative_to(package.parent).as_posix()
        if path.suffix == ".py" and "migrations" not in path.parts:
            _add_texts(found, place, path.read_text(encoding="utf-8"))
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            _add_texts(found, place, template_as_code(path.read_text(encoding="utf-8")))
    return found


def template_as_code(template: str) -> str:
    """Django turns a template into gettext calls between filler; without indentation Python's tokenizer can read that."""
    return "\n".join(line.strip() for line in templatize(template).splitlines())


def _add_texts(found: Catalog, place: str, code: str) -> None:
    texts = extract.extract("python", io.BytesIO(code.encode()), keywords=KEYWORDS, comment_tags=("Translators:",))
    for _line, text, comments, context in texts:
        found.add(text, locations=[(place, 0)], auto_comments=comments, context=context)


def update(path: Path, found: Catalog, language: str) -> int:
    """Bring the catalogue up to the texts found: keep translations, drop what is gone. Returns how many texts are new."""
    catalogue = read(path, language)
    before = {(message.id, message.context) for message in catalogue if message.id}
    catalogue.update(found, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, sort_by_file=True, width=140, include_lineno=False, omit_header=False)
    return len({(message.id, message.context) for message in catalogue if message.id} - before)


def read(path: Path, language: str) -> Catalog:
    """The catalogue in the file, an empty one where there is none. Raises CommandError naming the line that is wrong."""
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", project="Chengge")
    with path.open("rb") as file:
        try:
            return read_po(file, locale=language, abort_invalid=True)
        except Exception as problem:
            raise CommandError(f"{path}: {problem}") from problem


def compile_catalogue(path: Path) -> int:
    """Write the .mo beside the .po. Returns the number of texts."""
    catalogue = read(path, path.parent.parent.name)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
    return len(catalogue)


def missing(path: Path, found: Catalog, language: str) -> list[str]:
    """The texts found that the catalogue has no translation for, each with the file it stands in."""
    catalogue = read(path, language)
    lacking = []
    for message in found:
        if message.id:
            known = catalogue.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
            if known is None or known.fuzzy or not (known.string if isinstance(known.string, str) else all(known.string or [""])):
                lacking.append(f"{message.locations[0][0]}: {message.id!r}")
    return lacking
