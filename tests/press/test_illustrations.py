"""Figures of write-ups draw the networks' values, and their numbers are exactly those drawn."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lstmgallery import store
from lstmgallery.cells.lstm import KIND as LSTM
from lstmgallery.desk.reference import read_signals
from lstmgallery.network import Network
from lstmgallery.press.figures.drawing import Part
from lstmgallery.press.figures.search import _plot_measures
from lstmgallery.press.marks.diagrams import Diagram
from lstmgallery.press.marks.heat import Heat
from lstmgallery.press.marks.listing import Listing
from lstmgallery.press.marks.palette import shade
from lstmgallery.press.marks.plots import Plot
from lstmgallery.press.marks.right import RightBySize
from lstmgallery.press.marks.strips import Point, Strip
from lstmgallery.press.marks.text import number
from tests.conftest import Gallery, search_record, small_network
from tests.press.conftest import BLOCKS, CLAIMS, Press, Typeset, drawn_as, figure, writeup

OVER = "share of seeds where r2 of cell with remaining >= 0.6"
EXACT = 1e-5  # relative: numbers in a CSV have six digits


@pytest.fixture(scope="module")
def folder(small_gallery: Gallery) -> Path:
    """The folder of the small network's files."""
    return small_gallery.project.build / "small"


@pytest.fixture(scope="module")
def network(press: Press) -> Network:
    """The small network."""
    return press.content.networks[0].network


def best(press: Press) -> int:
    """Return the neuron that carries the task best, according to the network's page."""
    return int(press.results[0].main_ranking.iloc[0]["neuron"])


def computed(network: Network, folder: Path, sequence: str) -> dict[str, np.ndarray]:
    """Return every signal along a sequence, (steps, units), from the stored weights."""
    return read_signals(network, store.read_weights(folder / store.WEIGHTS), [sequence])[0]


def traced(network: Network, folder: Path, sequence: str) -> dict[str, np.ndarray]:
    """Return every signal along a figure's sequence, (steps, units), from the trace."""
    steps = store.read_steps(folder)
    rows = (steps["split"] == store.SHOWN) & (steps["sequence"] == network.shown.index(sequence))
    return {key: values[rows.to_numpy()] for key, values in store.read_layer(folder, network, 1).items()}


def require_linear(points: Sequence[Point], values: Sequence[float], *, along: str = "y") -> None:
    """Require that points are at the places of their values, to a tenth of a pixel."""
    pixels = np.array([getattr(point, along) for point in points])
    assert len(pixels) == len(values) > 1
    slope, start = np.polyfit(values, pixels, 1)
    assert abs(slope) > 1
    assert np.abs(slope * np.array(values) + start - pixels).max() < 0.2


def plot_of(part: Part) -> Plot:
    return drawn_as(Plot, part)


def test_every_kind_of_figure_is_drawn(press: Press) -> None:
    assert [*press.articles["everything"].illustrations] == [*BLOCKS]
    assert all(press.drawn(name).parts and len(press.drawn(name).data) for name in BLOCKS if name != "seeds")


@pytest.mark.parametrize("name", ["strip", "strip-of-two"])
def test_a_strip_s_numbers_are_its_cells(press: Press, name: str) -> None:
    data = press.csv(name)
    for part, (_, rows) in zip(press.drawn(name).parts, data.groupby(["neuron", "sequence"], sort=False), strict=True):
        strip = drawn_as(Strip, part)
        assert [token.glyph for token in strip.tokens][1:] == rows["token"].tolist()[1:]
        for row in strip.rows:
            assert [cell.value for cell in row.cells] == [number(value) for value in rows[row.signal.key]]


def test_a_strip_of_a_traced_sequence_shows_the_trace(press: Press, network: Network, folder: Path) -> None:
    data = press.csv("strip").query("sequence == 'aaaXbbb'")
    assert data["token"].tolist() == ["<start>", *"aaaXbbb"]
    signals = traced(network, folder, "aaaXbbb")
    for key in ("cell", "hidden"):
        np.testing.assert_allclose(data[key], signals[key][:, best(press) - 1], rtol=EXACT, atol=1e-5)


