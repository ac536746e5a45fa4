"""The author's reference lists every key, set and mark of text, and its example is valid."""

import typing
from typing import Any

import pytest
import yaml

from lstmgallery.tasks.texts.passages import strip_marks
from lstmgallery.tasks.texts.sources.files import Files
from lstmgallery.tasks.texts.sources.source import Source
from lstmgallery.tasks.texts.sources.stdlib import StandardLibrary
from lstmgallery.tasks.texts.sources.table import Table
from lstmgallery.tasks.texts.sources.unicode_names import UnicodeNames
from lstmgallery.tasks.texts.task import LONGEST_MEASURED, MEASURED_STEPS, Text
from lstmgallery.tasks.texts.truths import FEATURE_SETS
from tests.documents import AUTHORS, fences, read, spans, table

SOURCES: dict[str, type[Source]] = {
    "files": Files,
    "table": Table,
    "python-stdlib": StandardLibrary,
    "unicode-names": UnicodeNames,
}


def defaults(head: str) -> dict[str, str]:
    """Return the defaults by their keys of one of the tables of keys."""
    return {spans(key)[0]: default for key, _, default in table(AUTHORS, head, "meaning", "default").rows}


def keys_of(model: Any) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()} - {"kind"}


def test_the_keys_of_text_are_listed() -> None:
    assert set(defaults("task key")) == keys_of(Text)


def test_the_keys_of_corpora_are_listed_with_their_defaults() -> None:
    listed = defaults("corpus key")
    assert set(listed) == set().union(*map(keys_of, SOURCES.values()))
    for key in ("longest", "most_letters", "rare"):
        for source in SOURCES.values():
            assert listed[key] == str(source.model_fields[key].default)
    of_files, of_library = (source.model_fields["most_characters"].default for source in (Files, StandardLibrary))
    assert listed["most_characters"] == f"{of_files}; {of_library} for `python-stdlib`"


@pytest.mark.parametrize("kind", SOURCES)
def test_the_documents_of_a_corpus_are_listed_the_default_first(kind: str) -> None:
    rows = {spans(name)[0]: spans(documents) for name, documents, _ in table(AUTHORS, "corpus", "`document`").rows}
    field = SOURCES[kind].model_fields["document"]
    assert set(rows) == set(SOURCES)
    assert tuple(rows[kind]) == typing.get_args(field.annotation)
    assert rows[kind][0] == field.default


def test_the_features_of_every_set_are_listed() -> None:
    rows = {spans(name)[0]: spans(features) for name, features in table(AUTHORS, "set", "features").rows}
    assert rows == {key: [feature.key for feature in each.features] for key, each in FEATURE_SETS.items()}


def test_the_task_shown_is_valid() -> None:
    (text,) = [block for block in fences(AUTHORS, "yaml") if block.startswith("task:\n")]
    task = Text.model_validate(yaml.safe_load(text)["task"], strict=False)
    assert (task.reads, task.sets) == ("campaign", ("characters", "tweets"))
    assert task.feature("in_date").clause("yes") == "it is inside a date"


def test_the_text_shown_is_marked_as_texts_are() -> None:
    (line,) = [line for block in fences(AUTHORS, "text") for line in block.splitlines() if "{name" in line]
    text, marks = strip_marks(line)
    assert text.startswith("Thank you Iowa! We will be back.")
    assert set(marks) == {"name", "auxiliary", "hashtag", "link"}


def test_how_much_of_a_text_is_measured_is_said() -> None:
    said = " ".join(read(AUTHORS).split())
    assert f"on the first {LONGEST_MEASURED} characters of each passage, {MEASURED_STEPS:,} steps in all" in said
