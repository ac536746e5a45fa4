"""The interface of all measures."""

import abc
from typing import ClassVar, Self

from lstmgallery.desk.grammar import Words
from lstmgallery.desk.measures.measurement import Measurement
from lstmgallery.desk.results import Results
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Place


class Measure(abc.ABC):
    """A quantity that can be measured."""

    begins: ClassVar[tuple[str, ...]]  # the phrases it begins with, each of one or more words
    has_control: ClassVar[bool]  # whether untrained networks are measured as a control

    @classmethod
    @abc.abstractmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        """Take the measure from a line, phrase included. Raises `GrammarError` if it does not apply to this subject."""

    @abc.abstractmethod
    def take(self, trained: MeasuredNetwork, places: tuple[Place, ...]) -> Measurement:
        """Measure the neurons at `places` of a trained network."""

    def null(self, results: Results) -> float | None:  # noqa: ARG002
        """Return the value that the best neuron stays below in 99 of 100 shuffles; None without a null."""
        return None