def test_a_strip_of_any_other_sequence_is_computed_from_the_weights(
    press: Press, network: Network, folder: Path
) -> None:
    data = press.csv("strip").query("sequence == 'aaXbb'")
    signals = computed(network, folder, "aaXbb")
    for key in ("cell", "hidden"):
        np.testing.assert_allclose(data[key], signals[key][:, best(press) - 1], rtol=EXACT)


def test_a_strip_shows_all_signals_where_none_are_chosen(press: Press, network: Network) -> None:
    assert [*press.csv("strip-of-two")][-6:] == [*network.kind.keys]
    assert [row.signal.key for row in drawn_as(Strip, press.drawn("strip-of-two").parts[0]).rows] == [
        *network.kind.keys
    ]


def test_an_overview_shows_every_neuron(press: Press, network: Network, folder: Path) -> None:
    data, signals = press.csv("overview"), computed(network, folder, "aaXbb")
    largest = np.abs(signals["cell"]).max()
    for part, key in zip(press.drawn("overview").parts, ("cell", "input_gate"), strict=True):
        signal = network.kind[key]
        low, high = (-largest, largest) if key == "cell" else (0, 1)
        heat = drawn_as(Heat, part)
        assert [row.neuron for row in heat.rows] == [*range(1, network.units + 1)]
        for row in heat.rows:
            values = signals[key][:, row.neuron - 1]
            np.testing.assert_allclose(data.query(f"neuron == {row.neuron}")[key], values, rtol=EXACT)
            assert [*row.strip.shades] == [shade(signal.palette, value, low=low, high=high) for value in values]


def test_a_line_goes_through_the_values_at_each_step(press: Press, network: Network, folder: Path) -> None:
    data, signals = press.csv("line"), computed(network, folder, "aaXbb")
    (part,) = press.drawn("line").parts
    lines = [series for series in plot_of(part).series if series.kind == "line" and series.style != "lead"]
    wanted = [(neuron, key) for neuron in (best(press), 2) for key in ("cell", "forget_gate")]
    everything = [value for neuron, key in wanted for value in signals[key][:, neuron - 1]]
    require_linear([point for line in lines for point in line.points], everything)
    for neuron, key in wanted:
        rows = data.query(f"neuron == {neuron}")
        np.testing.assert_allclose(rows[key].iloc[: len("aaXbb") + 1], signals[key][:, neuron - 1], rtol=EXACT)


def test_values_are_those_of_the_held_out_sequences_at_the_delimiter(
    press: Press, network: Network, folder: Path
) -> None:
    data = press.csv("values")
    trace = pd.read_parquet(folder / store.ACTIVATIONS, filters=[("neuron", "==", 2)])
    steps = store.read_steps(folder).query("split == 'held_out' and token == 'X'")
    found = steps.merge(trace, on=["sequence", "step"]).sort_values(["sequence", "step"])
    assert len(found) == len(network.task.split(held_out=network.held_out).held_out)
    np.testing.assert_allclose(data["cell"], found["cell"], rtol=EXACT)
    assert data["a_count"].tolist() == found["a_count"].tolist()
    assert data["text"].tolist() == ["a" * n + "X" + "b" * n for n in data["a_count"]]


def test_each_value_is_one_dot_in_the_column_of_its_feature(press: Press) -> None:
    data = press.csv("values").sort_values(["a_count", "cell", "text"])
    dots = plot_of(press.drawn("values").parts[0]).series[0].points
    require_linear(dots, data["cell"].tolist())
    assert [dot.label for dot in dots] == [
        f"{text}: {number(value)}" for text, value in data[["text", "cell"]].to_numpy()
    ]


@pytest.mark.parametrize("show", ["right", "memory", "written"])
def test_a_frontier_s_numbers_are_those_that_were_measured(press: Press, folder: Path, show: str) -> None:
    measured, data = store.read_table(folder / store.FRONTIER), press.csv(f"frontier-{show}")
    assert data["size"].tolist() == measured["size"].tolist()
    assert data["written"].tolist() == measured["written"].tolist()
    assert data["right"].astype(str).tolist() == measured["right"].astype(str).tolist()
    assert ("memory" in data) == (show != "right")


