"""The blocks of a write-up: each kind is a model of its own, checked against its networks."""

from pathlib import Path

import pytest

from lstmgallery.desk.claims import Claim
from lstmgallery.errors import GalleryError
from lstmgallery.network import Network, read_network
from lstmgallery.press.figures import FIGURES, KINDS
from lstmgallery.press.figures.block import LONGEST_SEQUENCE
from lstmgallery.press.figures.illustration import Figure
from lstmgallery.press.manuscript.writeups import Writeup, read_writeup
from tests.conftest import write_small_content
from tests.press.conftest import BLOCKS, CLAIMS, figure, writeup


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Network]:
    """Networks of two shapes, of a task without sizes and of one without counting; read, not trained."""
    folder = write_small_content(tmp_path_factory.mktemp("networks"), "small", "gru")
    write_small_content(folder, "deep", layers=2)
    gru = folder / "networks" / "gru.md"
    gru.write_text(gru.read_text(encoding="utf-8").replace("cell: lstm", "cell: gru"), encoding="utf-8")
    text = gru.read_text(encoding="utf-8").replace("kind: counting\n  longest: 3", "kind: copying")
    (folder / "networks" / "copy.md").write_text(text.replace("[aXb, aaaXbbb]", "[abcXabc]"), encoding="utf-8")
    text = gru.read_text(encoding="utf-8").replace("counting\n  longest: 3", "state-memory\n  longest_wait: 3")
    (folder / "networks" / "latch.md").write_text(text.replace("[aXb, aaaXbbb]", "[AxYa]"), encoding="utf-8")
    write_small_content(folder, "plain", cell="rnn")
    names = ("small", "gru", "deep", "copy", "latch", "plain")
    return {name: read_network(folder / "networks" / f"{name}.md")[0] for name in names}


MEASURED = ("small best(remaining): r2 of cell with remaining", "small: first failure")


def read(folder: Path, networks: dict[str, Network], body: str) -> Writeup:
    """Return a write-up of this text."""
    (folder / "some.md").write_text(writeup(body), encoding="utf-8")
    return read_writeup(folder / "some.md", networks, (), {"small": MEASURED})[0]


def mistakes(folder: Path, networks: dict[str, Network], block: str) -> list[tuple[str, str | None]]:
    """Return the problems of a figure block, with their hints."""
    with pytest.raises(GalleryError) as raised:
        read(folder, networks, figure("one", block) + CLAIMS)
    return [(problem.message, problem.hint) for problem in raised.value.problems]


def test_there_is_a_model_for_every_kind() -> None:
    named = {block.partition("kind: ")[2].partition("\n")[0] or "strip" for block in BLOCKS.values()}
    of_text = {"passage", "histogram", "written", "which"}  # in tests/test_written_texts.py
    assert set(FIGURES) == set(KINDS) == named | of_text


def test_a_search_that_was_not_saved_cannot_be_drawn(tmp_path: Path, networks: dict[str, Network]) -> None:
    assert mistakes(tmp_path, networks, "kind: search\nnetwork: deep") == [
        (
            "expected a network with a saved search, found deep",
            "create one: lstmgallery search deep --vary ... --save",
        )
    ]


def test_a_measure_that_a_search_lacks_cannot_be_drawn(tmp_path: Path, networks: dict[str, Network]) -> None:
    block = 'kind: search\nnetwork: small\nmeasures:\n  counts: "best(remaining): r2 of cel with remaining"'
    assert mistakes(tmp_path, networks, block) == [
        (
            "expected a measure of the saved search of small, found 'best(remaining): r2 of cel with remaining'",
            "did you mean 'best(remaining): r2 of cell with remaining'?",
        )
    ]


@pytest.mark.parametrize("name", [*BLOCKS])
def test_a_block_is_read_into_its_figure(tmp_path: Path, networks: dict[str, Network], name: str) -> None:
    (found,) = read(tmp_path, networks, figure(name, BLOCKS[name]) + CLAIMS).figures
    assert isinstance(found, Figure)
    assert found.id == name
    assert (found.alt, found.caption) == ("An alternative.", "A caption.")


def test_a_neuron_without_a_kind_is_a_strip(tmp_path: Path, networks: dict[str, Network]) -> None:
    (found,) = read(tmp_path, networks, figure("one", "neuron: small 1\nsequences: [aXb]")).figures
    assert found.block.kind == "strip"


