"""What a measure requires of a subject: that it is one neuron, or that its task has a facet.

Each function raises `GrammarError` where that is not so, `at` the measure's first word.
"""

from lstmgallery.desk.grammar import GrammarError
from lstmgallery.desk.subjects import Subject
from lstmgallery.network import Network


def require_neuron(subject: Subject, *, at: int) -> None:
    """Require one neuron."""
    if not subject.is_neuron:
        hint = f"such as {subject.network.name} best({subject.network.task.main_feature})"
        raise GrammarError("this is measured of one neuron, found several", at=at, hint=hint)


def require_sizes(network: Network, *, at: int) -> None:
    """Require a task that can be stretched: one with a frontier."""
    if network.task.sizes is None:
        raise GrammarError(f"the task of {network.name} has one size only", at=at)


def require_facet(network: Network, facet: object, *, at: int) -> None:
    """Require a facet of the network's task, such as `network.task.dose`, which is None where the task has none."""
    if facet is None:
        raise GrammarError(f"this is not measured of a {network.task.kind} task", at=at)