def test_a_frontier_of_what_is_right_shades_each_size(press: Press) -> None:
    data = press.csv("frontier-right")
    (row,) = drawn_as(RightBySize, press.drawn("frontier-right").parts[0]).rows
    shades = {is_right: {row.shades[at] for at in np.flatnonzero(data["right"] == is_right)} for is_right in (0, 1)}
    assert len(row.shades) == len(data)
    assert all(len(found) <= 1 for found in shades.values())
    assert shades[False].isdisjoint(shades[True])


def test_a_frontier_of_what_is_written_has_a_dot_for_each_length(press: Press) -> None:
    data = press.csv("frontier-written")
    written = [len(text) - len(text.lstrip("b")) for text in data["written"]]
    _, right, wrong = plot_of(press.drawn("frontier-written").parts[0]).series
    for dots, is_right in ((right, True), (wrong, False)):
        chosen = [at for at in range(len(data)) if bool(data["right"][at]) == is_right]
        assert [dot.label for dot in dots.points] == [f"{data['size'][at]} a’s, {written[at]} b’s" for at in chosen]


def test_a_frontier_of_the_memory_draws_it_over_the_sizes(press: Press) -> None:
    data = press.csv("frontier-memory")
    line = plot_of(press.drawn("frontier-memory").parts[0]).series[0]
    require_linear(line.points, data["memory"].astype(float).tolist())


def test_a_dose_response_s_numbers_are_its_dots(press: Press, folder: Path) -> None:
    measured = store.read_table(folder / store.INTERVENTIONS)
    measured = measured.query(f"layer == 1 and neuron == {best(press)} and intervention == 'add'")
    data = press.csv("dose")
    np.testing.assert_allclose(data["value"], measured["value"], rtol=EXACT)
    doses = measured.query("measure == 'written'")
    pairs = set(zip(doses["amount"], doses["value"] - doses["baseline"], strict=True))
    dots = plot_of(press.drawn("dose").parts[0]).series[2].points
    assert len(dots) == len(pairs)
    require_linear(dots, [x for x, _ in sorted(pairs)], along="x")


def test_the_numbers_of_neurons_changed_together_are_its_line(press: Press, folder: Path) -> None:
    measured = store.read_table(folder / store.INTERVENTIONS).query("layer == 0")
    data = press.csv("together")
    assert data["condition"].tolist() == [f"k={k}" for k in range(1, 7)]
    np.testing.assert_allclose(data["value"], measured["value"], rtol=EXACT)
    rows = press.drawn("together").parts[0].table
    assert rows is not None
    assert rows.rows == tuple((str(k), number(v, 2)) for k, v in enumerate(measured["value"], start=1))


def test_saturation_counts_the_steps_of_the_trace(press: Press, network: Network, folder: Path) -> None:
    data = press.csv("saturation")
    held_out = (store.read_steps(folder)["split"] == store.HELD_OUT).to_numpy()
    layer = store.read_layer(folder, network, 1)
    for gate in ("input_gate", "output_gate"):
        values, rows = layer[gate][held_out], data[data["gate"] == gate]
        np.testing.assert_allclose(rows["shut"], (values < 0.1).mean(axis=0), rtol=EXACT)
        np.testing.assert_allclose(rows["open"], (values > 0.9).mean(axis=0), rtol=EXACT)
        assert set(rows["steps"]) == {held_out.sum()}
    assert [part.title for part in press.drawn("saturation").parts] == ["Input gate", "Output gate"]


def test_a_cell_s_numbers_are_its_edges(press: Press) -> None:
    data, (part,) = press.csv("cell"), press.drawn("cell").parts
    diagram = drawn_as(Diagram, part)
    assert list(zip(data["from"], data["to"], strict=True)) == [(e.source, e.target) for e in diagram.edges]
    assert diagram.highlight == {"forget_gate"}


