"""Tracing: values recorded a second, beside loops over `torch.nn.LSTMCell` and `keras.layers.LSTMCell`.

Two layers of LSTMs and the logits of about 90 tokens. Ours records six signals of every neuron, the loops the two that
their cells return. The products alone are NumPy's matrix products of all steps, with nothing between them.
"""

from collections.abc import Callable
from functools import partial

from tests.benchmarks.peers import Contender, alternate, ratio
from tests.benchmarks.tables import Table, spread

CASES = ((128, 128, 140), (128, 1, 1_000), (20, 128, 140))  # (units, sequences, length)
ROUNDS = 5
OURS, LOOPS = 6, 2  # signals of every neuron
BOUND = "the products alone"


def measure(*, quick: bool) -> list[Table]:
    """Return millions of values a second of each, and the time of each for a step as a multiple of our equations'."""
    cases, rounds = (CASES[:1], 2) if quick else (CASES, ROUNDS)
    rows = []
    with Contender("ours") as ours, Contender("keras_lstm") as keras, Contender("torch_lstm", is_peer=True) as torch:
        for units, sequences, length in cases:
            case = {"units": units, "sequences": sequences, "length": length}
            works: dict[str, tuple[int, Callable[[], float]]] = {
                "the equations": (OURS, partial(ours.time, "equations", **case)),
                "the Keras model": (OURS, partial(ours.time, "trace", **case)),
                "loop over PyTorch’s cell": (LOOPS, partial(torch.time, "loop", **case)),
                "loop over Keras’s cell": (LOOPS, partial(keras.time, "loop", **case)),
                BOUND: (0, partial(ours.time, "products", **case)),
            }
            found = alternate({name: work for name, (_, work) in works.items()}, rounds=rounds)
            steps = sequences * (length + 1)
            cells = [f"2 × {units}, {sequences} × {length}"]
            for name, (signals, _) in works.items():
                rate = spread([signals * 2 * units * steps / seconds / 1e6 for seconds in found[name]], ".1f")
                times = f"{ratio(found[name], found['the equations']):.1f}"
                cells.append(times if name == BOUND else f"{rate}, {times}")
            rows.append(cells)
    return [Table(["units, sequences × letters", *works], rows)]
