"""Interventions on a network of known neurons: unused ones can be spared, the others cannot."""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from lstmgallery.desk.experiments import holds, measure_causes
from lstmgallery.desk.experiments.doses import Doses, count_units, write_with_counts
from lstmgallery.desk.experiments.exchanges import Exchanges
from lstmgallery.desk.experiments.experiment import ALL, Group
from lstmgallery.desk.experiments.holds import Hold, measure_holds
from lstmgallery.desk.reference import read_logits, read_signals, write_on
from lstmgallery.network import Network, Place
from lstmgallery.tasks.facets import Dose
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.counting import Counting
from tests.audit import causes as audit
from tests.audit.reading import read
from tests.conftest import language_of, random_weights
from tests.desk.planted import (
    OPEN,
    TO_COPY,
    VOTERS,
    as_files,
    counting_network,
    counting_weights,
    deep_counting_network,
    deep_counting_weights,
    divided_weights,
    guessing_weights,
    latch_network,
    latch_weights,
    network_of,
    vote_network,
    vote_weights,
)

COUNTER, LATCH, UNUSED = 1, 2, 3
TWO_LAYERS: tuple[Place, ...] = ((1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3))


@pytest.fixture(scope="module")
def causes() -> pd.DataFrame:
    """Every intervention on the planted network."""
    network = counting_network()
    sequences = list(language_of(network).sequences())
    means = {(1, neuron): 0.3 for neuron in (COUNTER, LATCH, UNUSED)}
    ranked = [(1, COUNTER), (1, LATCH), (1, UNUSED)]
    return measure_causes(network, counting_weights(), sequences, memory_means=means, ranked=ranked)


def value_of(causes: pd.DataFrame, neuron: int, intervention: str, measure: str) -> tuple[float, float]:
    chosen = causes[
        (causes["neuron"] == neuron) & (causes["intervention"] == intervention) & (causes["measure"] == measure)
    ]
    assert len(chosen) == 1
    return float(chosen["value"].iloc[0]), float(chosen["baseline"].iloc[0])


def test_the_planted_network_counts_without_intervention(causes: pd.DataFrame) -> None:
    assert value_of(causes, COUNTER, "zero", "right")[1] == 1.0


@pytest.mark.parametrize(
    ("cell", "memory", "gates"),
    [("lstm", "cell", ("input_gate", "forget_gate", "output_gate")), ("gru", "hidden", ("update_gate", "reset_gate"))],
)
def test_each_memory_is_held_at_zero_and_its_mean_and_each_gate_shut_and_open(
    cell: str, memory: str, gates: Sequence[str]
) -> None:
    network = network_of(Copying(kind="copying")).model_copy(update={"cell": cell, "layers": 2})
    means = {place: 0.1 * at for at, place in enumerate(TWO_LAYERS)}
    table = measure_causes(
        network, random_weights(network, seed=1), TO_COPY, memory_means=means, ranked=TWO_LAYERS
    ).query("measure == 'loss'")
    of_gates = [(how, gate, amount) for gate in gates for how, amount in (("shut", 0.0), ("open", 1.0))]
    expected = [
        [*place, *hold]
        for place, mean in means.items()
        for hold in (("zero", memory, 0.0), ("mean", memory, mean), *of_gates)
    ]
    columns = ["layer", "neuron", "intervention", "signal", "amount"]
    assert sorted(table[columns].to_numpy().tolist()) == sorted(expected)


def test_zeroing_the_only_counter_destroys_counting(causes: pd.DataFrame) -> None:
    right, before = value_of(causes, COUNTER, "zero", "right")
    assert before == 1.0
    assert right == 0.0


@pytest.mark.parametrize("intervention", ["zero", "mean"])
def test_holding_an_unused_neuron_changes_nothing(causes: pd.DataFrame, intervention: str) -> None:
    for measure in ("loss", "right"):
        value, baseline = value_of(causes, UNUSED, intervention, measure)
        assert value == baseline


