"""Running text shaded by one signal of one neuron."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import pydantic

from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.addresses import explorer_url, neuron_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio, name_of, step_table
from lstmgallery.press.marks.passage import Passage
from lstmgallery.press.marks.running import draw_running
from lstmgallery.press.marks.strips import range_words, scale_of
from lstmgallery.press.marks.text import brief
from lstmgallery.tasks.facets import RealText

LONGEST_TEXT = 1_000  # characters of one passage
BEFORE, AFTER = 90, 40  # characters around a place, at most


@dataclass(frozen=True)
class Excerpt:
    """A text, and the part of it that is shown: characters `first` to before `last`."""

    text: str
    first: int
    last: int


class PassageBlock(Block):
    """Running text shaded by one signal of one neuron: texts of the author's, or passages that its network reads."""

    kind: Literal["passage"]
    neuron: str
    signal: str | None = None  # the memory by default
    texts: tuple[str, ...] = pydantic.Field((), max_length=8)
    passages: Literal["strongest", "middle", "random"] | None = None

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        if bool(self.texts) == (self.passages is not None):
            message = f"expected one of the keys 'texts' and 'passages', found {'both' if self.texts else 'neither'}"
            checker.problems.append(document.problem(path, message))
        subject = checker.subject(document, (*path, "neuron"), self.neuron, is_neuron=True)
        if subject is None:
            return
        network = subject.network
        checker.signals(document, (*path, "signal"), network, () if self.signal is None else (self.signal,))
        if self.passages is not None and network.task.text is None:
            checker.unfit(document, (*path, "passages"), network, RealText.needed)
        for at, text in enumerate(self.texts):
            place = (*path, "texts", at)
            if network.task.text is None:
                checker.sequence(document, place, network, text)
            elif not 1 <= len(text) <= LONGEST_TEXT:
                message = f"expected a text of 1 to {LONGEST_TEXT} characters, found {len(text)}"
                checker.problems.append(document.problem(place, message))

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        subject = subjects[self.neuron]
        network = subject.network
        layer, neuron = studio.place_of(subject)
        key = self.signal or network.kind.memory
        signal = network.kind[key]
        excerpts = self._excerpts(studio, subject, layer, neuron)
        read = [studio.signals(network, each.text)[layer - 1][key][:, neuron - 1] for each in excerpts]
        shown = [values[each.first + 1 : each.last + 1] for each, values in zip(excerpts, read, strict=True)]
        low, high = scale_of(signal, max(float(np.abs(values).max()) for values in shown) or 1.0)
        parts, tables = [], []
        for at, (each, values) in enumerate(zip(excerpts, shown, strict=True)):
            text = each.text[each.first : each.last]
            running = draw_running(
                text,
                values.tolist(),
                low=low,
                high=high,
                begins=each.first > 0,
                ends=each.last < len(each.text),
                palette=signal.palette,
            )
            title = f"{name_of(network, layer, neuron)}, {signal.name.lower()}" if at == 0 else ""
            mark = Passage(running, signal.palette, range_words(low, high) if at == 0 else "")
            summary = f"{signal.name} from {brief(values.min())} to {brief(values.max())}, reading {text}"
            live = explorer_url(network.name, text=each.text, layer=layer, neuron=neuron, signal=key)
            parts.append(Part(title, neuron_path(network.name, layer, neuron), mark, summary, explorer=live))
            table = step_table(network, each.text, {key: read[at]}, layer, neuron)
            tables.append(table[each.first + 1 : each.last + 1])
        return Drawing((tuple(parts),), pd.concat(tables, ignore_index=True))

    def _excerpts(self, studio: Studio, subject: Subject, layer: int, neuron: int) -> Sequence[Excerpt]:
        if self.passages is None:
            return [Excerpt(text, 0, len(text)) for text in self.texts]
        of_text = studio.results_of(subject).text
        assert of_text is not None
        rows = of_text.contexts[layer, neuron]
        found = []
        for row in rows[rows["kind"] == self.passages].itertuples():
            whole = of_text.passages[int(row.passage)]
            found.append(excerpt(whole, int(row.step)))
        return found


def excerpt(text: str, step: int) -> Excerpt:
    """Return the surroundings of the character read at a step, cut at blanks if there are some."""
    first, last = max(0, step - BEFORE), min(len(text), step + AFTER)
    if first and (blank := text.find(" ", first, step)) >= 0:
        first = blank + 1
    if last < len(text) and (blank := text.rfind(" ", step, last)) >= 0:
        last = blank
    return Excerpt(text, first, last)
