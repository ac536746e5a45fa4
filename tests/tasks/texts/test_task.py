"""The task of text: what its front matter may say, and what it offers once it has been opened."""

import json
from pathlib import Path
from typing import Any

import pydantic
import pytest

from lstmgallery.errors import GalleryError
from lstmgallery.frontmatter import read_yaml, validate
from lstmgallery.network import Network, read_network
from lstmgallery.tasks import AnyTask
from lstmgallery.tasks.texts.corpus import vocabulary_of
from lstmgallery.tasks.texts.sources.source import Places
from lstmgallery.tasks.texts.task import MEASURED_STEPS, Text, open_task
from lstmgallery.tasks.vocabulary import END, START, UNKNOWN
from tests.conftest import ROOT

LINES = [f"see #tag{number} now" for number in range(60)]


class Holder(pydantic.BaseModel):
    """A front matter with a task."""

    task: AnyTask


def task(**keys: Any) -> Text:
    given = {"kind": "text", "corpus": {"kind": "files", "path": "a.txt"}, **keys}
    return Text.model_validate_json(json.dumps(given), strict=True)


def opened(root: Path, vocabulary: tuple[str, ...] | None = None, **keys: Any) -> Text:
    known = vocabulary_of(vocabulary) if vocabulary else None
    return open_task(task(**keys), content=ROOT / "content", places=Places(root), vocabulary=known)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("\n".join(LINES), encoding="utf-8")
    return tmp_path


def test_a_task_is_opened_with_the_documents_of_its_corpus(corpus: Path) -> None:
    text = opened(corpus)
    documents, split = text.text.corpus, text.split(held_out=400)
    assert documents is not None
    assert sorted((*split.training, *documents.validation, *split.held_out)) == sorted(LINES)
    assert (len(split.held_out), split.goal, split.is_whole, split.shares) == (6, None, False, ())
    assert text.vocabulary[:3] == (START, END, UNKNOWN)
    assert text.vocabulary[3:] == text.letters == tuple(sorted(set("".join(split.training)) - {"0"} | {"0"}))
    assert text.form == "text: a.txt, line by line"
    assert text.split(held_out=2).held_out == split.held_out[:2]


def test_a_task_that_reads_a_text_of_ours_needs_no_corpus(tmp_path: Path) -> None:
    text = opened(tmp_path, vocabulary=("a", "b"), reads="campaign", sets=["characters", "tweets"])
    split = text.split(held_out=1_000)
    assert (len(text.reading.passages), split.training) == (400, ())
    assert split.held_out == text.reading.passages[: len(split.held_out)]
    assert MEASURED_STEPS - 300 < sum(len(each) + 1 for each in split.held_out) <= MEASURED_STEPS
    assert text.vocabulary == (START, END, UNKNOWN, "a", "b")


def test_a_task_that_reads_a_text_of_ours_is_trained_on_its_corpus(corpus: Path) -> None:
    text = opened(corpus, reads="campaign")
    documents, split = text.text.corpus, text.split(held_out=100)
    assert documents is not None
    assert (len(split.training), len(documents.validation), len(split.held_out)) == (51, 3, 100)


def test_a_task_measured_on_its_corpus_needs_it(tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match=r"a.txt: expected a file or a folder with files, found none"):
        opened(tmp_path, vocabulary=("a", "b"))


def test_a_task_that_has_not_been_opened_says_so() -> None:
    with pytest.raises(ValueError, match="has not been opened"):
        _ = task().vocabulary


def test_every_feature_of_the_sets_and_patterns_has_its_values(corpus: Path) -> None:
    text = opened(corpus, sets=["tweets", "characters"], features=[{"key": "digits", "pattern": r"\d+"}])
    truth = text.ground_truth("see #tag10 now")
    assert sorted(truth) == sorted(feature.key for feature in text.features)
    row = {"yes": "x", "no": "."}
    assert "".join(row[value] for value in truth["digits"][1:]) == "........xx...."
    assert "".join(row[value] for value in truth["in_hashtag"][1:]) == "....xxxxxx...."
    assert text.feature("digits").clause("no") == "it is not in digits"


def test_marks_decide_where_a_passage_has_them(tmp_path: Path) -> None:
    text = opened(tmp_path, vocabulary=("a",), reads="campaign", sets=["characters", "tweets"])
    passage = next(each for each in text.split(held_out=400).held_out if each.startswith('"Courage'))
    assert text.ground_truth(passage)["in_name"][2] == "no"
    assert text.ground_truth(passage + " ")["in_name"][2] == "yes"  # an unknown passage has only its rule
    assert text.ground_truth(passage)["character"][2] == "capital"


