"""The requirements of measures: a subject that is one neuron, or a task with some facet.

Each function raises `GrammarError`, `at` the measure's first word, if its requirement is not met.
"""

from lstmgallery.desk.grammar import GrammarError
from lstmgallery.desk.subjects import Subject
from lstmgallery.network import Network


def require_neuron(subject: Subject, *, at: int) -> None:
    """Require one neuron."""
    if not subject.is_neuron:
        hint = f"such as {subject.network.name} best({subject.network.task.main_feature})"
        raise GrammarError("expected one neuron, found several", at=at, hint=hint)


def require_sizes(network: Network, *, at: int) -> None:
    """Require a task with sizes, hence a frontier."""
    if network.task.sizes is None:
        raise GrammarError(f"the task of {network.name} has only one size", at=at)


def require_facet(network: Network, facet: object, *, at: int) -> None:
    """Require a facet of the network's task, such as `network.task.dose`, which is None if the task lacks it."""
    if facet is None:
        raise GrammarError(f"not measurable for a {network.task.kind} task", at=at)