def test_generated_text_is_what_the_network_writes(press: Press, network: Network, folder: Path) -> None:
    weights = store.read_weights(folder / store.WEIGHTS)
    data = press.csv("generated")
    for prompt, written in zip(data["prompt"], data["written"], strict=True):
        text = prompt
        while len(text) < 60:
            hidden = read_signals(network, weights, [text])[0]["hidden"][-1]
            token = network.task.vocabulary[
                int(np.argmax(hidden @ weights["readout/kernel"] + weights["readout/bias"]))
            ]
            if token == "<end>":
                break
            text += token
        assert text == prompt + written
    assert [f"{row.prompt} {row.written}" for row in drawn_as(Listing, press.drawn("generated").parts[0]).rows] == [
        f"{prompt} {written}" for prompt, written in zip(data["prompt"], data["written"], strict=True)
    ]


def test_generated_text_says_whether_it_is_right(press: Press) -> None:
    for row in drawn_as(Listing, press.drawn("generated").parts[0]).rows:
        assert row.is_right == (row.written == "b" * row.prompt.count("a"))


def test_a_changed_network_writes_beside_the_unchanged_one(press: Press) -> None:
    listing = drawn_as(Listing, press.drawn("generated-changed").parts[0])
    (row,) = listing.rows
    data = press.csv("generated-changed")
    assert data["changed"].tolist() == [row.changed]
    assert listing.change == "+2 in the cell of neuron 3"


def test_seeds_are_dots_at_their_values(press: Press) -> None:
    by_seed = {1: 0.1, 2: 0.5, 3: 0.9, 4: None}
    swept = press.with_seeds(by_seed)
    data = swept.csv("seeds")
    assert data.to_dict("list") == {"seed": [1, 2, 3], "value": [0.1, 0.5, 0.9]}
    (dots,) = [s for s in plot_of(swept.drawn("seeds").parts[0]).series if s.kind == "dots" and s.style == "main"]
    require_linear(dots.points, [0.1, 0.5, 0.9], along="x")


def test_seeds_say_when_they_were_left_out(press: Press) -> None:
    assert press.drawn("seeds").parts[0].summary == "This build skipped the other seeds."
    assert press.csv("seeds").empty


def test_a_comparison_draws_both_sides_and_numbers_them(press: Press) -> None:
    drawn, data = press.drawn("comparison"), press.csv("comparison")
    assert drawn.is_wide
    assert [part.title for part in drawn.parts] == ["One", "Other"]
    assert [part.drawn.name for part in drawn.parts] == ["plot", "strip"]
    assert set(data["side"]) == {"One", "Other"}
    strip = data[data["side"] == "Other"]
    cells = drawn_as(Strip, drawn.parts[1]).rows[0].cells
    assert [cell.value for cell in cells] == [number(float(value)) for value in strip["cell"]]


def test_every_figure_states_what_it_shows_in_words(press: Press) -> None:
    for name in BLOCKS:
        assert all(len(part.summary) > 15 for part in press.drawn(name).parts), name


def test_drawing_again_gives_the_same_numbers(press: Press) -> None:
    again = Press(press.content, press.results, press.answers)
    for name in BLOCKS:
        pd.testing.assert_frame_equal(press.csv(name), again.csv(name))


def test_a_search_is_drawn_with_a_row_for_each_recipe_and_a_dot_for_each_network_that_learned(press: Press) -> None:
    plot = plot_of(press.drawn("search").parts[0])
    assert [tick.label for tick in plot.y_ticks] == ["units 6", "units 8"]
    dots = [series.points for series in plot.series if series.kind == "dots"]
    assert [[point.label for point in points] for points in dots] == [
        ["units 6: 0.500", "units 6: 0.900"],  # the third could not be measured
        ["units 8: 0.250", "units 8: 0.750"],  # the third did not learn the task
    ]
    points = [point for row in dots for point in row]
    require_linear(points, [0.5, 0.9, 0.25, 0.75], along="x")


