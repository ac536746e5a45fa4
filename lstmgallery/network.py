"""A network as its author specified it: the validated front matter of `content/networks/<network>.md`."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

import pydantic

from lstmgallery.cells import CELL_KINDS, CellKey
from lstmgallery.cells.table import CellKind
from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.frontmatter import Document, in_order, read_markdown, validate
from lstmgallery.tasks import AnyTask
from lstmgallery.tasks.task import Split
from lstmgallery.tasks.vocabulary import Vocabulary

Place = tuple[int, int]  # (layer, neuron), from 1
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MINUTES = 2.0  # of training on text, if a front matter gives neither steps nor minutes
LONGEST_SLUG = 80  # file systems limit the length of names


class Training(pydantic.BaseModel):
    """How long and how fast a network learns.

    On a language, training runs for `steps` steps, then until the success criterion holds; it gives up at `most_steps`.
    A step reads `batch` sequences. `goal`: whether a network that misses the criterion is a mistake, or shown as one
    that did not learn its task. `weight_noise`: the standard deviation of what is added to the weights while a step's
    gradient is computed.

    On text, it runs for `steps` steps, or for a number of `minutes`. A step reads `window` characters in each of
    `batch` tracks. `dropout` is the share of every layer's output that the next layer does not get.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    steps: int = pydantic.Field(2_000, ge=1, le=1_000_000)
    most_steps: int = pydantic.Field(20_000, ge=1, le=1_000_000)
    batch: int = pydantic.Field(64, ge=1, le=4_096)
    learning_rate: float = pydantic.Field(0.01, gt=0, le=1)
    goal: Literal["required", "optional"] = "required"
    weight_noise: float = pydantic.Field(0.0, ge=0, le=1)
    minutes: float | None = pydantic.Field(None, gt=0, le=10_000)
    window: int = pydantic.Field(64, ge=1, le=4_096)
    dropout: float = pydantic.Field(0.1, ge=0, lt=1)


PLACING = {"title", "summary", "order", "variant_of"}  # keys that affect neither weights nor traces
LANGUAGE_ONLY, TEXT_ONLY = (
    frozenset(("goal", "most_steps", "weight_noise")),
    frozenset(("minutes", "window", "dropout")),
)


class Network(pydantic.BaseModel):
    """One network of the gallery. `name` is the file's name; everything else is in its front matter."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    name: str
    title: str = pydantic.Field(min_length=1, max_length=80)
    summary: str = pydantic.Field(min_length=1, max_length=300)
    order: int = 100
    variant_of: str | None = None  # the network that this one is compared with
    task: AnyTask
    cell: CellKey = "lstm"
    layers: int = pydantic.Field(1, ge=1, le=8)
    units: int = pydantic.Field(ge=1, le=512)
    seed: int = pydantic.Field(1, ge=0, le=2**31 - 1)
    training: Training = Training()
    held_out: int = pydantic.Field(400, ge=300, le=100_000)
    shown: tuple[str, ...] = pydantic.Field(alias="figures", min_length=1, max_length=12)

    @property
    def kind(self) -> CellKind:
        return CELL_KINDS[self.cell]

    @property
    def is_swept(self) -> bool:
        """Whether a build trains it under other seeds: a variant has its seeds in a saved search, text takes long."""
        return self.variant_of is None and self.task.text is None

    @property
    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of the weights by name, as in `weights.npz`."""
        tokens = len(self.task.vocabulary)
        shapes: dict[str, tuple[int, ...]] = {}
        for layer in self.layer_numbers:
            of_layer = self.kind.weight_shapes(tokens if layer == 1 else self.units, self.units)
            shapes |= {f"layer_{layer}/{name}": shape for name, shape in of_layer.items()}
        return shapes | {"readout/kernel": (self.units, tokens), "readout/bias": (tokens,)}

    @property
    def places(self) -> tuple[Place, ...]:
        """Every neuron as (layer, neuron), from 1."""
        return tuple((layer, neuron) for layer in self.layer_numbers for neuron in self.neuron_numbers)

    @property
    def layer_numbers(self) -> range:
        """The layers, from 1."""
        return range(1, self.layers + 1)

    @property
    def neuron_numbers(self) -> range:
        """The neurons of each layer, from 1."""
        return range(1, self.units + 1)

    def split(self) -> Split:
        """Return the training sequences and the held-out sequences."""
        return self.task.split(held_out=self.held_out)

    @property
    def longest_shown(self) -> str:
        """The sequence along which all neurons are drawn together."""
        return max(self.shown, key=len)

    @property
    def spec(self) -> dict[str, Any]:
        """Everything that determines the weights and traces, as plain JSON values: no title, no order on the index."""
        spec = self.model_dump(mode="json", exclude=PLACING)
        return spec if self.task.fingerprint is None else {**spec, "files": self.task.fingerprint}

    @property
    def training_spec(self) -> dict[str, Any]:
        """The part of the front matter that determines the weights. A renamed network is the same network."""
        return {**self.pinned_spec, "task": self.task.learned}

    @property
    def pinned_spec(self) -> dict[str, Any]:
        """The front matter as a pin keeps it: with the whole task, so that its defaults can be filled in later."""
        return self.model_dump(mode="json", exclude={"name", "shown", *PLACING})