def test_shutting_the_counters_input_gate_destroys_counting(causes: pd.DataFrame) -> None:
    shut = causes[(causes["neuron"] == COUNTER) & (causes["signal"] == "input_gate") & (causes["measure"] == "right")]
    by_name = shut.set_index("intervention")["value"]
    assert by_name["shut"] == 0.0
    assert by_name["open"] == 1.0


def test_each_count_added_to_the_counter_brings_one_more_b(causes: pd.DataFrame) -> None:
    assert value_of(causes, COUNTER, "add", "slope")[0] == pytest.approx(1.0, abs=1e-6)
    doses = causes[(causes["neuron"] == COUNTER) & (causes["measure"] == "written")]
    assert (doses["value"] - doses["baseline"]).tolist() == doses["amount"].tolist()
    assert set(doses["amount"]) == {-3, -2, -1, 0, 1, 2, 3}


def test_counts_added_to_an_unused_neuron_bring_nothing(causes: pd.DataFrame) -> None:
    assert value_of(causes, UNUSED, "add", "slope")[0] == pytest.approx(0.0, abs=1e-9)


def test_held_neurons_one_by_one_equal_the_batch(causes: pd.DataFrame) -> None:
    network, weights = counting_network(), counting_weights()
    reads, following, is_step = network.task.vocabulary.encode(list(language_of(network).sequences()))

    def change(layer: int, step: int, signal: str, values: np.ndarray) -> np.ndarray:  # noqa: ARG001
        return np.where(np.arange(3) == LATCH - 1, 0.0, values) if signal == "cell" else values

    logits = read_logits(network, weights, reads, change)
    odds = np.exp(logits - logits.max(axis=2, keepdims=True))
    chosen = np.take_along_axis(odds / odds.sum(axis=2, keepdims=True), following[:, :, None], axis=2)[:, :, 0]
    with np.errstate(divide="ignore"):
        loss = -np.log(chosen)[is_step].mean()
    assert value_of(causes, LATCH, "zero", "loss")[0] == pytest.approx(loss, rel=1e-9)


def test_writing_on_side_by_side_equals_writing_alone() -> None:
    network, weights = counting_network(), counting_weights()
    prompts = ["aX", "aaaaaX", "aaX"]
    together, _, signals = write_on(network, weights, prompts, at_most=20)
    alone = [write_on(network, weights, [prompt], at_most=20)[0][0] for prompt in prompts]
    assert together == alone == ["b", "bbbbb", "bb"]
    for row, prompt in enumerate(prompts):
        np.testing.assert_allclose(
            signals[0]["cell"][row], read_signals(network, weights, [prompt])[0]["cell"][-1], atol=1e-12
        )


def test_a_network_that_never_ends_is_stopped_and_said_to_be_unfinished() -> None:
    weights = counting_weights()
    weights["readout/bias"][1] = -1e6
    texts, ended, _ = write_on(counting_network(), weights, ["aX"], at_most=7)
    assert len(texts[0]) == 7
    assert not ended[0]


def test_what_has_come_to_an_end_writes_nothing_more_while_others_do() -> None:
    weights = counting_weights()
    weights["layer_1/kernel"][1, 6] = np.arctanh(0.3)  # the end, once read, counts for three more a's
    written, ended, _ = write_on(counting_network(), weights, ["aX", "aaaaaaaX"], at_most=20)
    assert written == ["b", "bbbbbbb"]
    assert ended.tolist() == [True, True]


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_whatever_follows_a_changed_signal_reads_it_changed(cell: str) -> None:
    network = latch_network().model_copy(update={"cell": cell})
    weights = random_weights(network, seed=5)
    reads, _, _ = network.task.vocabulary.encode(["AxYa"])
    model = as_files(network, weights).model()
    found = []
    for place in TWO_LAYERS:
        for signal in network.kind.keys:
            hold = audit.hold(place, signal, 0.8)
            logits = read_logits(network, weights, reads, hold)
            np.testing.assert_allclose(logits, read(model, ["AxYa"], hold).logits, atol=1e-9)
            found.append(logits.round(6).tobytes())
    assert len(set(found)) == len(found)