@pytest.mark.parametrize(
    "block",
    [
        "kind: line\nneurons: [small 1, small 2]\nsignals: [cel]\nsequence: aYb",
        "kind: strip\nneurons: [small 1, small 2]\nsignals: [cel]\nsequences: [aYb]",
    ],
)
def test_a_mistake_about_two_neurons_of_one_network_is_reported_once(
    tmp_path: Path, networks: dict[str, Network], block: str
) -> None:
    assert [message for message, _ in mistakes(tmp_path, networks, block)] == [
        "expected a signal of small, found 'cel'",
        "the token 'Y' is not in the vocabulary of small",
    ]


def test_a_comparison_has_two_parts(tmp_path: Path, networks: dict[str, Network]) -> None:
    (found,) = read(tmp_path, networks, figure("one", BLOCKS["comparison"])).figures
    assert [part.kind for part in found.block.blocks] == ["dose-response", "strip"]
    assert [*found.subjects] == ["small 1", "small 2"]


def test_a_claim_knows_where_it_stands(tmp_path: Path, networks: dict[str, Network]) -> None:
    first, second, third = read(tmp_path, networks, CLAIMS).claims
    assert isinstance(first, Claim)
    assert first.place == str(tmp_path / "some.md")
    assert [claim.line for claim in (first, second, third)] == [9, 17, 25]
    assert first.question.key == "small best(remaining): r2 of cell with remaining"
    assert str(second.expectation) == "above 1"


@pytest.mark.parametrize("missing", ["id", "alt", "caption"])
@pytest.mark.parametrize("name", [*BLOCKS])
def test_no_figure_goes_without_id_caption_and_alternative(
    tmp_path: Path, networks: dict[str, Network], name: str, missing: str
) -> None:
    lines = [line for line in figure(name, BLOCKS[name]).split("\n") if not line.startswith(f"{missing}:")]
    with pytest.raises(GalleryError, match=f"expected the key '{missing}', found none"):
        read(tmp_path, networks, "\n".join(lines) + CLAIMS)


@pytest.mark.parametrize(
    ("block", "message", "hint"),
    [
        (
            "neuron: deep 3\nsequences: [aXb]",
            "deep has 2 layers, found neuron 3 without a layer",
            "write layer.neuron, such as 1.3",
        ),
        ("neuron: deep 3.1\nsequences: [aXb]", "layer 3 does not exist: deep has 2 layers (1-2)", None),
        (
            "kind: cell\ncell: lstm\nneuron: gru 1\nsequence: aXb",
            "expected a neuron of a network with the cell lstm, found 'gru 1'",
            None,
        ),
        (
            "kind: cell\ncell: lstm\nneuron: small 1",
            "expected the key 'sequence' beside 'neuron', found none",
            "add: sequence: ...",
        ),
        (
            "kind: cell\ncell: lstm\nneuron: small 1\nsequence: aYb",
            "the token 'Y' is not in the vocabulary of small",
            "tokens: a b X",
        ),
        ("kind: table\nnetworks: [small, small]", "expected each network once, found 'small' again", None),
        (
            "neuron: gru 1\nsignals: [cell]\nsequences: [aXb]",
            "expected a signal of gru, found 'cell'",
            "valid here: candidate, hidden, reset_gate, update_gate",
        ),
        ("neuron: small 1\nsequences: [abc]", "the token 'c' is not in the vocabulary of small", "tokens: a b X"),
        (
            "kind: line\nneurons: [small 1]\nsignals: []\nsequence: aXb",
            "signals: expected a list of at least 1 item(s), found []",
            None,
        ),
        (
            "kind: line\nneurons: [small 1, small 2, small 3, small 4, small 5]\nsignals: [cell]\nsequence: aXb",
            "neurons: expected a list of at most 4 items",
            None,
        ),
        (
            "kind: overview\nof: small best(remaining)\nsignals: [cell]\nsequence: aXb",
            "expected a network or a layer, found 'small best(remaining)'",
            "use the key 'neuron'",
        ),
        ("kind: frontier\nnetwork: copy", "expected a task with several sizes, found copy (copying)", None),
        (
            "kind: together\nnetwork: copy",
            "expected a counting network or a task with twin sequences, found copy (copying)",
            None,
        ),
        ("kind: dose-response\nneuron: copy 1", "expected a counting network, found copy (copying)", None),
        (
            "kind: generated\nnetwork: small\nprompts: [aX]\nadd: {neuron: gru 1, counts: 1}",
            "expected a neuron of small, found gru (counting)",
            None,
        ),
        (
            "kind: generated\nnetwork: copy\nprompts: [abcX]\nadd: {neuron: copy 1, counts: 1}",
            "expected a counting network, found copy (copying)",
            None,
        ),
        (
            "kind: generated\nnetwork: small\nprompts: []",
            "prompts: expected a list of at least 1 item(s), found []",
            None,
        ),
        (
            "kind: values\nneuron: small 1\nsignal: cel\nby: a_count",
            "expected a signal of small, found 'cel'",
            "did you mean 'cell'?",
        ),
        (
            "kind: saturation\nof: gru\ngates: [forget_gate]",
            "expected a gate, found 'forget_gate'",
            "did you mean 'reset_gate'?",
        ),
        (
            "kind: saturation\nof: plain",
            "expected a network whose cells have gates, found plain",
            None,
        ),
        (
            "kind: frontier\nnetwork: latch\nshow: written",
            "expected a counting network, found latch (state-memory)",
            None,
        ),
        (
            "kind: cell\ncell: gru\nhighlight: [cell]",
            "expected a signal, found 'cell'",
            "valid here: candidate, hidden, reset_gate, update_gate",
        ),
        (
            "kind: seeds\nclaim: none-such",
            "there is no claim 'none-such' in this write-up",
            "valid here: it-fails, it-holds, nothing-there",
        ),
    ],
)
def test_what_a_network_does_not_have_is_refused(
    tmp_path: Path, networks: dict[str, Network], block: str, message: str, hint: str | None
) -> None:
    ((found, mend),) = mistakes(tmp_path, networks, block)
    assert found.startswith(message)
    assert mend == hint


