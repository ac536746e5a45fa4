"""What a network of real text writes from a seed, as characters.

Everything is computed in float64 from the weights, step by step, so the text is the same wherever it is written, as
long as no choice is nearer to another one than rounding: see `margin`.
"""

from dataclasses import dataclass

from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.reading import write_document
from lstmgallery.network import Network
from lstmgallery.tasks.vocabulary import START


@dataclass(frozen=True)
class WrittenText:
    """A text that a network wrote, without what it began with; `margin` is that of `desk.reading.Document`."""

    text: str
    has_ended: bool
    margin: float


def write(network: Network, weights: Arrays, *, start: str, temperature: float, seed: int) -> WrittenText:
    """Let a network write on after `start`. It never writes the start token, as in the explorer."""
    vocabulary = network.task.vocabulary
    document = write_document(
        network.kind,
        weights,
        seed=seed,
        temperature=temperature,
        prompt=vocabulary.numbers(start),
        never=vocabulary.numbers([START]),
    )
    text = "".join(vocabulary[token] for token in document.tokens)
    return WrittenText(text, document.has_ended, document.margin)
