"""Every measure against the same arithmetic, written again in pandas and NumPy, on planted signals."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from lstmgallery.cells.reference import Signals
from lstmgallery.desk.claims import parse_question
from lstmgallery.desk.grammar import GrammarError
from lstmgallery.desk.measures.measurement import Measurement
from lstmgallery.desk.subjects import parse_subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Network, Place
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.counting import Counting, SelectiveCounting
from lstmgallery.tasks.languages.state_memory import StateMemory
from lstmgallery.tasks.truths import step_truths
from tests.audit import causes, scoring
from tests.audit.reading import Files, read
from tests.conftest import language_of, random_weights
from tests.desk.planted import (
    TO_COPY,
    as_files,
    counting_network,
    counting_weights,
    divided_weights,
    guessing_weights,
    latch_network,
    latch_weights,
    vote_network,
    vote_weights,
)


def network_of(name: str, **update: object) -> Network:
    return counting_network().model_copy(update={"name": name, **update})


COUNTER = network_of("counter", task=Counting(kind="counting", longest=8))
PICKY = network_of("picky", task=SelectiveCounting(kind="selective-counting", longest=4, most_ignored=2))
KEEPER = network_of("keeper", task=StateMemory(kind="state-memory", longest_wait=5), layers=2, shown=("AxYa",))
COPIER = network_of("copier", task=Copying(kind="copying"), layers=2)
GATED = network_of("gated", cell="gru")
NETWORKS = {each.name: each for each in (COUNTER, PICKY, KEEPER, COPIER, GATED)}


def plant(
    network: Network, sequences: list[str], *, seed: int = 1, frontier: pd.DataFrame | None = None
) -> MeasuredNetwork:
    """Return a network whose signals are noise, all of them different."""
    steps = step_truths(network.task, sequences)
    random = np.random.default_rng(seed)
    layers = [
        {key: random.normal(size=(len(steps), network.units)).astype(np.float32) for key in network.kind.keys}
        for _ in range(network.layers)
    ]
    return MeasuredNetwork(network, {}, steps, read_layer=lambda layer: layers[layer - 1], frontier=frontier)


def frame_of(trained: MeasuredNetwork, *places: tuple[int, int]) -> pd.DataFrame:
    """Return the steps with every signal of some neurons, one neuron's rows after another's."""
    parts = []
    for layer, neuron in places:
        signals = {key: values[:, neuron - 1].astype(float) for key, values in trained.layers[layer - 1].items()}
        parts.append(trained.steps.assign(layer=layer, neuron=neuron, **signals))
    return pd.concat(parts, ignore_index=True)


def measured(text: str, subject: str, trained: MeasuredNetwork) -> Measurement:
    who = parse_subject(subject, {trained.network.name: trained.network})
    return parse_question(text, who).measure.take(trained, who.places(trained))


NOISE = plant(PICKY, list(language_of(PICKY).sequences()))
FRAME = frame_of(NOISE, (1, 2))
X, A = FRAME[FRAME["token"] == "X"], FRAME[FRAME["token"] == "a"]
BEFORE = FRAME[FRAME["phase"] == "before"]

STATISTICS: dict[str, tuple[float, int]] = {
    "mean of cell": (FRAME["cell"].mean(), len(FRAME)),
    "median of hidden": (FRAME["hidden"].median(), len(FRAME)),
    "min of output_gate": (FRAME["output_gate"].min(), len(FRAME)),
    "max of candidate": (FRAME["candidate"].max(), len(FRAME)),
    "mean of input_gate where token == X": (X["input_gate"].mean(), len(X)),
    'mean of input_gate where token == "X"': (X["input_gate"].mean(), len(X)),
    "quantile 0.9 of forget_gate": (float(np.quantile(FRAME["forget_gate"], 0.9)), len(FRAME)),
    "quantile 0 of cell where token == X": (X["cell"].min(), len(X)),
    "quantile 1 of cell where token == X": (X["cell"].max(), len(X)),
    "mean of abs(cell)": (FRAME["cell"].abs().mean(), len(FRAME)),
    "share of forget_gate > 0.9 where phase == before": ((BEFORE["forget_gate"] > 0.9).mean(), len(BEFORE)),
    "share of abs(hidden) <= 1": ((FRAME["hidden"].abs() <= 1).mean(), len(FRAME)),
    "share of cell < -0.5": ((FRAME["cell"] < -0.5).mean(), len(FRAME)),
    "difference of input_gate where token == a versus token == X": (
        A["input_gate"].mean() - X["input_gate"].mean(),
        len(A) + len(X),
    ),
    "ratio of abs(cell) where token == a versus token == X": (
        A["cell"].abs().mean() / X["cell"].abs().mean(),
        len(A) + len(X),
    ),
    "correlation of cell with hidden": (float(np.corrcoef(FRAME["cell"], FRAME["hidden"])[0, 1]), len(FRAME)),
    "correlation of cell with abs(cell) where token == a": (
        float(np.corrcoef(A["cell"], A["cell"].abs())[0, 1]),
        len(A),
    ),
    "spread of cell by a_count where token == X": (
        max(np.ptp(rows["cell"]) for _, rows in X.groupby("a_count")) / np.ptp(X["cell"]),
        len(X),
    ),
    "gap of cell where token == X": (
        min(after - before for before, after in pairwise(sorted(X["cell"]))) / np.ptp(X["cell"]),
        len(X),
    ),
}


@pytest.mark.parametrize("text", STATISTICS)
def test_a_statistic_is_what_plain_arithmetic_gives(text: str) -> None:
    value, n = STATISTICS[text]
    found = measured(text, "picky 2", NOISE)
    assert found.value == pytest.approx(value, rel=1e-9)
    assert (found.n, found.unit, found.reason) == (n, "step", "")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("mean of cell", "number"),
        ("difference of cell where token == a versus token == X", "number"),
        ("share of cell > 0", "share"),
        ("spread of cell by a_count", "share"),
        ("gap of cell", "share"),
    ],
)
def test_a_measure_says_how_its_value_is_read(text: str, kind: str) -> None:
    assert measured(text, "picky 2", NOISE).kind == kind


@pytest.mark.parametrize("text", [text for text in STATISTICS if " versus " not in text])
def test_the_data_are_exactly_the_values_that_were_measured(text: str) -> None:
    data = measured(text, "picky 2", NOISE).data
    chosen = {"where token == X": X, "where token == a": A, "where phase == before": BEFORE}
    frame = next((rows for end, rows in chosen.items() if text.replace('"', "").endswith(end)), FRAME)
    assert (
        data[["sequence", "step", "token"]].to_numpy().tolist()
        == frame[["sequence", "step", "token"]].to_numpy().tolist()
    )
    assert set(data["layer"]) == {1}
    assert set(data["neuron"]) == {2}
    for column in set(data.columns) & {*PICKY.kind.keys, *(f"abs({key})" for key in PICKY.kind.keys)}:
        inner = column.removeprefix("abs(").removesuffix(")")
        expected = frame[inner].abs() if column.startswith("abs(") else frame[inner]
        assert data[column].tolist() == expected.tolist()


def test_the_data_of_a_difference_say_which_condition_each_row_has() -> None:
    data = measured("difference of cell where token == a versus phase == before and token == X", "picky 2", NOISE).data
    assert data.index.tolist() == [*range(len(data))]
    found = {text: rows["cell"].tolist() for text, rows in data.groupby("condition")}
    assert found == {
        "token == a": A["cell"].tolist(),
        "phase == before and token == X": X[X["phase"] == "before"]["cell"].tolist(),
    }


@pytest.mark.parametrize(
    ("subject", "places"),
    [("keeper", [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]), ("keeper layer 2", [(2, 1), (2, 2), (2, 3)])],
)
def test_of_several_neurons_all_values_are_taken_together(subject: str, places: list[tuple[int, int]]) -> None:
    trained = plant(KEEPER, list(language_of(KEEPER).sequences()))
    frame = frame_of(trained, *places)
    for text, value in {
        "median of cell where token == x": frame.loc[frame["token"] == "x", "cell"].median(),
        "correlation of cell with hidden": np.corrcoef(frame["cell"], frame["hidden"])[0, 1],
        "gap of cell": np.diff(np.sort(frame["cell"])).min() / np.ptp(frame["cell"]),
        "share of abs(hidden) > 0.9": (frame["hidden"].abs() > 0.9).mean(),
    }.items():
        assert measured(text, subject, trained).value == pytest.approx(value, rel=1e-9)
    data = measured("mean of cell", subject, trained).data
    assert data["cell"].tolist() == frame["cell"].tolist()
    assert list(zip(data["layer"], data["neuron"], strict=True)) == list(
        zip(frame["layer"], frame["neuron"], strict=True)
    )


SHORT = ["aXb", "aaXbb"]  # 4 and 6 steps


def counting(cell: list[float]) -> MeasuredNetwork:
    """Return a counter with these values of neuron 1 along the two short sequences."""
    steps = step_truths(COUNTER.task, SHORT)
    values = np.zeros((len(steps), 3))
    values[:, 0] = cell
    signals: Signals = dict.fromkeys(COUNTER.kind.keys, values)
    return MeasuredNetwork(COUNTER, {}, steps, read_layer=lambda _: signals)


STEPWISE = counting([5, 6, 4, 4, 10, 11, 13, 13, 10, 9])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mean of cell where step == 0", 7.5),
        ("max of change(cell)", 10),  # 0 is what every sequence begins with
        ("mean of change(cell) where step == 0", 7.5),
        ("min of change(cell) where step == 0", 5),
        ("min of change(cell)", -3),
        ("max of change(cell) where step > 0", 2),
        ("max of abs(change(cell)) where token == b", 3),
        ("min of change(abs(cell)) where token == b", -3),
        ("mean of change(cell) where token == a", 4 / 3),
        ("mean of cell where remaining == 1 and token != b", (6 + 4 + 11) / 3),
        ("mean of cell where next_token == <end>", 6.5),
        ("mean of cell where token == <start>", 7.5),
        ("max of cell where a_count >= 2 and phase != after and step < 3", 13),
        ("ratio of cell where token == X versus step == 0", (4 + 13) / 15),
        ("ratio of change(cell) where step == 3 versus step == 0", 0.0),
        ("share of cell == 13", 0.2),
        ("share of cell != 13 where token == a", 2 / 3),
        ("spread of cell by remaining where phase == after", 5 / 6),
        ("gap of cell where token == a", 2 / 7),
        ("quantile 0.25 of cell where token == a", 8.5),
    ],
)
def test_values_by_hand(text: str, value: float) -> None:
    assert measured(text, "counter 1", STEPWISE).value == pytest.approx(value)


def test_a_change_never_reaches_back_into_the_sequence_before() -> None:
    expected = FRAME.groupby("sequence")["cell"].diff().fillna(FRAME["cell"])
    data = measured("mean of change(cell)", "picky 2", NOISE).data
    np.testing.assert_allclose(data["change(cell)"], expected, rtol=1e-12)


@pytest.mark.parametrize("comparison", ["==", "!="])
def test_a_step_that_cannot_know_a_feature_passes_no_test_of_it(comparison: str) -> None:
    trained = plant(KEEPER, list(language_of(KEEPER).sequences()))
    steps = trained.steps
    is_a = steps["letter"] == "A"
    known = steps["letter"].notna()
    expected = steps[is_a if comparison == "==" else known & ~is_a]
    data = measured(f"mean of cell where letter {comparison} A", "keeper 1.1", trained).data
    assert not known.all()
    assert data[["sequence", "step"]].to_numpy().tolist() == expected[["sequence", "step"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("text", "cell", "reason"),
    [
        ("mean of cell where remaining > 5", None, "no measured step satisfies remaining > 5"),
        (
            "difference of cell where token == a versus step > 50",
            None,
            "no measured step satisfies step > 50",
        ),
        ("ratio of cell where token == a versus token == X", [0.0], "the mean is zero where token == X"),
        ("correlation of cell with abs(cell)", [0.1], "one of the two is constant"),
        ("correlation of cell with abs(cell) where token == a", [0.1], "one of the two is constant"),
        ("correlation of cell with abs(cell) where step == 5", None, "one of the two is constant"),
        ("spread of cell by remaining", [0.1], "all values are equal"),
        ("gap of cell", [0.1], "all values are equal"),
        ("spread of cell by remaining where step > 50", None, "no measured step satisfies step > 50"),
        ("share of cell > 1 where step > 50", None, "no measured step satisfies step > 50"),
        ("correlation of cell with hidden where step > 50", None, "no measured step satisfies step > 50"),
    ],
)
def test_what_cannot_be_measured_has_a_reason_and_no_value(text: str, cell: list[float] | None, reason: str) -> None:
    trained = STEPWISE if cell is None else counting(cell * 10)
    found = measured(text, "counter 1", trained)
    assert (found.value, found.reason) == (None, reason)


@pytest.mark.parametrize("text", ["correlation of cell with abs(cell)", "correlation of abs(cell) with cell"])
def test_a_correlation_needs_both_to_change(text: str) -> None:
    found = measured(text, "counter 1", counting([0.1, -0.1] * 5))
    assert (found.value, found.n, found.reason) == (None, 10, "one of the two is constant")


def test_a_gap_needs_two_values() -> None:
    found = measured("gap of cell where step == 5", "counter 1", STEPWISE)
    assert (found.value, found.n, found.reason) == (None, 1, "a single value has no gap")


def test_too_few_steps_have_no_score() -> None:
    found = measured("r2 of cell with remaining where phase == delimiter", "counter 1", STEPWISE)
    assert (found.value, found.reason) == (None, "too few held-out steps determine remaining")


def scored(trained: MeasuredNetwork, signal: str, feature: str, phase: str, place: Place) -> float:
    """Return the score of one signal, by independent lines or pairs."""
    table = scoring.held_out(files_of(trained))
    (target,) = (
        each for each in scoring.find_targets(table, [feature]) if (each.feature, each.phase) == (feature, phase)
    )
    return scoring.score_signal(trained.layers[place[0] - 1][signal][:, place[1] - 1].astype(float), target).score


@pytest.mark.parametrize(
    ("text", "signal", "feature", "phase"),
    [
        ("r2 of cell with remaining", "cell", "remaining", "all"),
        ("r2 of hidden with a_count where phase == before", "hidden", "a_count", "before"),
        ("auc of input_gate with next_token=b", "input_gate", "next_token=b", "all"),
        ("auc of cell with phase=delimiter", "cell", "phase=delimiter", "all"),
        ("auc of cell with next_token=<end> where phase == after", "cell", "next_token=<end>", "after"),
    ],
)
def test_a_score_is_that_of_both_halves(text: str, signal: str, feature: str, phase: str) -> None:
    found = measured(text, "picky 2", NOISE)
    assert found.value == pytest.approx(scored(NOISE, signal, feature, phase, (1, 2)), abs=1e-9)
    rows = FRAME if phase == "all" else FRAME[FRAME["phase"] == phase]
    assert (found.n, found.unit, found.kind) == (len(rows), "step", "number")
    key = feature.partition("=")[0]
    assert found.data[signal].tolist() == rows[signal].tolist()
    assert found.data[key].tolist() == rows[key].tolist()


def test_a_score_leaves_out_the_steps_that_cannot_know_its_feature() -> None:
    trained = plant(COPIER, list(language_of(COPIER).sequences()))
    found = measured("auc of hidden with next_letter=b", "copier 2.3", trained)
    frame = frame_of(trained, (2, 3))
    known = frame[frame["next_letter"].notna()]
    assert found.value == pytest.approx(scored(trained, "hidden", "next_letter=b", "all", (2, 3)), abs=1e-9)
    assert found.n == len(known) < len(frame)
    assert found.data["hidden"].tolist() == known["hidden"].tolist()


def test_a_spread_leaves_out_the_steps_that_cannot_know_its_feature() -> None:
    trained = plant(KEEPER, list(language_of(KEEPER).sequences()))
    frame = frame_of(trained, (1, 3))
    known = frame[frame["letter"].notna()]
    found = measured("spread of cell by letter", "keeper 1.3", trained)
    widest = max(np.ptp(rows) for _, rows in known.groupby("letter")["cell"])
    assert found.value == pytest.approx(widest / np.ptp(known["cell"]))
    assert found.n == len(known) < len(frame)


def frontier(right: dict[int, list[bool]]) -> pd.DataFrame:
    """Return a frontier with as many variants of each size; variants outside training are always wrong."""
    rows = [(size, str(at), True, is_right) for size, each in right.items() for at, is_right in enumerate(each)]
    rows += [(size, "new", False, False) for size in right]
    table = pd.DataFrame(rows, columns=["size", "variant", "is_trained", "right"])
    return table.assign(prompt="aX", expected="b", written="b", ended=True, memory=0.5)


def reaching(right: dict[int, list[bool]]) -> MeasuredNetwork:
    return plant(PICKY, ["aYb"], frontier=frontier(right))


REACH = reaching({1: [True, True], 2: [True, True], 3: [True, False], 4: [False, False], 5: [True, True]})


@pytest.mark.parametrize(
    ("text", "value", "n", "kind"),
    [
        ("right where size <= 2", 1.0, 4, "share"),
        ("right where size <= 4", 5 / 8, 8, "share"),
        ("right where size > 2 and size != 4", 3 / 4, 4, "share"),
        ("right where size == 3", 0.5, 2, "share"),
        ("first failure", 3, 10, "size"),
        ("last success", 2, 10, "size"),
    ],
)
def test_the_frontier_is_measured_on_the_variants_that_training_had(text: str, value: float, n: int, kind: str) -> None:
    found = measured(text, "picky", REACH)
    assert (found.value, found.n, found.unit, found.kind) == (value, n, "sequence", kind)
    assert len(found.data) == n
    assert "new" not in set(found.data["variant"])


@pytest.mark.parametrize(("text", "value"), [("first failure", 101.0), ("last success", 100.0)])
def test_a_network_that_never_fails_counts_as_failing_beyond_all_sizes(text: str, value: float) -> None:
    found = measured(text, "picky", reaching({1: [True], 2: [True]}))
    assert (found.value, found.kind, found.reason) == (value, "size", "")


def test_sizes_that_were_not_tried_cannot_be_right() -> None:
    found = measured("right where size > 100", "picky", REACH)
    assert (found.value, found.reason) == (None, "no measured size satisfies size > 100")


def on_all(network: Network, weights: dict[str, np.ndarray]) -> MeasuredNetwork:
    return MeasuredNetwork(network, weights, step_truths(network.task, list(language_of(network).sequences())))


def files_of(trained: MeasuredNetwork) -> Files:
    return as_files(trained.network, trained.weights, trained.sequences)


PLANTED = on_all(COUNTER, counting_weights())
COPIED = MeasuredNetwork(COPIER, guessing_weights(COPIER, seed=3), step_truths(COPIER.task, TO_COPY))
SPLIT = on_all(KEEPER, divided_weights(KEEPER, seed=2))
LATCH = on_all(latch_network(), latch_weights())
VOTE = on_all(vote_network(), vote_weights())


def held(trained: MeasuredNetwork, place: Place, signal: str, how: str) -> dict[str, float]:
    """Return the result of reading while a signal is held, computed again."""
    files = files_of(trained)
    reading = read(files.model(), trained.sequences)
    values = reading.of_steps(reading.signals[place[0] - 1][signal])[:, place[1] - 1]
    amounts = {"zero": 0.0, "shut": 0.0, "open": 1.0, "mean": values.mean()}
    return causes.reading_results(files, files.model(), trained.sequences, causes.hold(place, signal, amounts[how]))


@pytest.mark.parametrize(
    ("text", "measure", "signal", "how"),
    [
        ("right with cell at zero", "right", "cell", "zero"),
        ("right with cell at mean", "right", "cell", "mean"),
        ("right with input_gate shut", "right", "input_gate", "shut"),
        ("loss with forget_gate open", "loss", "forget_gate", "open"),
        ("loss with cell at mean", "loss", "cell", "mean"),
        ("loss with output_gate shut", "loss", "output_gate", "shut"),
    ],
)
@pytest.mark.parametrize("neuron", [1, 2, 3])
def test_a_held_signal_does_to_reading_what_it_does_computed_anew(
    text: str, measure: str, signal: str, how: str, neuron: int
) -> None:
    found = measured(text, f"counter {neuron}", PLANTED)
    assert found.value == pytest.approx(held(PLANTED, (1, neuron), signal, how)[measure], rel=1e-6)
    assert (found.n, found.unit) == (8, "sequence")
    assert found.kind == ("share" if measure == "right" else "number")
    assert found.data.set_index("measure")["value"].to_dict() == pytest.approx(held(PLANTED, (1, neuron), signal, how))


@pytest.mark.parametrize("place", [(1, 2), (2, 1)])
@pytest.mark.parametrize("result", ["right_1", "right_2", "right_3", "right", "loss"])
def test_each_letter_of_a_copy_is_measured_with_a_held_signal(result: str, place: Place) -> None:
    found = measured(f"{result} with cell at zero", f"copier {place[0]}.{place[1]}", COPIED)
    expected = held(COPIED, place, "cell", "zero")
    assert found.value == pytest.approx(expected[result], rel=1e-9)
    assert found.n == len(TO_COPY)
    assert len(set(expected.values())) == 5


def test_the_memory_of_a_gated_unit_is_its_hidden_state() -> None:
    trained = on_all(GATED, random_weights(GATED, seed=5))
    found = measured("loss with hidden at zero", "gated 2", trained)
    assert found.value == pytest.approx(held(trained, (1, 2), "hidden", "zero")["loss"], rel=1e-9)


@pytest.mark.parametrize("neuron", [1, 2, 3])
def test_only_the_counter_writes_a_b_more_for_each_count_added(neuron: int) -> None:
    found = measured("slope of dose-response", f"counter {neuron}", PLANTED)
    assert found.value == pytest.approx(1.0 if neuron == 1 else 0.0, abs=1e-9)
    assert (found.n, found.unit, found.kind) == (2 * 7, "sequence", "number")  # 4 and 5 a's, -3 to 3 counts
    assert found.data["measure"].tolist() == ["written"] * 14 + ["slope"]
    assert found.data["value"].iloc[-1] == found.value


def ranking(trained: MeasuredNetwork) -> list[Place]:
    """Return all neurons, best first for the task, ranked again."""
    files = files_of(trained)
    ranked = scoring.main_ranking(files, scoring.rerun(files, trained.weights))
    return [*zip(ranked["layer"], ranked["neuron"], strict=True)]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_counts_are_added_to_as_many_of_the_best_neurons_as_are_named(size: int) -> None:
    trained = on_all(COUNTER, two_counters())
    best = ranking(trained)
    assert best == [(1, 1), (1, 3), (1, 2)]
    files = files_of(trained)
    slope = causes.slope_of_doses(causes.add_counts(files, files.model(), best[:size]))
    assert slope == pytest.approx(1.0, abs=1e-9) if size > 1 else slope < 0.6
    found = measured(f"slope of dose-response with {size} neurons", "counter", trained)
    assert found.value == pytest.approx(slope, abs=1e-9)


@pytest.mark.parametrize(
    ("subject", "value"),
    [
        ("latch 1.2", 1.0),
        ("latch 2.3", 0.0),
        ("latch 1.1", 0.0),
        ("latch best(letter)", 1.0),  # 1.2, which holds the letter
        ("latch layer 2 best(letter)", 0.0),  # 2.3, which passes it on
        ("latch second(letter=B)", 0.0),
    ],
)
def test_an_exchange_turns_every_answer_where_the_letter_is_held_and_none_elsewhere(subject: str, value: float) -> None:
    found = measured("turned by exchange", subject, LATCH)
    assert (found.value, found.n, found.unit, found.kind) == (value, 10, "sequence", "share")


@pytest.mark.parametrize(("size", "value"), [(1, 0.0), (2, 0.5), (3, 1.0), (12, 1.0)])
def test_an_exchange_of_the_best_neurons_turns_what_their_votes_turn(size: int, value: float) -> None:
    found = measured(f"turned by exchange with {size} neurons", "vote", VOTE)
    assert (found.value, found.n, found.unit, found.kind) == (value, 10, "sequence", "share")


@pytest.mark.parametrize("place", [(1, 2), (2, 1), (2, 3)])
def test_an_exchange_of_a_neuron_that_hardly_matters_turns_what_it_turns_computed_anew(place: Place) -> None:
    files = files_of(SPLIT)
    found = measured("turned by exchange", f"keeper {place[0]}.{place[1]}", SPLIT)
    assert found.value == causes.exchange(files, files.model(), [place])[0]


@pytest.mark.parametrize("size", [1, 2, 5, 6])
def test_an_exchange_of_neurons_by_rank_turns_what_it_turns_computed_anew(size: int) -> None:
    files = files_of(SPLIT)
    found = measured(f"turned by exchange with {size} neurons", "keeper", SPLIT)
    assert found.value == causes.exchange(files, files.model(), ranking(SPLIT)[:size])[0]


@pytest.mark.parametrize("trained", [PLANTED, SPLIT, LATCH, VOTE, COPIED], ids=lambda trained: trained.network.name)
def test_the_best_neurons_for_a_task_are_those_of_a_ranking_made_anew(trained: MeasuredNetwork) -> None:
    assert [*trained.best_for_task()] == ranking(trained)


def test_one_neuron_may_be_written_in_the_singular() -> None:
    measure = "slope of dose-response with 1 neuron"
    assert measured(measure, "counter", PLANTED).value == measured(f"{measure}s", "counter", PLANTED).value


def test_a_single_counter_is_all_that_is_needed() -> None:
    found = measured("neurons needed", "counter", PLANTED)
    assert (found.value, found.unit, found.kind) == (1, "sequence", "count")
    assert found.data["slope"].tolist() == pytest.approx([1.0])


@pytest.mark.parametrize(("trained", "turned"), [(LATCH, [1.0]), (VOTE, [0.0, 0.5, 1.0])], ids=["latch", "vote"])
def test_as_many_neurons_are_needed_as_turn_every_answer_together(
    trained: MeasuredNetwork, turned: list[float]
) -> None:
    found = measured("neurons needed", trained.network.name, trained)
    assert (found.value, found.n, found.unit, found.kind) == (len(turned), 10, "sequence", "count")
    assert found.data["neurons"].tolist() == [*range(1, len(turned) + 1)]
    assert found.data["turned"].tolist() == turned


@pytest.mark.parametrize(("turned", "needed"), [([0.9499, 0.95, 1.0], 2), ([0.95, 0.0, 0.0], 1), ([0.0, 1.0, 0.0], 2)])
def test_a_change_comes_through_whole_from_95_in_100_on(
    turned: list[float], needed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(places: tuple[Place, ...]) -> pd.DataFrame:
        return pd.DataFrame([{"measure": "turned", "value": turned[len(places) - 1], "sequences": 40}])

    trained = on_all(latch_network(), latch_weights())
    monkeypatch.setattr(trained, "changed", changed)
    found = measured("neurons needed", "latch", trained)
    assert (found.value, found.n) == (needed, 40)
    assert found.data["turned"].tolist() == turned[:needed]


def two_counters() -> dict[str, np.ndarray]:
    """Return the planted weights with the count in neurons 1 and 3, half of it read from each."""
    weights = counting_weights()
    weights["layer_1/kernel"][:, 8] = weights["layer_1/kernel"][:, 6]  # the candidate of neuron 3
    weights["readout/kernel"][0] /= 2
    weights["readout/kernel"][2] = weights["readout/kernel"][0]
    return weights


def test_a_count_kept_in_two_neurons_needs_both() -> None:
    found = measured("neurons needed", "counter", on_all(COUNTER, two_counters()))
    assert found.value == 2
    assert found.data["neurons"].tolist() == [1, 2]
    assert found.data["slope"].iloc[0] < 0.95 <= found.data["slope"].iloc[1]


def test_where_no_number_of_neurons_is_enough_none_is_needed() -> None:
    weights = counting_weights()
    weights["readout/kernel"][:] = 0
    found = measured("neurons needed", "counter", on_all(COUNTER, weights))
    assert (found.value, found.reason) == (None, "changing all neurons at once is not enough")
    assert found.data["neurons"].tolist() == [1, 2, 3]


COLUMNS = "valid here: a_count, next_token, phase, remaining, step, token"


@pytest.mark.parametrize(
    ("subject", "text", "message", "at", "hint"),
    [
        ("counter", "", "expected a measure, found the end of the line", 0, None),
        ("counter", "meen of cell", "expected a measure, found 'meen'", 0, "did you mean 'mean'?"),
        ("counter", "mean cell", "expected 'of', found 'cell'", 5, None),
        ("counter", "mean of cells", "expected a signal, found 'cells'", 8, "did you mean 'cell'?"),
        (
            "gated",
            "mean of cell",
            "expected a signal, found 'cell'",
            8,
            "valid here: candidate, hidden, reset_gate, update_gate",
        ),
        ("counter", "mean of abs cell", "expected '(', found 'cell'", 12, None),
        ("counter", "mean of abs(cell", "expected ')', found the end of the line", 16, None),
        ("counter", "mean of cell where", "expected a column to compare, found the end of the line", 18, COLUMNS),
        ("counter", "mean of cell where letter == A", "expected a column to compare, found 'letter'", 19, COLUMNS),
        ("counter", "mean of cell where size == 2", "expected a column to compare, found 'size'", 19, COLUMNS),
        (
            "counter",
            "mean of cell where token < a",
            "expected == or !=, found '<'",
            25,
            "valid here: !=, ==",
        ),
        (
            "counter",
            "mean of cell where token == Y",
            "the token 'Y' is not one of counter",
            28,
            "valid here: <start> <end> a b X",
        ),
        (
            "keeper",
            "mean of cell where letter == C",
            "the value of letter 'C' is not one of keeper",
            29,
            "valid here: A B",
        ),
        ("counter", "mean of cell where step > x", "expected a value, a number, found 'x'", 26, None),
        ("counter", "mean of cell where step = 1", "expected a comparison, found '='", 24, "did you mean '>='?"),
        ("counter", "mean of cell and token == a", "expected the end of the line, found 'and token == a'", 13, None),
        ("counter", "quantile of cell", "expected a level, a number, found 'of'", 9, None),
        ("counter", "quantile 1.5 of cell", "expected a level from 0 to 1, found 1.5", 9, None),
        ("counter", "quantile -0.1 of cell", "expected a level from 0 to 1, found -0.1", 9, None),
        (
            "counter",
            "share of cell",
            "expected a comparison, found the end of the line",
            13,
            "valid here: !=, <, <=, ==, >, >=",
        ),
        ("counter", "share of cell > big", "expected a bound, a number, found 'big'", 16, None),
        ("counter", "difference of cell", "expected 'where', found the end of the line", 18, None),
        ("counter", "ratio of cell where token == a", "expected 'versus', found the end of the line", 30, None),
        (
            "counter",
            "spread of cell by token",
            "expected a feature of the task, found 'token'",
            18,
            "valid here: a_count, phase, remaining",
        ),
        (
            "counter",
            "r2 of cell with remaining",
            "expected one neuron, found several",
            0,
            "such as counter best(remaining)",
        ),
        (
            "counter 1",
            "r2 of abs(cell) with remaining",
            "expected a signal, found 'abs'",
            6,
            "valid here: candidate, cell, forget_gate, hidden, input_gate, output_gate",
        ),
        (
            "keeper 1.1",
            "r2 of cell with letter=A",
            "r2 does not score letter=A",
            16,
            "r2 scores counts; use auc",
        ),
        (
            "counter 1",
            "auc of cell with remaining",
            "auc does not score remaining",
            17,
            "auc scores yes/no features, such as letter=A",
        ),
        (
            "keeper 1.1",
            "auc of cell with letter",
            "expected a value of letter, found the end of the line",
            23,
            "valid here: letter=A, letter=B",
        ),
        ("counter 1", "r2 of cell with remaining where token == a", "expected 'phase', found 'token'", 32, None),
        ("copier", "first failure", "expected a task with several sizes, found copier (copying)", 0, None),
        ("copier", "last success", "expected a task with several sizes, found copier (copying)", 0, None),
        ("copier", "right where size <= 3", "expected a task with several sizes, found copier (copying)", 0, None),
        ("counter", "right where token == a", "expected a column to compare, found 'token'", 12, "valid here: size"),
        ("counter", "right", "expected 'where', found the end of the line", 5, None),
        (
            "counter",
            "right with cell at zero",
            "expected one neuron, found several",
            0,
            "such as counter best(remaining)",
        ),
        (
            "counter 1",
            "right_2 with cell at zero",
            "right_2 needs answers of equal length, which counter does not write",
            0,
            "did you mean 'right'?",
        ),
        (
            "counter 1",
            "loss with input_gate at zero",
            "expected the value to hold the gate at, found 'at'",
            21,
            "valid here: open, shut",
        ),
        ("counter 1", "loss with cell shut", "expected 'at', found 'shut'", 15, None),
        (
            "counter 1",
            "loss with cell at one",
            "expected the value to hold it at, found 'one'",
            18,
            "valid here: mean, zero",
        ),
        (
            "counter 1",
            "loss with hidden at zero",
            "expected 'cell' or a gate to hold, found 'hidden'",
            10,
            None,
        ),
        ("counter 1", "loss with   candidate", "expected 'cell' or a gate to hold, found 'candidate'", 12, None),
        (
            "counter",
            "slope of dose-response",
            "expected one neuron, or a network with a number of neurons",
            0,
            "for a network, add: with 3 neurons",
        ),
        (
            "counter 1",
            "slope of dose-response with 2 neurons",
            "expected one neuron, or a network with a number of neurons",
            0,
            "name the network alone: counter",
        ),
        (
            "counter",
            "slope of dose-response with 4 neurons",
            "expected a number of neurons (1-3), found '4'",
            28,
            None,
        ),
        (
            "counter",
            "slope of dose-response with 2 cells",
            "expected neurons, found 'cells'",
            30,
            "valid here: neuron, neurons",
        ),
        ("keeper 1.1", "slope of dose-response", "expected a counting network, found keeper (state-memory)", 0, None),
        ("counter 1", "turned by exchange", "expected a task with twin sequences, found counter (counting)", 0, None),
        (
            "copier",
            "neurons needed",
            "expected a counting network or a task with twin sequences, found copier (copying)",
            0,
            None,
        ),
    ],
)
def test_what_cannot_be_measured_of_a_subject_is_refused(
    subject: str, text: str, message: str, at: int, hint: str | None
) -> None:
    who = parse_subject(subject, NETWORKS)
    with pytest.raises(GrammarError) as raised:
        parse_question(text, who)
    assert (raised.value.message, raised.value.at, raised.value.hint) == (message, at, hint)


def test_a_neuron_by_what_it_does_is_measured_where_it_is_found() -> None:
    found = measured("mean of cell", "counter best(remaining)", PLANTED)
    assert set(found.data["neuron"]) == {1}
    assert found.value == pytest.approx(0.1 * PLANTED.steps["remaining"].mean(), abs=1e-6)