@pytest.mark.parametrize(
    "block",
    [
        "kind: frontier\nnetwork: latch\nshow: memory",
        "kind: frontier\nnetwork: small\nshow: written",
        "kind: together\nnetwork: latch",
        "kind: cell\ncell: lstm\nequations: true",
        "kind: cell\ncell: peephole\nequations: true",
    ],
)
def test_what_a_network_has_can_be_shown(tmp_path: Path, networks: dict[str, Network], block: str) -> None:
    assert read(tmp_path, networks, figure("one", block)).figures


def test_a_sequence_may_be_as_long_as_it_says(tmp_path: Path, networks: dict[str, Network]) -> None:
    whole = "a" * LONGEST_SEQUENCE
    assert read(tmp_path, networks, figure("one", f"neuron: small 1\nsequences: [{whole}]")).figures
    ((message, _),) = mistakes(tmp_path, networks, f"neuron: small 1\nsequences: [a{whole}]")
    assert message == f"expected a sequence of 1 to {LONGEST_SEQUENCE} tokens, found {LONGEST_SEQUENCE + 1}"


def test_every_mistake_of_a_block_is_found_at_once(tmp_path: Path, networks: dict[str, Network]) -> None:
    found = mistakes(tmp_path, networks, "neuron: small 1\nsignals: [cel, hiden]\nsequences: [aXb, cXb, aXd]")
    assert [message for message, _ in found] == [
        "expected a signal of small, found 'cel'",
        "expected a signal of small, found 'hiden'",
        "the token 'c' is not in the vocabulary of small",
        "the token 'd' is not in the vocabulary of small",
    ]


def test_a_mistake_inside_a_comparison_is_found_there(tmp_path: Path, networks: dict[str, Network]) -> None:
    block = BLOCKS["comparison"].replace("small 2", "small 9").replace("small 1", "smal 1")
    assert [message for message, _ in mistakes(tmp_path, networks, block)] == [
        "expected the name of a network, found 'smal'",
        "neuron 9 does not exist: small has 6 units (1-6)",
    ]


@pytest.mark.parametrize(
    "block",
    [
        "kind: values\nneuron: smal 1\nsignal: cel\nby: a_count",
        "kind: frontier\nnetwork: smal\nshow: written",
        "kind: generated\nnetwork: smal\nprompts: [zz]",
        "kind: dose-response\nneuron: smal 1",
        "kind: saturation\nof: smal\ngates: [gate]",
        "kind: overview\nof: smal\nsignals: [cel]\nsequence: zz",
    ],
)
def test_of_a_network_that_there_is_not_nothing_else_is_said(
    tmp_path: Path, networks: dict[str, Network], block: str
) -> None:
    assert mistakes(tmp_path, networks, block) == [
        ("expected the name of a network, found 'smal'", "did you mean 'small'?")
    ]


def test_nothing_is_said_of_networks_that_are_broken_themselves(tmp_path: Path, networks: dict[str, Network]) -> None:
    body = figure("one", "neuron: other 99\nsequences: [zzz]") + "{other 99} and {other | mean of nothing}\n"
    (tmp_path / "some.md").write_text(writeup(body), encoding="utf-8")
    assert read_writeup(tmp_path / "some.md", networks, {"other"})[0].subjects == ()
