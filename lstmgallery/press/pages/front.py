"""The front page: one neuron at work, and where to go on.

Takes the networks' views and the write-ups, gives the values of `index.html`: which neuron is shown, the still strips
of a page without script (the network unchanged, and with a change), and the sentences on it, all measured. The page's
script makes the strips live: it is made of the explorer's modules, and gets the network in a file of its own.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np

from lstmgallery.desk.experiments.experiment import neurons_needed
from lstmgallery.desk.reference import Change, read_signals, write_on
from lstmgallery.desk.results import Results
from lstmgallery.desk.roles import ROLE
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.targets import R2
from lstmgallery.network import Network, Place
from lstmgallery.press.addresses import add_counts, explorer_path, explorer_url, hold, neuron_path
from lstmgallery.press.figures.drawing import name_of
from lstmgallery.press.figures.frontier import frontier
from lstmgallery.press.marks import text
from lstmgallery.press.marks.palette import shade
from lstmgallery.press.marks.strips import Token, show_tokens
from lstmgallery.press.marks.tokens import glyph
from lstmgallery.press.pages.articles import Article
from lstmgallery.press.pages.evidence import held_words
from lstmgallery.press.pages.explorer import describe_play, enough_neurons, read_modules, slopes
from lstmgallery.press.pages.families import families
from lstmgallery.press.pages.scripts import join_modules
from lstmgallery.press.pages.sentences import row_sentence
from lstmgallery.press.pages.views import NetworkView
from lstmgallery.tasks.vocabulary import with_start

SCRIPT = resources.files("lstmgallery.press") / "theme" / "front" / "front.js"
MODULES = (  # of the explorer, in dependency order
    *("products", "network", "writing", "language", "print", "changes", "reading", "runs", "dom", "outcome"),
)
COUNTS = 3  # added to the memory by the page's button
FIRST_COUNT = 4  # counted tokens in the first prompt
MOST_TYPED = 60  # characters of a prompt
MOST_STEPS = 24  # of a network's strip in the list of networks, the start included
MOST_WRITTEN = 120  # tokens; that of the explorer's `writing.js`
LONGEST_READ = 40  # characters of the first text of a network whose task has no prompts
RIGHT, LOSS = "{} of the sequences come out right", "the loss is {} {}"


@dataclass(frozen=True)
class Step:
    """One step of a strip: the token read, the shade and the value of the memory; whether the change is made here."""

    token: Token
    shade: str
    value: str
    is_changed: bool


@dataclass(frozen=True)
class Run:
    """The memory of the neuron along a prompt and what the network then writes, and that in words."""

    name: str
    steps: tuple[Step, ...]
    written: str
    has_ended: bool
    summary: str


@dataclass(frozen=True)
class Exhibit:
    """The neuron on the front page. The button adds counts to it, or else holds its memory at zero."""

    view: NetworkView
    layer: int
    neuron: int
    places: tuple[Place, ...]  # the neurons that the button changes
    prompt: str  # without the delimiter
    adds_counts: bool

    @property
    def network(self) -> Network:
        return self.view.network

    @property
    def path(self) -> str:
        return neuron_path(self.network.name, self.layer, self.neuron)

    @property
    def name(self) -> str:
        return name_of(self.network, self.layer, self.neuron)

    @property
    def sentence(self) -> str:
        row = self.view.results.best_row_of(self.layer, self.neuron)
        if row.standing != ROLE and (self.layer, self.neuron) == self.view.results.best:
            return "It is the best one for the task, though it has no role by this gallery’s rules."
        return row_sentence(self.network, row)

    @property
    def counted(self) -> str:
        """The token that the network counts, if it counts."""
        return self.network.task.dose.counted if self.network.task.dose else ""

    @property
    def whom(self) -> str:
        return "" if len(self.places) == 1 else f" to each of {len(self.places)} neurons"

    @property
    def change(self) -> str:
        return f"Add {COUNTS} counts{self.whom}" if self.adds_counts else "Hold it at zero"

    @property
    def changed_name(self) -> str:
        if not self.adds_counts:
            return "held at zero"
        return f"with {COUNTS} counts added{self.whom} at the {self.delimiter}"

    @property
    def invitation(self) -> str:
        more = f"Give it more {self.counted}’s" if self.counted else "Type something else"
        return f"{more}, or {f'put {COUNTS} counts into it' if self.adds_counts else 'take its memory away'}."

    @property
    def delimiter(self) -> str:
        task = self.network.task
        return task.dose.delimiter if task.dose else task.rule.delimiter if task.rule else ""

    @property
    def writes(self) -> bool:
        """Whether the network writes an answer to a prompt."""
        return bool(self.delimiter)

    @property
    def step(self) -> int:
        """The step of the change in the first view: the delimiter's, or the first after the start."""
        return len(self.prompt + self.delimiter) if self.adds_counts else 1

    @property
    def explorer(self) -> str:
        """The address of the first view in the explorer."""
        memory = self.network.kind.memory
        changes = [
            add_counts(*place, memory, COUNTS, step=self.step) if self.adds_counts else hold(*place, memory, 0, step=1)
            for place in self.places
        ]
        text_read = self.prompt + self.delimiter
        return explorer_url(
            self.network.name, text=text_read, layer=self.layer, neuron=self.neuron, do=changes, write="greedy"
        )

    @property
    def runs(self) -> tuple[Run, Run]:
        """The runs of the first view: unchanged, and changed."""
        memory = self.network.kind[self.network.kind.memory].name
        return self._run(memory, None), self._run(f"… {self.changed_name}", self._changed())

    def _changed(self) -> Change:
        counts = describe_play(self.view.results)["counts"]
        memory = self.network.kind.memory

        def change(layer: int, step: int, signal: str, values: np.ndarray) -> np.ndarray:
            for of_layer, neuron in self.places if signal == memory else ():
                if of_layer != layer:
                    continue
                if not self.adds_counts:
                    values[:, neuron - 1] = 0.0 if step >= self.step else values[:, neuron - 1]
                elif step == self.step:
                    values[:, neuron - 1] += COUNTS * counts[layer - 1][neuron - 1]
            return values

        return change

    def _run(self, name: str, change: Change | None) -> Run:
        results, kind = self.view.results, self.network.kind
        prompt, at_most = self.prompt + self.delimiter, MOST_WRITTEN if self.writes else 0
        texts, ended, _ = write_on(self.network, results.weights, [prompt], at_most=at_most, change=change)
        signals = read_signals(self.network, results.weights, [prompt + texts[0]], change=change)
        values = signals[self.layer - 1][kind.memory][:, self.neuron - 1]
        low, high = kind[kind.memory].low, kind[kind.memory].high
        if low is None or high is None:
            high = largest_memory(results, self.layer, self.neuron)
            low = -high
        steps = tuple(
            Step(token, shade("memory", value, low=low, high=high), text.number(value), self._is_changed(at, change))
            for at, (token, value) in enumerate(
                zip(show_tokens(with_start(prompt + texts[0])), values.tolist(), strict=True)
            )
        )
        written = written_words(texts[0])
        course = ", ".join(f"{step.token.name} {step.value}" for step in steps)
        return Run(name, steps, written, bool(ended[0]) and self.writes, f"{name} at each step: {course}")

    def _is_changed(self, step: int, change: Change | None) -> bool:
        return change is not None and (step == self.step if self.adds_counts else step >= self.step)

    @property
    def reasons(self) -> list[str]:
        """Return what was measured of the neuron and its network, a sentence each."""
        results, network = self.view.results, self.network
        said = ["It was trained only to predict the next token."]
        row = results.best_row_of(self.layer, self.neuron)
        if (row.standing, row.measure, row.signal) == (ROLE, R2, network.kind.memory):
            colour = "bluer" if row.direction > 0 else "redder"
            said.append(f"The {colour} a step, the higher the count.")
        if found := frontier(results):
            said.append(found.sentence)
        held = results.held_memory(self.layer, self.neuron)
        before, after = held_words(results, self.layer, self.neuron)
        whose = self.name[:1].lower() + self.name[1:]
        outcome = (RIGHT if held.measure == "right" else LOSS).format(after, self.view.loss_unit.words)
        where = "zero" if held.intervention == "zero" else "its mean"
        said.append(f"With {whose} held at {where}, {outcome} instead of {before}.")
        return said


