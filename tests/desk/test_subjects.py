"""Subjects name neurons by number or by function; planted neurons are found by function."""

import numpy as np
import pandas as pd
import pytest

from lstmgallery.cells.reference import Signals
from lstmgallery.desk.grammar import GrammarError
from lstmgallery.desk.subjects import Selector, Subject, parse_subject, values_of
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Network, Place
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.counting import SelectiveCounting
from lstmgallery.tasks.languages.state_memory import StateMemory
from lstmgallery.tasks.truths import step_truths
from lstmgallery.tasks.vocabulary import START
from tests.conftest import language_of
from tests.desk.planted import counting_network


def network_of(name: str, **update: object) -> Network:
    return counting_network().model_copy(update={"name": name, **update})


NETWORKS = {
    "counter": network_of("counter"),
    "copy-machine": network_of("copy-machine", task=Copying(kind="copying"), layers=2, units=10),
    "selective-counter": network_of(
        "selective-counter", task=SelectiveCounting(kind="selective-counting", longest=4, most_ignored=2)
    ),
    "state-memorizer": network_of("state-memorizer", task=StateMemory(kind="state-memory", longest_wait=5), layers=2),
    "waiter": network_of("waiter", task=StateMemory(kind="state-memory"), cell="gru"),
}
BOTH = ("cell", "hidden")
ALL_NAMES = "valid here: copy-machine, counter, selective-counter, state-memorizer, waiter"


@pytest.mark.parametrize(
    ("text", "layer", "neuron"),
    [
        ("counter", None, None),
        ("copy-machine", None, None),
        ("copy-machine layer 2", 2, None),
        ("counter layer 1", 1, None),
        ("counter 3", 1, 3),
        ("counter 1.3", 1, 3),
        ("copy-machine 2.7", 2, 7),
        ("copy-machine 2.10", 2, 10),
        ("copy-machine layer 2 7", 2, 7),
    ],
)
def test_a_network_a_layer_or_a_neuron_is_named(text: str, layer: int | None, neuron: int | None) -> None:
    network = NETWORKS[text.split(" ")[0]]
    assert parse_subject(text, NETWORKS) == Subject(text, network, layer, neuron)


@pytest.mark.parametrize(
    ("text", "layer", "selector"),
    [
        ("counter best(remaining)", None, Selector(0, "remaining", BOTH, "all")),
        ("counter second(remaining)", None, Selector(1, "remaining", BOTH, "all")),
        ("counter third(a_count)", None, Selector(2, "a_count", BOTH, "all")),
        ("copy-machine layer 2 best(next_letter=b)", 2, Selector(0, "next_letter=b", BOTH, "all")),
        ("copy-machine best(next_letter)", None, Selector(0, "next_letter", BOTH, "all")),
        ("counter best(next_token=<end>)", None, Selector(0, "next_token=<end>", BOTH, "all")),
        ("counter best(phase=delimiter of hidden)", None, Selector(0, "phase=delimiter", ("hidden",), "all")),
        (
            "selective-counter best(a_count of hidden at delimiter)",
            None,
            Selector(0, "a_count", ("hidden",), "delimiter"),
        ),
        ("state-memorizer best(letter=A high)", None, Selector(0, "letter=A", BOTH, "all", 1)),
        ("state-memorizer best(letter=A low)", None, Selector(0, "letter=A", BOTH, "all", -1)),
        (
            "state-memorizer layer 1 third(letter=B of cell at after low)",
            1,
            Selector(2, "letter=B", ("cell",), "after", -1),
        ),
        ("waiter best(x_count of update_gate)", None, Selector(0, "x_count", ("update_gate",), "all")),
        ("waiter best(letter)", None, Selector(0, "letter", ("hidden",), "all")),
    ],
)
def test_a_neuron_is_named_by_what_it_does(text: str, layer: int | None, selector: Selector) -> None:
    network = NETWORKS[text.split(" ")[0]]
    assert parse_subject(text, NETWORKS) == Subject(text, network, layer, None, selector)