def test_one_more_a_adds_to_each_cell_what_its_weights_say() -> None:
    units = count_units(counting_network(), counting_weights(), Dose("a", "b", "X", 10))
    assert len(units) == 1
    np.testing.assert_allclose(units[0], [0.1, 0.0, np.tanh(0.3)], atol=1e-8)


def test_units_are_those_of_each_layer() -> None:
    network = counting_network().model_copy(update={"layers": 2})
    weights = random_weights(network, seed=6)
    counts = np.arange(1, 5)
    runs = [read_signals(network, weights, ["a" * n + "X"]) for n in counts]
    for layer, units in enumerate(count_units(network, weights, Dose("a", "b", "X", 4))):
        at_delimiter = np.array([run[layer]["cell"][-1] for run in runs])
        slopes = np.cov(counts, at_delimiter.T)[0, 1:] / counts.var(ddof=1)
        np.testing.assert_allclose(units, slopes, atol=1e-9)


@pytest.mark.parametrize("counts", [-1, 0, 3, 5])
def test_counts_added_to_the_counter_are_written_behind_every_prompt(counts: int) -> None:
    network, weights = counting_network(), counting_weights()
    sizes = [6, 2, 4]  # prompts of different lengths are all changed at their own last token
    prompts = ["a" * n + "X" for n in sizes]
    written, ended = write_with_counts(network, weights, prompts, place=(1, COUNTER), counts=counts, at_most=20)
    assert written == ["b" * (n + counts) for n in sizes]
    assert ended.all()


@pytest.mark.parametrize("neuron", [LATCH, UNUSED])
def test_counts_added_elsewhere_are_not_written(neuron: int) -> None:
    network, weights = counting_network(), counting_weights()
    written, _ = write_with_counts(network, weights, ["aaX"], place=(1, neuron), counts=3, at_most=20)
    assert written == ["bb"]


def test_writing_with_counts_is_stopped_where_it_does_not_end() -> None:
    network, weights = counting_network(), counting_weights()
    written, ended = write_with_counts(network, weights, ["aX", "aaX"], place=(1, COUNTER), counts=3, at_most=4)
    assert written == ["bbbb", "bbbb"]
    assert ended.tolist() == [False, False]


def test_what_is_written_with_counts_is_what_the_dose_response_lists(causes: pd.DataFrame) -> None:
    doses = causes[(causes["neuron"] == COUNTER) & (causes["measure"] == "written") & (causes["amount"] == 2)]
    prompts = ["a" * int(condition.removeprefix("n=")) + "X" for condition in doses["condition"]]
    written, _ = write_with_counts(
        counting_network(), counting_weights(), prompts, place=(1, COUNTER), counts=2, at_most=30
    )
    assert [len(text) for text in written] == doses["value"].tolist()


def exchange(network: Network, weights: dict[str, np.ndarray], *groups: Sequence[Place]) -> list[float]:
    """Return, for each group of neurons, the share of answers switched by an exchange."""
    assert network.task.twins is not None
    asked = [Group(ALL, "", tuple(places)) for places in groups]
    rows = Exchanges(network.task.twins).measure(network, weights, asked)
    return [row["value"] for row in rows]


def test_the_neuron_that_holds_the_letter_turns_every_answer_and_the_one_that_passes_it_on_turns_none() -> None:
    turned = exchange(latch_network(), latch_weights(), *([place] for place in TWO_LAYERS))
    assert dict(zip(TWO_LAYERS, turned, strict=True)) == {place: float(place == (1, 2)) for place in TWO_LAYERS}


def test_neurons_exchanged_together_turn_what_their_votes_turn() -> None:
    groups = [voters for size in range(1, 5) for voters in itertools.combinations(VOTERS, size)]
    turned = exchange(vote_network(), vote_weights(), *([(2, voter) for voter in voters] for voters in groups))
    of_size = {1: 0.0, 2: 0.5, 3: 1.0, 4: 1.0}  # divided, the vote is for b: sequences that began with A are turned
    assert dict(zip(groups, turned, strict=True)) == {voters: of_size[len(voters)] for voters in groups}


