"""A network's greedy continuations of prompts."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd
import pydantic

from lstmgallery.desk.experiments.doses import write_with_counts
from lstmgallery.desk.reference import write_on
from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.network import Network
from lstmgallery.press.addresses import add_counts, explorer_url, network_path
from lstmgallery.press.figures.block import Block, Checker, Strict
from lstmgallery.press.figures.drawing import Drawing, Part, Studio, name_of
from lstmgallery.press.marks.listing import Listing, Written
from lstmgallery.tasks.facets import Dose

MOST_PROMPTS = 12
LONGEST_WRITTEN = 40  # surplus tokens a network may write in a list


class Add(Strict):
    """Counts added to a neuron's cell at the delimiter."""

    neuron: str
    counts: int = pydantic.Field(ge=-100, le=100)


class GeneratedBlock(Block):
    """A network's greedy continuations of prompts, and beside them those of the changed network."""

    kind: Literal["generated"]
    network: str
    prompts: tuple[str, ...] = pydantic.Field(min_length=1, max_length=MOST_PROMPTS)
    add: Add | None = None

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        subject = checker.subject(document, (*path, "network"), self.network, is_neuron=False)
        if subject is None:
            return
        network = subject.network
        for at, prompt in enumerate(self.prompts):
            checker.sequence(document, (*path, "prompts", at), network, prompt)
        if self.add is not None:
            changed = checker.subject(document, (*path, "add", "neuron"), self.add.neuron, is_neuron=True)
            if changed and changed.network.name != network.name:
                checker.unfit(document, (*path, "add", "neuron"), changed.network, f"a neuron of {network.name}")
            elif network.task.dose is None:
                checker.unfit(document, (*path, "add"), network, Dose.needed)

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        results = studio.results_of(subjects[self.network])
        network, weights = results.network, results.trained.weights
        at_most = max(map(len, self.prompts)) + LONGEST_WRITTEN
        written, _, _ = write_on(network, weights, self.prompts, at_most=at_most)
        changed: Sequence[str | None] = [None] * len(written)
        change, changes = "", []
        prompt = self.prompts[-1]
        if self.add is not None:
            place = studio.place_of(subjects[self.add.neuron])
            counts = self.add.counts
            changed, _ = write_with_counts(network, weights, self.prompts, place=place, counts=counts, at_most=at_most)
            change = f"{counts:+d} in the cell of {name_of(network, *place).lower()}".replace("-", "−")
            changes = [add_counts(*place, network.kind.memory, counts, step=len(prompt))]
        rows = tuple(
            Written(prompt, text, _is_right(network, prompt, text), other)
            for prompt, text, other in zip(self.prompts, written, changed, strict=True)
        )
        wrong = sum(row.is_right is False for row in rows)
        summary = f"{len(rows) - wrong} of {len(rows)} are right" if rows[0].is_right is not None else "What it writes"
        data = pd.DataFrame([(row.prompt, row.written, row.is_right, row.changed) for row in rows])
        data.columns = pd.Index(["prompt", "written", "right", "changed"])
        live = explorer_url(network.name, text=prompt, do=changes, write="greedy")
        path = network_path(network.name)
        part = Part(network.title, path, Listing(rows, change), summary, explorer=live)
        return Drawing.of(part, data=data.dropna(axis=1, how="all"))


def _is_right(network: Network, prompt: str, written: str) -> bool | None:
    """Return whether the text written is the right answer; None if the language leaves a choice, or has no rule."""
    if not (rule := network.task.rule):
        return None
    wanted = rule.answer(prompt)
    return written == wanted if rule.is_followed(prompt + wanted) else None