@pytest.mark.parametrize(
    ("text", "message", "at", "hint"),
    [
        ("countr", "expected the name of a network, found 'countr'", 0, "did you mean 'counter'?"),
        (" 3", "expected the name of a network, found '3'", 1, ALL_NAMES),
        ("", "expected the name of a network, found nothing", 0, ALL_NAMES),
        ("counter layer 2", "expected a layer number (1-1), found '2'", 14, None),
        ("copy-machine layer x", "expected a layer number (1-2), found 'x'", 19, None),
        ("counter 4", "neuron 4 does not exist: counter has 3 units (1-3)", 8, None),
        ("counter 0", "neuron 0 does not exist: counter has 3 units (1-3)", 8, None),
        ("counter 2.1", "layer 2 does not exist: counter has 1 layer", 8, None),
        ("counter 0.3", "layer 0 does not exist: counter has 1 layer", 8, None),
        ("copy-machine 3.1", "layer 3 does not exist: copy-machine has 2 layers (1-2)", 13, None),
        (
            "copy-machine 7",
            "copy-machine has 2 layers, found neuron 7 without a layer",
            13,
            "write layer.neuron, such as 1.7",
        ),
        ("copy-machine layer 1 2.7", "expected one layer, found layer 1 and then layer 2", 21, None),
        ("counter 3x", "expected a neuron, found '3x'", 8, None),
        ("counter ²", "expected a neuron, found '²'", 8, None),
        ("counter bst(remaining)", "expected a neuron or the end of the line, found 'bst'", 8, "did you mean 'best'?"),
        ("counter best remaining", "expected '(', found 'remaining'", 13, None),
        ("counter best(remainig)", "expected a feature of the task, found 'remainig'", 13, "did you mean 'remaining'?"),
        (
            "counter best(letter=A)",
            "expected a feature of the task, found 'letter'",
            13,
            "valid here: a_count, next_token, phase, remaining",
        ),
        ("counter best(remaining=3)", "expected ')', found '='", 22, None),
        (
            "counter best(phase=middle)",
            "expected a value of phase, found 'middle'",
            19,
            "valid here: after, before, delimiter",
        ),
        (
            "counter best(remaining of update_gate)",
            "expected a signal, found 'update_gate'",
            26,
            "did you mean 'input_gate'?",
        ),
        (
            "counter best(remaining at delimeter)",
            "expected a phase, found 'delimeter'",
            26,
            "did you mean 'delimiter'?",
        ),
        ("counter best(remaining", "expected ')', found the end of the line", 22, None),
        ("counter 3 best(remaining)", "expected the end of the line, found 'best(remaining)'", 10, None),
        ("counter -3", "expected the end of the line, found '-3'", 8, None),
    ],
)
def test_what_names_nobody_is_refused_with_its_place(text: str, message: str, at: int, hint: str | None) -> None:
    with pytest.raises(GrammarError) as raised:
        parse_subject(text, NETWORKS)
    assert (raised.value.message, raised.value.at, raised.value.hint) == (message, at, hint)


@pytest.mark.parametrize(
    ("text", "is_neuron", "is_comparable"),
    [
        ("counter", False, True),
        ("copy-machine layer 2", False, True),
        ("counter 3", True, False),
        ("counter best(remaining)", True, True),
    ],
)
def test_only_a_neuron_known_by_its_number_cannot_be_found_elsewhere(
    text: str, is_neuron: bool, is_comparable: bool
) -> None:
    subject = parse_subject(text, NETWORKS)
    assert (subject.is_neuron, subject.is_comparable) == (is_neuron, is_comparable)


@pytest.mark.parametrize(
    ("network", "column", "values"),
    [
        ("counter", "token", (START, "<end>", "a", "b", "X")),
        ("counter", "next_token", (START, "<end>", "a", "b", "X")),
        ("counter", "phase", ("before", "delimiter", "after")),
        ("state-memorizer", "letter", ("A", "B")),
        ("copy-machine", "next_letter", ("a", "b", "c")),
    ],
)
def test_a_category_has_the_values_that_its_language_gives_it(
    network: str, column: str, values: tuple[str, ...]
) -> None:
    assert values_of(NETWORKS[network].model_copy(update={"shown": ()}), column) == values


def memorizer(signals: dict[tuple[int, int, str], str]) -> MeasuredNetwork:
    """Return the state memorizer with planted signals, named by the features they follow; all others are constant."""
    network = NETWORKS["state-memorizer"]
    steps = step_truths(network.task, list(language_of(network).sequences()))
    noise = np.random.default_rng(3).normal(size=len(steps))
    follows: dict[str, np.ndarray] = {
        "A": (steps["letter"] == "A").to_numpy(float),
        "not A": -(steps["letter"] == "A").to_numpy(float),
        "nearly A": (steps["letter"] == "A").to_numpy(float) + 0.5 * noise,
        "x": steps["x_count"].to_numpy(float),
        "x before": np.where(steps["phase"] == "before", steps["x_count"], 0.0),
    }

    def read_layer(layer: int) -> Signals:
        values = {key: np.full((len(steps), network.units), 0.5, np.float32) for key in network.kind.keys}
        for (of_layer, neuron, key), what in signals.items():
            if of_layer == layer:
                values[key][:, neuron - 1] = follows[what]
        return values

    return MeasuredNetwork(network, {}, steps, read_layer=read_layer)


