"""The requirements of measures: a subject that is one neuron, or a task with some facet.

Each function raises `GrammarError`, `at` the measure's first word, if its requirement is not met.
"""

from lstmgallery.desk.grammar import GrammarError
from lstmgallery.desk.subjects import Subject, example_of
from lstmgallery.network import Network


def require_neuron(subject: Subject, *, at: int) -> None:
    """Require one neuron."""
    if not subject.is_neuron:
        hint = f"such as {example_of(subject.network)}"
        raise GrammarError("expected one neuron, found several", at=at, hint=hint)


def require(has_facet: object, network: Network, needed: str, *, at: int) -> None:
    """Require a facet of the network's task, such as `network.task.dose`, None if the task lacks it."""
    if not has_facet:
        raise GrammarError(f"expected {needed}, found {network.name} ({network.task.kind})", at=at)