def choose_exhibit(networks: Sequence[NetworkView], named: Subject | None) -> Exhibit:
    """Return the neuron of the front page: the one `named` in `site.yaml`, or the most telling.

    That is the best neuron of the first network that counts and needs only one neuron for it; without one, of the
    first that counts, or else of the first of all.
    """
    views = {view.network.name: view for view in networks}
    if named is not None and named.network.name in views:
        view = views[named.network.name]
        places = () if not named.is_neuron else named.places(view.results.trained)
        return _exhibit(view, places[:1])
    counting = [view for view in networks if view.network.task.dose is not None]
    alone = (view for view in counting if neurons_needed(slopes(view.results)) == 1)
    return _exhibit(next(alone, next(iter(counting), networks[0])), ())


def _exhibit(view: NetworkView, places: tuple[Place, ...]) -> Exhibit:
    network = view.network
    (layer, neuron), changed = places[0] if places else view.results.best, places
    if dose := network.task.dose:
        changed = changed or tuple(enough_neurons(view.results))
        prompt = dose.counted * min(FIRST_COUNT, dose.longest)
    else:
        rule, shown = network.task.rule, network.longest_shown
        prompt = shown.partition(rule.delimiter)[0] if rule else shown[:LONGEST_READ]
    adds_counts = dose is not None and (bool(places) or neurons_needed(slopes(view.results)) is not None)
    changed = changed if adds_counts else ((layer, neuron),)
    return Exhibit(view, layer, neuron, changed, prompt, adds_counts)