def places(text: str, trained: MeasuredNetwork) -> tuple[Place, ...]:
    return parse_subject(text, NETWORKS).places(trained)


EVERYONE = ((1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("state-memorizer", EVERYONE),
        ("state-memorizer layer 2", EVERYONE[3:]),
        ("state-memorizer 2.3", ((2, 3),)),
    ],
)
def test_whoever_is_named_by_number_is_meant(text: str, expected: tuple[Place, ...]) -> None:
    assert places(text, memorizer({})) == expected


PLANTED = memorizer(
    {
        (1, 2, "cell"): "nearly A",
        (1, 3, "cell"): "not A",
        (2, 2, "hidden"): "A",
        (1, 1, "forget_gate"): "A",
        (2, 3, "hidden"): "x before",
        (2, 1, "cell"): "x",
    }
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("best(letter=A)", (1, 3)),  # it and (2, 2) encode it equally well; the lower layer comes first
        ("second(letter=A)", (2, 2)),
        ("third(letter=A)", (1, 2)),
        ("layer 2 best(letter=A)", (2, 2)),
        ("best(letter=A high)", (2, 2)),
        ("best(letter=A low)", (1, 3)),
        ("second(letter=A high)", (1, 2)),
        ("best(letter=A of cell high)", (1, 2)),
        ("best(letter=A of hidden)", (2, 2)),
        ("best(letter=A of forget_gate)", (1, 1)),
        ("best(letter=B low)", (2, 2)),
        ("best(x_count)", (2, 1)),
        ("best(x_count of hidden)", (2, 3)),
        ("second(x_count at before)", (2, 3)),
        ("layer 1 best(x_count of input_gate)", (1, 1)),
    ],
)
def test_a_planted_neuron_is_found_by_what_it_does(text: str, expected: Place) -> None:
    assert places(f"state-memorizer {text}", PLANTED) == (expected,)


def test_equal_scores_go_to_the_lower_layer_and_then_to_the_lower_number() -> None:
    same = memorizer({(layer, neuron, "cell"): "A" for layer, neuron in ((2, 1), (1, 2), (1, 3))})
    found = [places(f"state-memorizer {rank}(letter=A)", same) for rank in ("best", "second", "third")]
    assert found == [((1, 2),), ((1, 3),), ((2, 1),)]


def test_where_no_neuron_has_the_direction_nobody_is_meant() -> None:
    low = memorizer(dict.fromkeys([(layer, neuron, "hidden") for layer, neuron in EVERYONE], "not A"))
    assert places("state-memorizer best(letter=A of hidden high)", low) == ()


def test_where_a_feature_cannot_be_scored_nobody_is_meant() -> None:
    network = NETWORKS["state-memorizer"]
    steps = step_truths(network.task, ["AxYa", "BxYb"])
    nothing = {key: np.zeros((len(steps), network.units)) for key in network.kind.keys}
    few = MeasuredNetwork(network, {}, steps, read_layer=lambda _: nothing)
    assert places("state-memorizer best(x_count at delimiter)", few) == ()


def test_a_rank_beyond_the_last_neuron_means_nobody() -> None:
    network = NETWORKS["counter"].model_copy(update={"units": 2})
    steps = step_truths(network.task, list(language_of(network).sequences()))
    signals = {key: np.random.default_rng(1).normal(size=(len(steps), 2)) for key in network.kind.keys}
    trained = MeasuredNetwork(network, {}, steps, read_layer=lambda _: signals)
    assert parse_subject("counter third(remaining)", {"counter": network}).places(trained) == ()


def test_a_network_without_signals_to_compare_still_names_its_neurons() -> None:
    trained = MeasuredNetwork(NETWORKS["counter"], {}, pd.DataFrame({"step": [], "sequence": [], "token": []}))
    assert parse_subject("counter 2", NETWORKS).places(trained) == ((1, 2),)
