"""The texts of the pages: found in code and templates, kept in catalogues, compiled without a system tool."""

import gettext
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import CommandError

from chengge.config.management.commands import messages


@pytest.fixture
def package(tmp_path: Path) -> Path:
    package = tmp_path / "chengge"
    (package / "templates").mkdir(parents=True)
    (package / "code.py").write_text(
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext\n"
        "from django.utils.translation import gettext_lazy as lazy\n"
        'NAME = _("Dispatch")\nSHEET = lazy("Sheet")\nngettext("%(n)d case", "%(n)d cases", 2)\npgettext("light", "Green")\n'
    )
    (package / "templates" / "desk.html").write_text(
        '{% load i18n %}<p title="{% translate "Don\'t push it on" %}">\n'
        "    {% blocktranslate count n=n trimmed %}\n      {{ n }} 案卷 open\n"
        '    {% plural %}\n      {{ n }} 案卷 are open\n    {% endblocktranslate %}</p>{{ _("Close") }}'
    )
    return package


def test_texts_are_found_in_code_and_templates(package):
    found = {message.id for message in messages.collect(package) if message.id}
    assert found == {
        "Dispatch",
        "Sheet",
        ("%(n)d case", "%(n)d cases"),
        "Green",
        "Don't push it on",
        ("%(n)s 案卷 open", "%(n)s 案卷 are open"),
        "Close",
    }


def test_new_texts_come_into_the_catalogue_and_translations_stay(package):
    path = messages.catalogue_path(package, "zh_Hans")
    assert messages.update(path, messages.collect(package), "zh_Hans") == 7
    path.write_text(path.read_text().replace('msgid "Dispatch"\nmsgstr ""', 'msgid "Dispatch"\nmsgstr "派遣"'))
    (package / "templates" / "desk.html").write_text('{% load i18n %}{% translate "Filing" %}')
    assert messages.update(path, messages.collect(package), "zh_Hans") == 1
    with path.open("rb") as file:
        kept = {message.id: message.string for message in read_po(file) if message.id}
    assert kept["Dispatch"] == "派遣"
    assert "Filing" in kept
    assert "Close" not in kept


def test_a_second_collecting_changes_nothing(package):
    path = messages.catalogue_path(package, "zh_Hans")
    messages.update(path, messages.collect(package), "zh_Hans")
    before = path.read_bytes()
    assert messages.update(path, messages.collect(package), "zh_Hans") == 0
    assert path.read_bytes() == before


def test_what_lacks_a_translation_is_named_with_its_file(package):
    path = messages.catalogue_path(package, "zh_Hans")
    found = messages.collect(package)
    messages.update(path, found, "zh_Hans")
    path.write_text(path.read_text().replace('msgid "Close"\nmsgstr ""', 'msgid "Close"\nmsgstr "关闭"'))
    lacking = messages.missing(path, found, "zh_Hans")
    assert "chengge/code.py: 'Dispatch'" in lacking
    assert not any("Close" in line for line in lacking)


def test_a_compiled_catalogue_speaks_chinese(package):
    path = messages.catalogue_path(package, "zh_Hans")
    messages.update(path, messages.collect(package), "zh_Hans")
    path.write_text(path.read_text().replace('msgid "Dispatch"\nmsgstr ""', 'msgid "Dispatch"\nmsgstr "派遣"'))
    messages.compile_catalogue(path)
    with path.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Dispatch") == "派遣"


def test_a_broken_catalogue_is_named(package):
    path = messages.catalogue_path(package, "zh_Hans")
    path.parent.mkdir(parents=True)
    path.write_text('msgid "Dispatch"\nwhat is this\n')
    with pytest.raises(CommandError, match=r"django\.po"):
        messages.compile_catalogue(path)


def test_every_text_of_chengge_has_its_chinese():
    package = Path(settings.PACKAGE_DIR)
    found = messages.collect(package)
    assert messages.missing(messages.catalogue_path(package, "zh_Hans"), found, "zh_Hans") == []