def largest_memory(results: Results, layer: int, neuron: int) -> float:
    """Return the end of a neuron's colour scale in the explorer."""
    found: float = describe_play(results)["largest"][layer - 1][neuron - 1]
    return found


def written_words(written: str) -> str:
    """Return a text that a network wrote, as `describeWritten` of the explorer does."""
    if len(written) > 1 and len(set(written)) == 1:
        return f"{len(written)} {glyph(written[0])}’s"
    glyphs = "".join(map(glyph, written))
    return (f"{glyphs[:40]}…" if len(glyphs) > 40 else glyphs) or "nothing"


def front_script() -> bytes:
    """Return the script of the front page."""
    return join_modules([*read_modules(MODULES), SCRIPT.read_text(encoding="utf-8")]).encode()


def front_data(exhibit: Exhibit) -> bytes:
    """Return the script that sets `window.lstmgallery`: the network of the front page, and what to play with."""
    network = exhibit.network
    play = {
        "place": {"layer": exhibit.layer, "neuron": exhibit.neuron},
        "changes": [
            {
                "layer": layer,
                "neuron": neuron,
                "signal": network.kind.memory,
                "kind": "add" if exhibit.adds_counts else "hold",
                "amount": COUNTS if exhibit.adds_counts else 0,
                "inCounts": exhibit.adds_counts,
            }
            for layer, neuron in exhibit.places
        ],
        "counted": exhibit.counted,
        "delimiter": exhibit.delimiter,
        "writes": exhibit.writes,
        "explorer": explorer_path(network.name),
    }
    given = {"data": describe_play(exhibit.view.results), "play": play}
    written = json.dumps(given, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return ("window.lstmgallery = " + written.replace("<", "\\u003c") + ";\n").encode()


def front_values(networks: Sequence[NetworkView], exhibit: Exhibit, articles: Sequence[Article]) -> dict[str, Any]:
    """Return the values of the front page."""
    return {
        "exhibit": exhibit,
        "runs": exhibit.runs,
        "most_typed": MOST_TYPED,
        "most_steps": MOST_STEPS,
        "neurons": sum(view.network.layers * view.network.units for view in networks),
        "claims": sum(len(article.judged) for article in articles if not article.writeup.is_comparison),
        "families": families(networks, articles),
    }
