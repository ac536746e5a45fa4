"""The explorer's suggestions: the address of each example, parsed like the explorer's."""

from urllib.parse import parse_qsl

import pandas as pd
import pytest

from lstmgallery.press.pages.explorer import examples
from lstmgallery.tasks import AnyTask
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.counting import Counting, SelectiveCounting
from lstmgallery.tasks.languages.state_memory import StateMemory
from tests.press.tables import best_row, done_to, results_of

RANKING = pd.DataFrame([best_row(3), best_row(1), best_row(2)])


def only_example(
    task: AnyTask, slopes: list[float], shown: tuple[str, ...] = ("a",)
) -> tuple[str, str, dict[str, str]]:
    """Return the words of the only example, its page and its state; `slopes` of the best 1, 2, 3 neurons at once."""
    rows = [done_to(0, "add", "slope", 0.0, slope) for slope in slopes] or [done_to(1, "zero", "right", 1.0, 0.5)]
    results = results_of(task, shown=shown, main_ranking=RANKING, interventions=pd.DataFrame(rows))
    ((words, address),) = examples(results)
    page, _, fragment = address.partition("#")
    return words, page, dict(parse_qsl(fragment, strict_parsing=True))


def test_a_counter_is_given_three_counts_more_at_its_delimiter() -> None:
    words, page, state = only_example(Counting(kind="counting", longest=10), [1.0, 1.0, 1.0])
    assert (words, page) == ("aaaaX, with three counts added to neuron 3", "explorer/planted.html")
    assert state == {
        "text": "aaaaX",
        "layer": "1",
        "neuron": "3",
        "step": "5",  # the delimiter, where the start token is step 0
        "do": "1.3.cell+3counts@5",
        "write": "greedy",
    }


@pytest.mark.parametrize(
    ("slopes", "neurons"),
    [([0.4, 0.95, 1.0], [3, 1]), ([0.4, 0.9, 0.96], [3, 1, 2]), ([0.1, 0.2, 0.94], [3])],
)
def test_as_many_of_the_best_neurons_are_changed_as_it_takes(slopes: list[float], neurons: list[int]) -> None:
    words, _, state = only_example(SelectiveCounting(kind="selective-counting", longest=3, most_ignored=2), slopes)
    who = f"the {len(neurons)} best neurons" if len(neurons) > 1 else "neuron 3"
    assert words == f"aaaY, with three counts added to {who}"
    assert state["do"] == ",".join(f"1.{neuron}.cell+3counts@4" for neuron in neurons)
    assert state["neuron"] == "3"


@pytest.mark.parametrize(
    ("task", "shown", "text"),
    [
        (StateMemory(kind="state-memory", longest_wait=9), ("AxYa", "BxxxYb", "AxxYa"), "BxxxY"),
        (Copying(kind="copying"), ("abcXabc",), "abcX"),
    ],
)
def test_any_other_network_is_read_up_to_its_delimiter_with_its_best_neuron_held_at_zero(
    task: AnyTask, shown: tuple[str, ...], text: str
) -> None:
    words, _, state = only_example(task, [], shown)
    assert words == f"{text}, with neuron 3 held at zero"
    assert state == {"text": text, "layer": "1", "neuron": "3", "do": "1.3.cell=0@1", "write": "greedy"}