def test_neurons_of_the_same_numbers_in_another_layer_turn_nothing() -> None:
    assert exchange(vote_network(), vote_weights(), [(1, voter) for voter in VOTERS]) == [0.0]


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_an_exchange_turns_what_another_computation_turns(cell: str) -> None:
    network = latch_network().model_copy(update={"cell": cell})
    weights = divided_weights(network, seed=2)
    files = as_files(network, weights)
    groups = [*((place,) for place in TWO_LAYERS), *(TWO_LAYERS[:k] for k in range(2, 7))]
    turned = exchange(network, weights, *groups)
    assert turned == [audit.exchange(files, files.model(), places)[0] for places in groups]
    assert len(set(turned)) > 3


def test_exchanges_are_listed_for_each_neuron_and_for_the_first_of_a_ranking() -> None:
    network = vote_network()
    places = [(layer, neuron) for layer in (1, 2) for neuron in range(1, 7)]
    ranked = [(2, 6), (1, 2), (2, 2), (2, 5), (2, 3)]
    table = measure_causes(
        network, vote_weights(), ["AxYa"], memory_means=dict.fromkeys(places, 0.0), ranked=ranked
    ).query("intervention == 'exchange'")
    by_neuron, by_rank = table[table["condition"] == ""], table[table["condition"] != ""]
    assert list(zip(by_neuron["layer"], by_neuron["neuron"], strict=True)) == places
    assert set(by_neuron["value"]) == {0.0}
    assert set(zip(by_rank["layer"], by_rank["neuron"], strict=True)) == {ALL}
    assert by_rank["condition"].tolist() == ["k=1", "k=2", "k=3", "k=4", "k=5"]
    assert by_rank["value"].tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert (table[["signal", "measure", "sequences", "baseline"]] == ["cell", "turned", 10, 0.0]).all(axis=None)


def dose(network: Network, weights: dict[str, np.ndarray], *groups: Sequence[Place]) -> list[float]:
    """Return, for each group of neurons, the additional b's per count added to all of them."""
    assert isinstance(network.task, Counting)
    asked = [Group(ALL, "", tuple(places)) for places in groups]
    rows = Doses(network.task.dose).measure(network, weights, asked)
    return [row["value"] for row in rows]


def test_a_count_is_added_in_the_layer_that_counts_and_by_its_own_units() -> None:
    """Neuron 3 counts in both layers, in units of another size, but only the second layer's is read."""
    slopes = dose(deep_counting_network(), deep_counting_weights(), *([place] for place in TWO_LAYERS))
    assert slopes == pytest.approx([0, 0, 0, 0, 0, 1], abs=1e-9)
    assert dose(deep_counting_network(), deep_counting_weights(), TWO_LAYERS) == pytest.approx([1], abs=1e-9)


@pytest.mark.parametrize("place", TWO_LAYERS)
def test_counts_are_written_where_they_are_added_to_the_layer_that_counts(place: Place) -> None:
    network, weights = deep_counting_network(), deep_counting_weights()
    written, _ = write_with_counts(network, weights, ["aaX"], place=place, counts=3, at_most=20)
    assert written == ["bbbbb" if place == (2, 3) else "bb"]


def test_counts_are_added_as_the_delimiter_is_read_and_not_before() -> None:
    """This counter halves its cell as it reads the X, so one more a adds half as much at the X."""
    weights = counting_weights()
    weights["layer_1/kernel"][4, 3] = -OPEN  # the X leaves the forget gate of neuron 1 half open
    weights["layer_1/kernel"][3, 6] = -np.arctanh(0.05)  # each b takes half a tenth
    weights["readout/kernel"][0] *= 2
    assert dose(counting_network(), weights, [(1, COUNTER)]) == pytest.approx([1.0])
    written, _ = write_with_counts(
        counting_network(), weights, ["aaX", "aaaaX"], place=(1, COUNTER), counts=3, at_most=20
    )
    assert written == ["b" * 5, "b" * 7]


