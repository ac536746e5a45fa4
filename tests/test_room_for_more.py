"""Room for more kinds: a toy of each, added to a copy of the package by the documented steps alone, is shown.

The toys are an RNN with a weight of its own, the language of an echo, a figure that lists its answers, the measure of a
swing, and a section of a network's page.
"""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, run_python

TOYS = {
    "cells/loop/__init__.py": '''"""A plain RNN whose neurons also read themselves, each with a weight of its own."""

from lstmgallery.cells.table import HIDDEN, CellKind, Signal

KIND = CellKind(
    key="loop",
    title="looped RNN",
    article="a",
    signals=(Signal("hidden", "h", "Hidden state", -1.0, 1.0, "memory", "tanh(W x + U h′ + s·h′ + b)", HIDDEN),),
    updates=(),
    memory="hidden",
    state=("hidden",),
    columns=("hidden",),
    begins_open=(),
    biases=1,
    diagonals=("self",),
)
''',
    "cells/loop/layer.py": '''"""The looped RNN in Keras."""

import keras
from keras import ops

from lstmgallery.cells.layer import SignalCell, product
from lstmgallery.cells.loop import KIND


@keras.saving.register_keras_serializable(package="lstmgallery.loop")
class Cell(SignalCell):
    kind = KIND

    def call(self, inputs, states):
        (h,) = states
        z = product(inputs, self.kernel) + product(h, self.recurrent_kernel) + self.self * h + self.bias
        return ops.tanh(z), [ops.tanh(z)]
''',
    "cells/loop/reference.py": '''"""One step of the looped RNN in NumPy."""

import numpy as np

from lstmgallery.cells.reference import keep


def step(x, previous, weights, change=keep):
    h = previous["hidden"]
    z = x @ weights["kernel"] + h @ weights["recurrent_kernel"] + weights["self"] * h + weights["bias"]
    return {"hidden": change("hidden", np.tanh(z))}
''',
    "cells/loop/diagram.py": '''"""The drawing of one step of the looped RNN."""

from lstmgallery.cells.diagram import LINE, Description, Edge, Node, words
from lstmgallery.cells.loop import KIND

_OUT = Node("squash", 264, LINE, "tanh", "pill", "hidden")
_NODES = (*words(KIND, {"hidden": LINE}), Node("input", 264, 200, "x", "word"), _OUT)
_EDGES = (Edge("earlier_hidden", "squash"), Edge("input", "squash"), Edge("squash", "hidden"))
DIAGRAMS = (Description("loop", KIND.heading, KIND, _NODES, _EDGES, (), height=220),)
''',
    "cells/loop/step.js": """import { addProduct, CELLS, round } from "../../press/theme/explorer/products.js";

function loopStep(x, previous, weights, change) {
  addProduct(x, previous.hidden, weights.recurrent_kernel);
  const h = x.map((sum, at) => Math.tanh(round(sum + weights.self[at] * previous.hidden[at] + weights.bias[at])));
  change("hidden", h);
  return { hidden: h };
}

CELLS.loop = loopStep;
""",
    "tasks/languages/echo.py": '''"""An echo: a letter, a delimiter, the letter again."""

from typing import ClassVar, Literal

from lstmgallery.tasks.facets import Rule
from lstmgallery.tasks.languages.language import PHASE, Language
from lstmgallery.tasks.task import Feature, Finding, Starter


class Echo(Language):
    """One of p, q and r, up to four w's, then X, then the first letter."""

    kind: Literal["echo"]

    letters: ClassVar = ("p", "q", "r", "w", "X")
    rule: ClassVar = Rule("[pqr]w*", "X", {"p": "p", "q": "q", "r": "r"})
    features: ClassVar = (
        PHASE,
        Feature("heard", "category", "The letter, once it has been read.", "the letter was {}", ("p", "q", "r")),
    )
    headline: ClassVar = "heard"
    findings: ClassVar = (
        Finding(
            "hears_p", "AUC of the best cell with p", "auc of {memory} with heard=p", of="best(heard=p of {memory})"
        ),
    )

    starter: ClassVar = Starter("Repeats a letter.", "task: {kind: echo}\\nunits: 6\\nfigures: [pXp, rwwXr]")

    @property
    def form(self):
        return "u wᵏ X u, u one of p, q, r"

    @property
    def size(self):
        return 15

    def sequences(self):
        for waits in range(5):
            yield from (letter + "w" * waits + "X" + letter for letter in "pqr")

    def sample(self, random):
        return [*self.sequences()][int(random.integers(15))]

    def feature_values(self, sequence):
        return {"heard": [None] + [sequence[0]] * len(sequence)}
''',
    "tasks/walk.py": '''"""A walk: nothing determines its letters; no rule, no phases, no headline feature."""

import itertools
from typing import ClassVar, Literal

from lstmgallery.tasks.task import Feature, Split, Starter, Task


class Walk(Task):
    """Six letters of l and r."""

    kind: Literal["walk"]

    letters: ClassVar = ("l", "r")
    features: ClassVar = (
        Feature("place", "count", "The r's read minus the l's read.", "the place reached"),
        Feature("turn", "category", "Whether the last two letters differ.", "it has turned: {}", ("no", "yes")),
    )
    starter: ClassVar = Starter("Walks left and right.", "task: {kind: walk}\\nunits: 6\\nfigures: [lrlrlr]")

    @property
    def form(self):
        return "six letters of l and r"

    def split(self, *, held_out):
        every = tuple(map("".join, itertools.product("lr", repeat=6)))
        return Split(every, every, None, is_whole=True)

    def ground_truth(self, sequence):
        places = [0, *itertools.accumulate(1 if letter == "r" else -1 for letter in sequence)]
        turns = [None, None, *("no" if one == other else "yes" for one, other in itertools.pairwise(sequence))]
        return {"place": places, "turn": turns}
''',
    "press/figures/answers.py": '''"""The answers that a language wants."""

from typing import Literal

import pandas as pd

from lstmgallery.press.addresses import network_path
from lstmgallery.press.figures.block import Block
from lstmgallery.press.figures.drawing import Drawing, Part
from lstmgallery.press.marks.listing import Listing, Written


class AnswersBlock(Block):
    """Prompts, and what has to be written."""

    kind: Literal["answers"]
    network: str
    prompts: tuple[str, ...]

    def check(self, checker, document, path):
        if subject := checker.subject(document, (*path, "network"), self.network, is_neuron=False):
            for at, prompt in enumerate(self.prompts):
                checker.sequence(document, (*path, "prompts", at), subject.network, prompt)

    def draw(self, studio, subjects):
        network = subjects[self.network].network
        answers = [network.task.rule.answer(prompt) for prompt in self.prompts]
        rows = tuple(Written(*row, None, None) for row in zip(self.prompts, answers, strict=True))
        part = Part(network.title, network_path(network.name), Listing(rows, ""), f"{len(rows)} answers")
        return Drawing.of(part, data=pd.DataFrame({"prompt": self.prompts, "answer": answers}))
''',
    "desk/measures/swing.py": '''"""`swing of hidden`: from the lowest value to the highest."""

from dataclasses import dataclass
from typing import ClassVar

from lstmgallery.desk.measures.condition import Condition
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.measurement import Measurement
from lstmgallery.desk.measures.quantity import read_values, take_quantity


@dataclass(frozen=True)
class Swing(Measure):
    begins: ClassVar = ("swing",)
    has_control: ClassVar = True

    quantity: object

    @classmethod
    def from_line(cls, words, subject):
        words.take()
        words.expect("of")
        return cls(take_quantity(words, subject.network))

    def take(self, trained, places):
        data = read_values(trained, places, self.quantity, Condition())
        values = data[self.quantity.text]
        return Measurement(float(values.max() - values.min()), len(data), data=data)
''',
    "press/pages/sections/toy.py": '''"""How many figures there are."""

from lstmgallery.press.pages.sections.section import Section

SECTION = Section("toy", lambda view: {"toy_count": len(view.network.shown)})
''',
    "press/theme/templates/sections/toy.html": """<section>
<h2 id="toy">A toy</h2>
<p class="measure">There are {{ toy_count | count("toy") }}.</p>
</section>

""",
}
LINES = {  # what registers a toy: in which file, after what, one line
    "cells/__init__.py": [
        ("gru_reset_first, lstm, peephole", "gru_reset_first, loop, lstm, peephole"),
        ("gru_reset_first, rnn)", "gru_reset_first, rnn, loop)"),
    ],
    "tasks/__init__.py": [
        ("import Copying\n", "import Copying\nfrom lstmgallery.tasks.languages.echo import Echo\n"),
        ("import Task\n", "import Task\nfrom lstmgallery.tasks.walk import Walk\n"),
        ('"copying": Copying,\n', '"copying": Copying,\n    "echo": Echo,\n    "walk": Walk,\n'),
    ],
    "desk/measures/__init__.py": [
        ("import Statistic\n", "import Statistic\nfrom lstmgallery.desk.measures.swing import Swing\n"),
        ("    Right,\n)", "    Right,\n    Swing,\n)"),
    ],
    "press/figures/plain.py": [
        ("\n\nPLAIN", "\nfrom lstmgallery.press.figures.answers import AnswersBlock\n\nPLAIN"),
        ("(StripBlock,", "(AnswersBlock, StripBlock,"),
    ],
    "press/pages/sections/__init__.py": [
        ("seeds, training", "seeds, toy, training"),
        ("held_out, files)", "held_out, files, toy)"),
    ],
    "press/addresses.py": [('"training", "loss"', '"toy", "training", "loss"')],
}
NETWORK = """---
title: Echo
summary: A network that repeats a letter.
task: {kind: echo}
cell: loop
units: 6
training: {steps: 150, most_steps: 3000, batch: 32, learning_rate: 0.02}
figures: [pXp, rwwXr]
---

It echoes.
"""
WALK = """---
title: Walk
summary: A network that walks.
task: {kind: walk}
units: 5
training: {steps: 150, most_steps: 3000}
figures: [llrrlr, rrrrrr]
---

It walks.
"""
WRITEUP = """---
title: An echo
summary: What it repeats.
published: 2024-02-03
---

Its page has [a toy](../networks/echo.md#toy).

```figure
id: answers
kind: answers
network: echo
prompts: [pX, qX]
caption: What it has to write.
alt: Two prompts with their answers.
```

```figure
id: cell
kind: cell
cell: loop
caption: A looped RNN.
alt: One line goes in, and one out.
```

```claim
id: hears
neuron: echo best(heard=q)
says: One of its neurons hears the q.
measure: auc of hidden with heard=q
expect: at least 0.5
```

```claim
id: swings
network: echo
says: Its neurons swing between their ends.
measure: swing of hidden
expect: between 0.5 and 2
```

```claim
id: walks
neuron: walk best(place)
says: One of its neurons follows the place.
measure: r2 of hidden with place
expect: at least 0.2
```
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site built by a copy of the package with the toys."""
    folder = tmp_path_factory.mktemp("toys")
    shutil.copytree(ROOT / "lstmgallery", folder / "lstmgallery", ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in TOYS.items():
        file = folder / "lstmgallery" / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for path, changes in LINES.items():
        file = folder / "lstmgallery" / path
        text = file.read_text(encoding="utf-8")
        for before, after in changes:
            assert text.count(before) == 1, (path, before)
            text = text.replace(before, after)
        file.write_text(text, encoding="utf-8")
    for path, text in {"networks/echo.md": NETWORK, "networks/walk.md": WALK, "writeups/an-echo.md": WRITEUP}.items():
        file = folder / "content" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    settings = "title: Toys\ntagline: A toy of each kind.\ndescription: A gallery of toys.\n"
    (folder / "content" / "site.yaml").write_text(settings, encoding="utf-8")
    run = run_python("-m", "lstmgallery", "build", "--seeds", "2", cwd=folder)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder / "site"


def read(site: Path, path: str) -> str:
    return " ".join((site / path).read_text(encoding="utf-8").split())


def test_a_toy_cell_is_trained_checked_and_explained(site: Path) -> None:
    assert "Looped RNN, 1 layer of 6 neurons" in read(site, "networks/echo/index.html")
    assert "The signals of a looped RNN" in read(site, "how-to-read.html")
    assert "Hidden state h = tanh(h′, x)." in read(site, "writeups/an-echo.html")
    assert "CELLS.loop" in read(site, "assets/explorer.js")


def test_a_toy_task_has_its_features_its_roles_and_its_findings(site: Path) -> None:
    page = read(site, "networks/echo/index.html")
    assert "u wᵏ X u, u one of p, q, r" in page
    assert re.search(r"AUC of the best cell with p</b>", page)
    assert "the letter was" in page
    assert 'id="together"' not in page
    assert 'id="frontier"' not in page


def test_a_task_without_a_rule_has_all_that_needs_none(site: Path) -> None:
    page = read(site, "networks/walk/index.html")
    assert "six letters of l and r" in page
    assert "Training runs for 150 steps." in page
    assert "with every determined token predicted" not in page
    assert "steps since the delimiter" not in read(site, "networks/walk/layer-1/neuron-1.html")
    assert not [fragment for fragment in ("right", "together", "frontier") if f'id="{fragment}"' in page]
    assert re.search(r'data-claim="walks" data-verdict="(holds|fails)"', read(site, "writeups/an-echo.html"))
    assert '"rule":null' in read(site, "explorer/walk.js")


def test_a_toy_figure_is_drawn_and_has_its_numbers_and_a_drawing(site: Path) -> None:
    assert '<th scope="row">qX</th><td>q</td>' in read(site, "writeups/an-echo.html")
    assert (site / "writeups" / "an-echo" / "answers.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        "pX,p",
        "qX,q",
    ]
    assert "pX → p" in read(site, "writeups/an-echo/answers.svg")


def test_a_toy_section_is_shown_and_can_be_linked_to(site: Path) -> None:
    assert "There are 2 toys." in read(site, "networks/echo/index.html")
    assert 'href="../networks/echo/index.html#toy"' in read(site, "writeups/an-echo.html")


def test_a_toy_measure_is_taken_of_the_network_and_of_untrained_ones(site: Path) -> None:
    claims = {claim["id"]: claim for claim in json.loads((site.parent / "build" / "claims.json").read_text("utf-8"))}
    assert claims["swings"]["verdict"] == "holds"
    assert len(claims["swings"]["by_untrained"]) == 40
    assert len(claims["swings"]["by_seed"]) == 2