def test_measures_of_a_search_are_drawn_with_the_network_s_own_value_marked(tmp_path: Path) -> None:
    network = small_network(tmp_path).model_copy(update={"seed": 2})
    record = search_record(network, recipes=({}, {"units": 8}))
    rows = {"counts": "best(remaining): r2 of cell with remaining"}
    plot = _plot_measures(network, record, rows)
    assert [tick.label for tick in plot.y_ticks] == ["counts"]
    series = {each.style: [point.label for point in each.points] for each in plot.series if each.kind == "dots"}
    assert series == {"main": ["counts: 0.500", "counts: 0.900"], "own": ["counts: 0.900"]}
    assert plot.table.heads[-1] == "this network"
    assert plot.table.rows == (("counts", "3", "2", "0.500", "0.700", "0.900", "0.900"),)
    assert plot.x_name == "R²"


def test_a_search_s_numbers_are_those_of_every_network(press: Press) -> None:
    data = press.csv("search")
    assert data.columns.tolist()[:3] == ["units", "seed", "learned"]
    assert data[["units", "seed"]].to_numpy().tolist() == [[6, 1], [6, 2], [6, 3], [8, 1], [8, 2], [8, 3]]
    assert data["small: first failure"].tolist() == ["3", "", "4", "8", "8", "1"]


def test_seeds_are_drawn_beside_the_shown_network_s_own_value(press: Press) -> None:
    own = press.answers["small best(remaining): r2 of cell with remaining"].value
    assert own is not None
    swept = press.with_seeds({1: own - 0.2, 2: own - 0.1, 3: None})  # as where the one that is shown was pinned
    series = {each.style: each.points for each in plot_of(swept.drawn("seeds").parts[0]).series}
    (mark,) = series["own"]
    require_linear([*series["main"], mark], [own - 0.2, own - 0.1, own], along="x")
    assert swept.csv("seeds")["seed"].tolist() == [1, 2]


def test_seeds_under_which_nothing_could_be_measured_are_not_called_left_out(press: Press) -> None:
    part = press.with_seeds({1: None, 2: None}).drawn("seeds").parts[0]
    assert part.summary == "Not measurable in any seed."


def test_a_claim_over_seeds_is_drawn_with_the_bound_that_each_seed_has_to_pass(typeset: Typeset) -> None:
    claim = CLAIMS.split("\n\n")[0].replace("measure: r2 of cell with remaining", "measure: " + OVER)
    made = typeset(article=writeup(figure("seeds", "kind: seeds\nclaim: it-holds") + claim))
    swept = made.with_seeds({1: 0.5, 2: 0.75, 3: 1.0})
    (key,) = [key for key in made.answers if key.endswith(OVER)]
    own = made.answers[key].own
    assert own is not None
    drawn = swept.articles["article"].illustrations["seeds"]
    series = {each.style: each.points for each in plot_of(drawn.parts[0]).series}
    (mark,) = series["own"]
    bound = series["faint"][0]
    require_linear([*series["main"], mark, bound], [0.5, 0.75, 1.0, own, 0.6], along="x")
    assert drawn.parts[0].summary.startswith("r2 of cell with remaining in 3 seeds: lowest")


def test_a_cell_at_work_marks_every_part_of_a_signal(press: Press) -> None:
    page = press.page("writeups/everything.html")
    figure = page.one("figure", id="cell-at-work")
    for signal in LSTM.keys:
        marked = [each.tag for each in figure.elements if each.attributes.get("data-signal") == signal]
        assert {"g", "text", "tr", "div"} <= set(marked), signal
    assert figure.one("p", class_="pointer").attributes["hidden"] is None  # until a script can light something up
    overlays = {each["data-signal"] for each in figure.all("g", class_="overlay")}
    assert overlays == set(LSTM.keys)
    assert page.one("figure", id="cell").all("g", class_="overlay") == []


def test_only_pages_with_a_linked_figure_load_its_script(press: Press) -> None:
    loading = {path for path in press.plan if path.endswith(".html") and "assets/linked.js" in press.text(path)}
    assert loading == {"writeups/everything.html", "writeups/everything/cell-at-work.html"}
    assert "overlay" not in press.text("writeups/everything/cell-at-work.svg")
