"""Train a network of text on its corpus, and record how well it and n-grams predict the held-out part.

For `stages`, which trains the network of a file, and `search`, which trains it under many seeds.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lstmgallery.network import Network
from lstmgallery.pins import CorpusRecord
from lstmgallery.tasks.texts.corpus import Corpus, encode_documents
from lstmgallery.tasks.texts.ngrams import kneser_ney

if TYPE_CHECKING:
    from lstmgallery.lab.train_text import TrainedText

NGRAMS = (3, 5, 7)  # the orders of the n-grams that a network of text is compared with


def corpus_of(network: Network) -> Corpus:
    """Return the corpus of a network of text that is to be trained."""
    text = network.task.text
    assert text is not None
    assert text.corpus is not None
    return text.corpus


def train_on_corpus(
    network: Network, *, report: Callable[[int, str], None], checkpoint: Path | None = None
) -> "TrainedText":
    """Train a network on its corpus under its own seed; one that was stopped goes on from its checkpoint."""
    from lstmgallery.lab.text_spec import TextSpec
    from lstmgallery.lab.train_text import train_text

    training, validation, _ = _encoded(network)
    place = network.name
    return train_text(TextSpec.of(network), training, validation, place=place, report=report, checkpoint=checkpoint)


def measure_ngrams(network: Network) -> dict[int, float]:
    """Return the bits a character that n-grams of the training documents need for the held-out ones, by order."""
    training, _, held_out = _encoded(network)
    tokens = len(network.task.vocabulary)
    return {order: kneser_ney(training, held_out, tokens=tokens, order=order) for order in NGRAMS}


def record_corpus(network: Network, trained: "TrainedText", ngrams: Mapping[int, float]) -> CorpusRecord:
    """Return what is kept of a training: the corpus, and how well its held-out part is predicted."""
    from lstmgallery.lab.text_spec import TextSpec
    from lstmgallery.lab.train_text import bits_a_character

    corpus, spec = corpus_of(network), TextSpec.of(network)
    _, _, held_out = _encoded(network)
    return CorpusRecord(
        place=corpus.place,
        sha256=corpus.fingerprint,
        training=len(corpus.training),
        validation=len(corpus.validation),
        held_out=len(corpus.held_out),
        training_characters=sum(map(len, corpus.training)),
        held_out_characters=sum(map(len, corpus.held_out)),
        unknown_share=corpus.unknown_share,
        sampled_from=corpus.read_characters if corpus.is_sampled else None,
        bits=bits_a_character(spec, trained.weights, held_out),
        untrained_bits=bits_a_character(spec, trained.untrained, held_out),
        ngrams=dict(ngrams),
        best_step=trained.best_step,
    )


def _encoded(network: Network) -> Iterator[list[np.ndarray]]:
    """Yield the training, the validation and the held-out documents as token numbers."""
    corpus = corpus_of(network)
    for part in (corpus.training, corpus.validation, corpus.held_out):
        yield encode_documents(part, network.task.vocabulary)