def read_network(path: Path, *, vocabulary: Vocabulary | None = None) -> tuple[Network, Document]:
    """Read one network's file, and the texts that its task needs. Raises `GalleryError` with all its mistakes.

    `vocabulary`: that of its pinned weights, if it has some; then a network that reads a text of ours needs no corpus.
    """
    document = read_markdown(path)
    if fault := slug_fault(path.stem):
        hint = "the file name becomes the network's address on the site"
        raise GalleryError(Problem(str(path), fault, hint=hint))
    network = validate(Network, document, name=path.stem)
    if problems := [*_shown_problems(network, document), *_training_problems(network, document)]:
        raise GalleryError(in_order(problems))
    task = network.task.with_files(path.parent.parent, vocabulary)
    faults = [(("task", *place), message, hint) for place, message, hint in task.faults()]
    if problems := [document.problem(place, message, hint=hint) for place, message, hint in faults]:
        raise GalleryError(problems)
    return network.model_copy(update={"task": task}), document


def unknown_network(asked: str, folder: Path, name: str, known: Collection[str]) -> GalleryError:
    """Return the mistake of `asked`, an option or a command, that names no network in `folder`."""
    message = f"expected the name of a network in {folder}, found {name!r}"
    return GalleryError(Problem(asked, message, hint=nearest(name, known)))


def slug_fault(name: str) -> str | None:
    """Return the fault in a name used in the site's addresses, or None."""
    if not SLUG.fullmatch(name):
        return f"expected a name of lowercase letters, digits and single hyphens, found {name!r}"
    if len(name) > LONGEST_SLUG:
        return f"expected a name of at most {LONGEST_SLUG} characters, found {len(name)}"
    return None


def _shown_problems(network: Network, document: Document) -> list[Problem]:
    problems = []
    seen: set[str] = set()
    for index, sequence in enumerate(network.shown):
        path = ("figures", index)
        if unknown := network.task.unknown(sequence):
            message = f"figures: the token {unknown[0]!r} is not in the network's vocabulary"
            hint = "tokens: " + " ".join(network.task.letters)
            problems.append(document.problem(path, message, hint=hint))
        elif (rule := network.task.rule) and not rule.is_followed(sequence):
            message = f"figures: expected a sequence of the form {network.task.form}, found {sequence!r}"
            problems.append(document.problem(path, message, hint="lengths outside the training range are allowed"))
        elif sequence in seen:
            problems.append(document.problem(path, f"figures: duplicate sequence {sequence!r}"))
        seen.add(sequence)
    return problems


def _training_problems(network: Network, document: Document) -> list[Problem]:
    training, problems = network.training, []
    alien = LANGUAGE_ONLY if network.task.text else TEXT_ONLY
    for key in sorted(alien & training.model_fields_set):
        kind = "languages" if network.task.text else "text"
        message = f"training.{key} is for networks of {kind} alone"
        problems.append(document.problem(("training", key), message, hint="remove it", at_key=True))
    if training.minutes is not None and "steps" in training.model_fields_set:
        message = "training: expected either steps or minutes, found both"
        problems.append(document.problem(("training", "minutes"), message, hint="remove one of them"))
    if not network.task.text and training.steps > training.most_steps:
        message = f"training.steps: expected at most most_steps ({training.most_steps}), found {training.steps}"
        problems.append(document.problem(("training", "steps"), message))
    return problems
