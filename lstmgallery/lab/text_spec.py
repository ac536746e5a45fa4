"""What a network of text is made of, and how it is trained."""

from dataclasses import asdict, dataclass
from typing import Any

from lstmgallery.cells import CELL_KINDS
from lstmgallery.cells.table import CellKind
from lstmgallery.network import MINUTES, Network


@dataclass(frozen=True)
class TextSpec:
    """A network that reads `tokens` different tokens, and its training, for a number of `steps` or of `minutes`.

    Token 0 is the start token, token 1 the end token. A step of training reads `window` tokens in each of `tracks`
    tracks.
    """

    tokens: int
    cell: str = "lstm"
    layers: int = 2
    units: int = 128
    seed: int = 1
    steps: int | None = None
    minutes: float | None = None
    tracks: int = 32
    window: int = 64
    learning_rate: float = 0.01  # of the first step after the warm-up; it falls to zero along half a cosine
    warm_up: int = 100  # steps in which the learning rate rises
    kernel_scale: float = 8.0  # of the first kernel: a one-hot input has a single 1, and Glorot's values are for many
    dropout: float = 0.1  # share of every layer's output that the next layer does not get: Zaremba et al. 2014
    second_moment: float = 0.99  # decay of Adam's squares
    gradient_norm: float = 1.0  # of all gradients together, at most: Pascanu, Mikolov and Bengio 2013
    check_every: int = 200  # steps
    validation_characters: int = 100_000  # at most, for the checks during training

    def __post_init__(self) -> None:
        """Raise ValueError for the first setting that makes no sense."""
        if (self.steps is None) == (self.minutes is None):
            raise ValueError(f"expected either steps or minutes, received steps={self.steps}, minutes={self.minutes}")
        if self.cell not in CELL_KINDS:
            raise ValueError(f"cell: expected one of {', '.join(CELL_KINDS)}, received {self.cell!r}")
        least = {"tokens": 3, "layers": 1, "units": 1, "tracks": 1, "window": 1, "warm_up": 1, "check_every": 1}
        for name, number in {**least, "steps": 1, "validation_characters": 1}.items():
            if (value := getattr(self, name)) is not None and value < number:
                raise ValueError(f"{name}: expected at least {number}, received {value}")
        for name in ("minutes", "learning_rate", "kernel_scale", "gradient_norm"):
            if (value := getattr(self, name)) is not None and not value > 0:
                raise ValueError(f"{name}: expected a number above 0, received {value}")
        for name in ("dropout", "second_moment"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name}: expected a number from 0 to below 1, received {getattr(self, name)}")

    @classmethod
    def of(cls, network: Network) -> "TextSpec":
        """Return the network and the training that a front matter asks for."""
        training, text = network.training, network.task.text
        assert text is not None
        has_steps = "steps" in training.model_fields_set
        return cls(
            tokens=len(network.task.vocabulary),
            cell=network.cell,
            layers=network.layers,
            units=network.units,
            seed=network.seed,
            steps=training.steps if has_steps else None,
            minutes=None if has_steps else training.minutes or MINUTES,
            tracks=training.batch,
            window=training.window,
            learning_rate=training.learning_rate,
            kernel_scale=text.input_scale,
            dropout=training.dropout,
        )

    @property
    def kind(self) -> CellKind:
        return CELL_KINDS[self.cell]

    @property
    def layer_numbers(self) -> range:
        """The layers, from 1."""
        return range(1, self.layers + 1)

    @property
    def total(self) -> int:
        """What the reports of training count up to: steps, or seconds."""
        return self.steps if self.steps is not None else round(60 * (self.minutes or 0))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