def test_a_text_has_no_rule_and_determines_nothing() -> None:
    text = task()
    for facet in (text.rule, text.sizes, text.dose, text.twins, text.headline):
        assert facet is None
    assert not text.phases
    assert not text.findings
    assert text.unknown("é") == []
    assert text.determined("ab") == [False] * 3


def test_a_task_is_the_same_after_it_has_been_written_and_read() -> None:
    text = task(sets=["python"], features=[{"key": "todo", "pattern": "TODO"}], reads="python")
    written = json.dumps(text.model_dump(mode="json"))
    assert Text.model_validate_json(written) == text
    assert json.loads(written)["features"] == [{"key": "todo", "pattern": "TODO", "words": None}]
    held = Holder(task=text).model_dump(mode="json")
    assert Holder.model_validate_json(json.dumps(held)).task == text


def test_what_is_measured_does_not_belong_to_the_specification_of_the_weights() -> None:
    def network(**keys: Any) -> Network:
        return Network(name="a", title="A", summary="A.", task=task(**keys), units=4, shown=("a",))

    plain, measured = network(), network(sets=["tweets"], reads="campaign", features=[{"key": "a", "pattern": "a"}])
    assert plain.training_spec == measured.training_spec
    assert plain.spec != measured.spec
    moved = network(corpus={"kind": "files", "path": "b.txt"})  # the text counts, wherever it lies
    assert plain.training_spec == moved.training_spec
    other = network(corpus={"kind": "files", "path": "a.txt", "document": "file"})
    assert plain.training_spec != other.training_spec


def test_a_network_of_text_is_read_with_its_corpus_beside_the_content(tmp_path: Path) -> None:
    networks = tmp_path / "content" / "networks"
    networks.mkdir(parents=True)
    front = (
        "title: A\nsummary: A.\nunits: 4\nfigures: [né]\ntask:\n  kind: text\n  corpus: {kind: files, path: a.txt}\n"
    )
    (networks / "mine.md").write_text(f"---\n{front}---\n", encoding="utf-8")
    with pytest.raises(GalleryError, match=r"a.txt: expected a file or a folder with files, found none"):
        read_network(networks / "mine.md")
    (tmp_path / "a.txt").write_text("\n".join(LINES), encoding="utf-8")
    network, _ = read_network(networks / "mine.md")
    assert network.weight_shapes["readout/bias"] == (len(network.task.vocabulary),)
    other, _ = read_network(networks / "mine.md", vocabulary=vocabulary_of("ab"))
    assert other.weight_shapes["readout/bias"] == (5,)


@pytest.mark.parametrize(
    ("yaml", "line", "message"),
    [
        ("  kind: text\n", 2, "expected the key 'corpus', found none"),
        ("  kind: text\n  corpus: {kind: tables, path: a}\n", 3, "task.corpus.kind: expected one of "),
        ("  kind: text\n  corpus: {kind: files, path: a, docment: line}\n", 3, "unknown key 'docment'"),
        ("  kind: text\n  corpus: {kind: files, path: a, document: row}\n", 3, "task.corpus.document: expected 'line'"),
        ("  kind: text\n  corpus: {kind: files}\n", 3, "task.corpus: expected a path or a url, found neither"),
        ("  kind: text\n  corpus: {kind: python-stdlib}\n  sets: [tweet]\n", 4, "task.sets.0: expected 'characters', "),
        (
            "  kind: text\n  corpus: {kind: python-stdlib}\n  features:\n    - {key: a, pattern: '(b'}\n",
            5,
            "task.features.0.pattern: expected a regular expression, found '(b'",
        ),
        (
            "  kind: text\n  corpus: {kind: python-stdlib}\n  features:\n    - {key: character, pattern: b}\n",
            2,
            "task: expected features with different names, found 'character'",
        ),
        ("  kind: text\n  corpus: {kind: python-stdlib}\n  reads: My Text\n", 4, "task.reads: "),
        (
            "  kind: text\n  corpus: {kind: python-stdlib}\n  features:\n    - {key: step, pattern: b}\n",
            2,
            "task: expected features with different names, found 'step'",
        ),
    ],
)
def test_a_mistake_in_the_front_matter_is_reported_at_its_line(
    tmp_path: Path, yaml: str, line: int, message: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("task:\n" + yaml, encoding="utf-8")
    with pytest.raises(GalleryError) as raised:
        validate(Holder, read_yaml(file))
    (problem,) = raised.value.problems
    assert problem.message.startswith(message)
    assert problem.line == line
