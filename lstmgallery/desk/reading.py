"""Networks of text, from weights alone: how well they predict documents, and what they write.

Takes weights under the names of `weights.npz` and tokens as integers: 0 is the start token, 1 the end token. Every
document starts from a zero state. NumPy in float64, written independently of the lab. Memory grows with the number of
rows read side by side, never with the length of a document.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from lstmgallery.cells.reference import Arrays, keep
from lstmgallery.cells.table import CellKind
from lstmgallery.desk.reference import layer_weights, step_of

START, END = 0, 1
ROWS = 64  # documents read side by side
MOST_WRITTEN = 280  # tokens of a document, as in the explorer


@dataclass(frozen=True)
class Bits:
    """How many `bits` a network needs for all `characters` of some documents, end tokens included.

    Sums over parts of a corpus can be added.
    """

    bits: float
    characters: int

    def __add__(self, other: "Bits") -> "Bits":
        return Bits(self.bits + other.bits, self.characters + other.characters)

    @property
    def a_character(self) -> float:
        """The mean bits of a character; not a number if there are none."""
        return self.bits / self.characters if self.characters else float("nan")


class _Rows:
    """A network reading `rows` documents side by side, from a zero state."""

    def __init__(self, kind: CellKind, weights: Arrays, rows: int):
        self.step = step_of(kind)
        count = sum(name.endswith("/recurrent_kernel") for name in weights)
        self.layers = [layer_weights(weights, layer) for layer in range(1, count + 1)]
        self.readout = [weights[f"readout/{name}"].astype(np.float64) for name in ("kernel", "bias")]
        self.one_hot = np.eye(len(self.readout[1]))
        units = len(self.readout[0])
        self.signals = [{key: np.zeros((rows, units)) for key in kind.state} for _ in self.layers]

    def read(self, tokens: np.ndarray) -> np.ndarray:
        """Read a token in each of the first rows; the rows after them end. Return their logits, (rows, tokens)."""
        flow = self.one_hot[tokens]
        for layer, weights in enumerate(self.layers):
            before = {key: values[: len(tokens)] for key, values in self.signals[layer].items()}
            self.signals[layer] = self.step(flow, before, weights, keep)
            flow = self.signals[layer]["hidden"]
        kernel, bias = self.readout
        logits: np.ndarray = flow @ kernel + bias
        return logits


@threadpool_limits.wrap(limits=1, user_api="blas")  # the matrices are small: more threads wait for each other
def count_bits(kind: CellKind, weights: Arrays, documents: Sequence[np.ndarray]) -> Bits:
    """Return the bits for every token of `documents` after its start token."""
    longest_first = sorted(documents, key=len, reverse=True)
    total = Bits(0.0, 0)
    for first in range(0, len(longest_first), ROWS):
        batch = longest_first[first : first + ROWS]
        network = _Rows(kind, weights, len(batch))
        for at in range(len(batch[0]) - 1):
            going = [document for document in batch if at + 1 < len(document)]
            logits = network.read(np.array([document[at] for document in going]))
            following = [document[at + 1] for document in going]
            highest = logits.max(axis=1)
            logs = highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1))
            nats = logs - logits[np.arange(len(going)), following]
            total += Bits(float(nats.sum()) / np.log(2), len(going))
    return total


@dataclass(frozen=True)
class Document:
    """What a network wrote: the tokens after the prompt, and whether the end token came after them.

    `margin`: how near any of its choices was to another one. It is the distance of the number drawn from the ends of
    the chosen token's share of the probabilities, and without drawing the lead of the likeliest token, the smallest
    of all. Rounding differs between processors by less than 1e-12, in the explorer by about 1e-6.
    """

    tokens: list[int]
    has_ended: bool
    margin: float


@threadpool_limits.wrap(limits=1, user_api="blas")
def write_document(
    kind: CellKind,
    weights: Arrays,
    *,
    seed: int,
    temperature: float = 1.0,
    at_most: int = MOST_WRITTEN,
    prompt: Sequence[int] = (),
    never: Sequence[int] = (START,),
) -> Document:
    """Let the network write one document: read the start token and `prompt`, then draw token after token.

    It ends with the end token, or after `at_most` tokens. The logits are divided by `temperature`; at 0 the most likely
    token is taken. Tokens in `never` are not written. Equal seeds give equal texts, and those of the explorer, up to
    rounding: in single precision, a number so close to the end of a token's share that it falls into the next one is
    rare, but then all that follows differs. The `margin` tells.
    """
    if not temperature >= 0:
        raise ValueError(f"temperature: expected a number of at least 0, received {temperature}")
    random = chances(seed)
    network = _Rows(kind, weights, 1)
    logits = network.read(np.array([START]))[0]
    for token in prompt:
        logits = network.read(np.array([token]))[0]
    written: list[int] = []
    margin = 1.0
    while len(written) < at_most:
        logits[list(never)] = -np.inf
        token, nearest = _draw(logits, temperature, next(random))
        margin = min(margin, nearest)
        if token == END:
            return Document(written, True, margin)
        written.append(token)
        logits = network.read(np.array([token]))[0]
    return Document(written, False, margin)


def chances(seed: int) -> Iterator[float]:
    """Yield numbers from 0 to below 1, determined by a whole number: mulberry32, by Tommy Ettinger.

    The explorer's script has the same generator (module `writing`). It computes with whole numbers below 2³², so the
    numbers are the same on every machine.
    """
    state = seed % 2**32
    while True:
        state = (state + 0x6D2B79F5) % 2**32
        mixed = (state ^ state >> 15) * (state | 1) % 2**32
        mixed ^= (mixed + (mixed ^ mixed >> 7) * (mixed | 61)) % 2**32
        yield (mixed ^ mixed >> 14) / 2**32


def _draw(logits: np.ndarray, temperature: float, at: float) -> tuple[int, float]:
    """Return the token in whose share of the probabilities, laid end to end, `at` (0 to below 1) falls.

    Also return how far `at` is from the ends of that share; at temperature 0, how far the token leads.
    """
    powers = np.exp((logits - logits.max()) / (temperature or 1.0))
    shares = powers / powers.sum()
    if temperature == 0:
        second, first = np.sort(shares)[-2:]
        return int(logits.argmax()), float(first - second)
    ends = powers.cumsum()
    token = int(np.searchsorted(ends, at * ends[-1], side="right"))
    high = float(ends[token] / ends[-1])
    inner = [high - at] if high < 1 else []  # nothing is beyond the last share
    low = float(ends[token - 1] / ends[-1]) if token else 0.0
    return token, min([*inner, at - low] if low > 0 else [*inner, 1.0])
