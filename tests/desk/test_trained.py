"""A trained network gives the same values, read from files or run again from its weights."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lstmgallery.desk import trained as trained_module
from lstmgallery.desk.experiments.frontier import find_frontier
from lstmgallery.desk.experiments.holds import Hold, measure_holds
from lstmgallery.desk.reference import read_signals
from lstmgallery.desk.scores import each_neuron, score_neurons
from lstmgallery.desk.targets import divide, find_targets
from lstmgallery.desk.trained import MeasuredNetwork, read_trained
from lstmgallery.network import read_network
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.state_memory import StateMemory
from lstmgallery.tasks.truths import step_truths
from tests.conftest import Gallery, language_of, random_weights, small_network
from tests.desk.planted import counting_network, counting_weights, noise, picky_network, sample_steps

COUNTER = counting_network()
KEEPER = COUNTER.model_copy(update={"task": StateMemory(kind="state-memory", longest_wait=5), "layers": 2})


@pytest.fixture(scope="module")
def counter() -> MeasuredNetwork:
    """The planted counter on its whole language."""
    return MeasuredNetwork(
        COUNTER, counting_weights(), step_truths(COUNTER.task, list(language_of(COUNTER).sequences()))
    )


@pytest.fixture(scope="module")
def keeper() -> MeasuredNetwork:
    """A state memorizer of two layers with random weights."""
    weights = random_weights(KEEPER, seed=2)
    return MeasuredNetwork(KEEPER, weights, step_truths(KEEPER.task, list(language_of(KEEPER).sequences())))


def test_the_sequences_are_those_of_the_steps_in_their_order(counter: MeasuredNetwork) -> None:
    assert counter.sequences == tuple(language_of(COUNTER).sequences())


def test_sequences_numbered_from_anywhere_keep_their_order() -> None:
    steps = step_truths(COUNTER.task, ["aaXbb", "aXb", "aaaXbbb"])
    held_out = steps[steps["sequence"] > 0]
    assert MeasuredNetwork(COUNTER, {}, held_out).sequences == ("aXb", "aaaXbbb")


def test_every_neuron_has_its_place(keeper: MeasuredNetwork) -> None:
    assert keeper.network.places == ((1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3))


def test_signals_that_are_not_given_are_run_again_from_the_weights(keeper: MeasuredNetwork) -> None:
    alone = [read_signals(KEEPER, keeper.weights, [sequence]) for sequence in keeper.sequences]
    for layer, signals in enumerate(keeper.layers):
        for key, values in signals.items():
            np.testing.assert_allclose(values, np.concatenate([each[layer][key] for each in alone]), atol=1e-12)


def test_signals_that_are_given_are_not_computed_again() -> None:
    steps = step_truths(COUNTER.task, ["aXb"])
    given = {key: np.full((4, 3), 0.25) for key in COUNTER.kind.keys}
    trained = MeasuredNetwork(COUNTER, {}, steps, read_layer=lambda layer: {**given, "cell": np.full((4, 3), layer)})
    assert trained.layers[0]["cell"].tolist() == [[1.0] * 3] * 4


def test_the_frontier_is_found_from_the_weights(counter: MeasuredNetwork) -> None:
    expected = find_frontier(COUNTER, counting_weights(), layer=1, neuron=1)
    pd.testing.assert_frame_equal(counter.frontier, expected)


def test_of_a_frontier_that_is_found_only_trained_variants_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstmgallery.desk.experiments.frontier.FURTHEST", 3)
    network = picky_network()
    weights = random_weights(network, seed=1)
    found = MeasuredNetwork(network, weights, step_truths(network.task, ["aYb"])).frontier
    assert found["is_trained"].all()
    assert set(found["variant"]) == set("012345")
    assert set(found["size"]) == {1, 2, 3}


def test_of_a_frontier_that_is_given_only_trained_variants_count() -> None:
    table = pd.DataFrame({"size": [1, 1, 2], "is_trained": [True, False, True], "right": [True, False, False]})
    trained = MeasuredNetwork(COUNTER, {}, step_truths(COUNTER.task, ["aXb"]), frontier=table)
    assert trained.frontier["size"].tolist() == [1, 2]
    assert trained.frontier["right"].tolist() == [True, False]


@pytest.mark.parametrize(
    ("feature", "phase", "names"),
    [
        ("letter", "all", {"letter=A", "letter=B"}),
        ("letter=A", "all", {"letter=A"}),
        ("x_count", "before", {"x_count"}),
        ("next_token", "before", {"next_token=x", "next_token=Y"}),
    ],
)
def test_scores_are_those_of_the_whole_scan(keeper: MeasuredNetwork, feature: str, phase: str, names: set[str]) -> None:
    whole = score_neurons(each_neuron(KEEPER, keeper.layers), find_targets(KEEPER, keeper.steps))
    expected = whole[whole["feature"].isin(names) & (whole["phase"] == phase)].reset_index(drop=True)
    found = keeper.scores(feature, phase)
    assert set(found["feature"]) == names
    pd.testing.assert_frame_equal(found, expected)


def test_scores_of_several_features_in_one_pass_are_those_of_each(keeper: MeasuredNetwork) -> None:
    together = MeasuredNetwork(KEEPER, keeper.weights, keeper.steps, read_layer=lambda layer: keeper.layers[layer - 1])
    features = ("letter", "letter=A", "wait", "next_token")
    together.score_together(features, "all")
    memories = KEEPER.kind.memories
    assert {asked[0] for asked in together._scores} == set(features)
    for feature in features:
        pd.testing.assert_frame_equal(
            together.scores(feature, "all", memories), keeper.scores(feature, "all", memories)
        )


def test_the_same_scores_are_computed_once(keeper: MeasuredNetwork) -> None:
    assert keeper.scores("letter", "all") is keeper.scores("letter", "all")


def test_a_feature_without_a_score_ranks_nobody(keeper: MeasuredNetwork) -> None:
    assert keeper.scores("letter", "delimiter").empty  # five sequences with each letter are too few for two halves
    assert keeper.ranking("letter", "delimiter", ("cell",)) == ()


def test_a_ranking_goes_by_the_best_of_the_signals_on_the_first_half(keeper: MeasuredNetwork) -> None:
    scores = keeper.scores("letter=A", "all")
    chosen = scores[scores["signal"].isin(["hidden", "forget_gate"])]
    best = chosen.groupby(["layer", "neuron"])["first_half"].max()
    expected = sorted(keeper.network.places, key=lambda place: (-best[place], place))
    assert keeper.ranking("letter=A", "all", ("hidden", "forget_gate")) == tuple(expected)


@pytest.mark.parametrize("direction", [1, -1])
def test_a_direction_leaves_out_the_signals_of_the_other(keeper: MeasuredNetwork, direction: int) -> None:
    scores = keeper.scores("letter=A", "all")
    chosen = scores[(scores["signal"] == "cell") & (scores["direction"] == direction)]
    found = keeper.ranking("letter=A", "all", ("cell",), direction=direction)
    assert set(found) == set(zip(chosen["layer"], chosen["neuron"], strict=True))
    assert 0 < len(found) < len(keeper.network.places)


def test_the_planted_counter_is_best_for_its_task(counter: MeasuredNetwork) -> None:
    assert counter.best_for_task()[0] == (1, 1)
    assert sorted(counter.best_for_task()) == [(1, 1), (1, 2), (1, 3)]


@pytest.mark.parametrize(
    ("signal", "how", "value"), [("cell", "zero", 0.0), ("input_gate", "shut", 0.0), ("output_gate", "open", 1.0)]
)
def test_a_signal_is_held_at_the_value_that_is_named(
    keeper: MeasuredNetwork, signal: str, how: str, value: float
) -> None:
    hold = Hold((2, 1), how, signal, value)
    expected = pd.DataFrame(measure_holds(KEEPER, keeper.weights, keeper.sequences, [hold]))
    pd.testing.assert_frame_equal(keeper.held((2, 1), signal, how), expected)


def test_a_memory_is_held_at_its_mean_over_the_held_out_steps(keeper: MeasuredNetwork) -> None:
    mean = np.concatenate([read_signals(KEEPER, keeper.weights, [each])[1]["cell"][:, 2] for each in keeper.sequences])
    assert keeper.held((2, 3), "cell", "mean")["amount"].unique() == pytest.approx([mean.mean()])


def test_a_copying_network_has_no_change_of_its_own() -> None:
    network = COUNTER.model_copy(update={"task": Copying(kind="copying")})
    trained = MeasuredNetwork(network, random_weights(network, seed=1), step_truths(network.task, ["abcXabc"]))
    assert trained.changed(((1, 1),)).empty


@pytest.mark.parametrize(("places", "listed"), [(((1, 2),), (1, 2)), (((1, 1), (1, 2)), (0, 0))])
def test_several_neurons_changed_at_once_are_listed_as_all(
    counter: MeasuredNetwork, places: tuple[tuple[int, int], ...], listed: tuple[int, int]
) -> None:
    table = counter.changed(places)
    assert set(zip(table["layer"], table["neuron"], strict=True)) == {listed}


def good_at_first(steps: pd.DataFrame) -> MeasuredNetwork:
    """Return a network: neuron 1 counts on the first half only, neuron 2 counts with some noise."""
    remaining = steps["remaining"].to_numpy(np.float64)
    is_first = divide(steps) == 0
    cells = [np.where(is_first, remaining, 5 * noise(steps, 3)), remaining + noise(steps, 1), noise(steps, 2)]
    cell = np.stack(cells, axis=1)
    return MeasuredNetwork(picky_network(), {}, steps, read_layer=lambda _: {"cell": cell, "hidden": 0.1 * cell})


@pytest.fixture(scope="module")
def half_good() -> MeasuredNetwork:
    """That network on 80 sequences."""
    return good_at_first(sample_steps(picky_network(), sequences=80))


def test_the_second_half_holds_every_other_sequence_and_its_signals(half_good: MeasuredNetwork) -> None:
    second = half_good.second_half
    assert second.sequences == half_good.sequences[1::2]
    is_second = divide(half_good.steps) == 1
    pd.testing.assert_frame_equal(second.steps, half_good.steps[is_second].reset_index(drop=True))
    for key, values in half_good.layers[0].items():
        np.testing.assert_array_equal(second.layers[0][key], values[is_second])
    assert half_good.second_half is second


def test_the_second_half_of_a_network_that_is_run_again_is_that_of_its_signals(keeper: MeasuredNetwork) -> None:
    for layer, signals in enumerate(keeper.second_half.layers):
        for key, values in signals.items():
            np.testing.assert_array_equal(values, keeper.layers[layer][key][divide(keeper.steps) == 1])


def test_a_neuron_that_is_good_on_the_first_half_alone_is_chosen_and_then_shown_to_be_bad(
    half_good: MeasuredNetwork,
) -> None:
    assert half_good.ranking("remaining", "all", ("cell",))[:2] == ((1, 1), (1, 2))
    assert half_good.scores("remaining", "all").set_index(["neuron", "signal"]).loc[(1, "cell"), "first_half"] == (
        pytest.approx(1.0)
    )
    score = half_good.second_half.score((1, 1), "cell", "remaining", "all")
    assert score is not None
    assert score < 0
    other = half_good.second_half.score((1, 2), "cell", "remaining", "all")
    assert other is not None
    assert other > 0.8


def test_a_score_is_that_of_both_halves_and_on_the_second_half_that_of_the_second(half_good: MeasuredNetwork) -> None:
    of_all = half_good.scores("remaining", "all")
    for row in of_all.itertuples():
        place = (row.layer, row.neuron)
        assert half_good.score(place, row.signal, "remaining", "all") == row.score
        assert half_good.second_half.score(place, row.signal, "remaining", "all") == row.second_half
    assert (of_all["score"] != of_all["second_half"]).all()


def test_what_cannot_be_scored_has_no_score_on_either(keeper: MeasuredNetwork) -> None:
    assert keeper.score((1, 1), "cell", "letter=A", "delimiter") is None
    assert keeper.second_half.score((1, 1), "cell", "letter=A", "delimiter") is None


def test_on_the_second_half_neurons_stay_those_that_the_first_chose(half_good: MeasuredNetwork) -> None:
    assert half_good.best_for_task() == half_good.second_half.best_for_task() == ((1, 1), (1, 2), (1, 3))


def test_the_frontier_of_the_second_half_is_that_of_the_network() -> None:
    table = pd.DataFrame({"size": [1], "is_trained": [True], "right": [True]})
    trained = MeasuredNetwork(COUNTER, {}, step_truths(COUNTER.task, ["aXb", "aaXbb"]), frontier=table)
    assert trained.second_half.frontier is trained.frontier


def test_a_network_like_another_asks_it_for_the_targets_and_has_scores_of_its_own(
    half_good: MeasuredNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("targets were found again")

    rows = {key: -values for key, values in half_good.layers[0].items()}
    alone = MeasuredNetwork(half_good.network, {}, half_good.steps, read_layer=lambda _: rows).scores(
        "remaining", "all"
    )
    own = half_good.scores("remaining", "all")
    monkeypatch.setattr("lstmgallery.desk.trained.find_targets", fail)
    like = MeasuredNetwork(half_good.network, {}, half_good.steps, read_layer=lambda _: rows, like=half_good)
    pd.testing.assert_frame_equal(like.scores("remaining", "all"), alone)
    assert alone["direction"].tolist() == [-direction for direction in own["direction"]]


@pytest.fixture(scope="module")
def from_files(small_gallery: Gallery) -> MeasuredNetwork:
    """The network of the small gallery, read from the files of its build."""
    project = small_gallery.project
    return read_trained(read_network(project.content / "networks" / "small.md")[0], project.build / "small")


def test_a_network_is_read_with_its_held_out_steps_alone(from_files: MeasuredNetwork, small_gallery: Gallery) -> None:
    steps = pd.read_parquet(small_gallery.project.build / "small" / "steps.parquet").query("split == 'held_out'")
    pd.testing.assert_frame_equal(from_files.steps, steps.reset_index(drop=True))
    assert from_files.sequences == ("aXb", "aaXbb", "aaaXbbb")


def test_what_is_read_from_files_is_what_the_weights_compute(from_files: MeasuredNetwork) -> None:
    again = MeasuredNetwork(from_files.network, from_files.weights, from_files.steps)
    for read, computed in zip(from_files.layers, again.layers, strict=True):
        for key in from_files.network.kind.keys:
            np.testing.assert_allclose(read[key], computed[key], rtol=0, atol=2e-5)
    assert again.frontier["written"].tolist() == from_files.frontier["written"].tolist()


def test_scores_that_the_table_of_roles_has_are_those_that_would_be_computed(
    from_files: MeasuredNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = from_files.network
    again = MeasuredNetwork(
        network, from_files.weights, from_files.steps, read_layer=lambda at: from_files.layers[at - 1]
    )
    computed = {feature: again.scores(feature, "all", ("cell",)) for feature in ("remaining", "a_count", "next_token")}
    everything = again.scores("remaining", "all")
    monkeypatch.setattr(trained_module, "score_neurons", lambda *_: pytest.fail("computed again"))
    for feature in ("remaining", "a_count"):
        pd.testing.assert_frame_equal(
            from_files.scores(feature, "all", ("cell",)), computed[feature], check_dtype=False
        )
    pd.testing.assert_frame_equal(from_files.scores("remaining", "all"), everything, check_dtype=False)
    monkeypatch.undo()
    pd.testing.assert_frame_equal(from_files.scores("next_token", "all", ("cell",)), computed["next_token"])


def test_a_network_of_several_layers_is_read_layer_by_layer(tmp_path: Path) -> None:
    network = small_network(tmp_path, layers=2)
    steps = step_truths(network.task, ["aXb"])
    values = {key: np.arange(4 * 6, dtype=float).reshape(4, 6) for key in network.kind.keys}
    trained = MeasuredNetwork(
        network, {}, steps, read_layer=lambda layer: {key: 100 * layer + each for key, each in values.items()}
    )
    assert [signals["cell"][1, 0] for signals in trained.layers] == [106.0, 206.0]