def test_of_what_is_written_only_the_b_s_that_come_first_are_counted() -> None:
    weights = {name: np.zeros(shape) for name, shape in counting_network().weight_shapes.items()}
    weights["layer_1/kernel"][3, 6] = weights["layer_1/bias"][[0, 9]] = OPEN  # neuron 1 sees each b, and that alone
    weights["layer_1/bias"][3] = -OPEN
    weights["readout/kernel"][0, 2] = 10.0  # behind a b an a, behind all else a b
    weights["readout/bias"][3] = 1.0
    group = Group((1, 2), "", ((1, 2),))
    table = pd.DataFrame(Doses(Dose("a", "b", "X", 10)).measure(counting_network(), weights, [group]))
    assert write_on(counting_network(), weights, ["aX"], at_most=4)[0] == ["baba"]
    assert set(table.query("measure == 'written'")["value"]) == {1.0}


@pytest.mark.parametrize(("longest", "sizes"), [(10, [4, 5, 6, 7]), (7, [4]), (6, [6]), (3, [3])])
def test_counts_are_added_where_three_more_and_three_less_are_within_training(longest: int, sizes: list[int]) -> None:
    network = network_of(Counting(kind="counting", longest=longest))
    rows = Doses(Dose("a", "b", "X", longest)).measure(network, counting_weights(), [Group((1, 1), "", ((1, 1),))])
    table = pd.DataFrame(rows).query("measure == 'written'")
    doses = [-3, -2, -1, 0, 1, 2, 3]
    assert table["amount"].tolist() == [amount for amount in doses for _ in sizes]
    assert table["condition"].tolist() == [f"n={size}" for size in sizes] * 7
    assert table["value"].tolist() == [max(size + amount, 0) for amount in doses for size in sizes]
    assert table["baseline"].tolist() == sizes * 7
    assert set(table["sequences"]) == {1}


def test_each_letter_of_a_copy_is_right_where_it_is_predicted_at_its_own_place() -> None:
    network = network_of(Copying(kind="copying"))
    weights = {name: np.zeros(shape) for name, shape in network.weight_shapes.items()}
    weights["readout/bias"][2] = np.log(3)  # always an a, with a chance of 3 in 8
    rows = measure_holds(network, weights, TO_COPY, [Hold((1, 1), "zero", "cell", 0.0)])
    loss = np.log(8) - 12 / 32 * np.log(3)  # at 12 of 32 steps the next token is an a
    expected = {"loss": pytest.approx(loss), "right": 0.0, "right_1": 0.25, "right_2": 0.5, "right_3": 0.75}
    assert {row["measure"]: row["value"] for row in rows} == expected


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("at_once", [1, 100, 20_000])
def test_a_hold_does_to_reading_what_another_computation_finds(
    cell: str, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds, "ROWS_AT_ONCE", at_once)
    network = network_of(Copying(kind="copying")).model_copy(update={"cell": cell, "layers": 2})
    weights = guessing_weights(network, seed=3)
    gates = [signal.key for signal in network.kind.signals if signal.palette == "gate"]
    tried = [Hold(place, "", network.kind.memory, 0.3 * place[1]) for place in TWO_LAYERS]
    tried += [Hold((2, 3), "", gate, value) for gate in gates for value in (0.0, 1.0)]
    found = pd.DataFrame(measure_holds(network, weights, TO_COPY, tried))
    files = as_files(network, weights)
    baseline = audit.reading_results(files, files.model(), TO_COPY)
    assert found["baseline"].tolist() == pytest.approx([*baseline.values()] * len(tried))
    expected = [
        audit.reading_results(files, files.model(), TO_COPY, audit.hold(hold.place, hold.signal, hold.value))
        for hold in tried
    ]
    names = ["loss", "right", "right_1", "right_2", "right_3"]
    assert found["measure"].tolist() == names * len(tried)
    assert found["value"].tolist() == pytest.approx([results[name] for results in expected for name in names])
    assert len({tuple(results.values()) for results in expected}) > 6
