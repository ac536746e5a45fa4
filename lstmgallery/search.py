"""Search seeds and recipes for the network that shows something best, and keep a record of the whole search.

Takes a network's file and the deciding measure, trains the network under many seeds (and, if asked, with other values
in its front matter), and measures each. A measure is written as in a write-up, after its subject and a bar:
`best(remaining) | r2 of cell with remaining`, or `first failure` of the network itself. Every claim of the write-ups on
this network is measured too, so a page can say how many of the searched networks satisfy it. Every trained network is
kept as a pin in `build/<network>/searched/`, so another question takes no more training. Networks of text train for
minutes each, and are measured on the text that they read.
"""

import concurrent.futures
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pydantic

from lstmgallery.cache import library_versions, stage_key
from lstmgallery.corpora import corpus_of, measure_ngrams, record_corpus, train_on_corpus
from lstmgallery.desk.claims import Expectation, Question, parse_expectation, take_expectation, take_question
from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.subjects import Subject, parse_subject
from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.listing import list_files
from lstmgallery.machine import instruction_set
from lstmgallery.network import LANGUAGE_ONLY, TEXT_ONLY, Network, read_network, unknown_network
from lstmgallery.origin import Origin
from lstmgallery.pinning import Pinned, ask, claims_of, curve_of, describe, keep
from lstmgallery.pins import SUFFIX, Arrays, CorpusRecord, Curve, read_pin, write_pin
from lstmgallery.press.manuscript.content import Content, read_sound_content
from lstmgallery.progress import Progress
from lstmgallery.searches import Recipe, Requirement, Search, Trial, search_path, write_search
from lstmgallery.stages import LAB_LIBRARIES
from lstmgallery.whole import write_whole
from lstmgallery.workers import Workers

DIGITS = 6  # significant digits kept of a measure's value
MOST_RECIPES = 64
SEARCHED = "searched"  # the folder, among a network's results, of networks trained by searches


@dataclass(frozen=True)
class SearchGoal:
    """The goal of a search: the deciding measure, whether its lowest value wins, and further conditions."""

    best: Question
    is_lowest: bool
    conditions: tuple[tuple[Question, Expectation], ...] = ()
    also: tuple[Question, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions to measure, each once."""
        asked = (self.best, *(question for question, _ in self.conditions), *self.also)
        return tuple({question.key: question for question in asked}.values())


@dataclass(frozen=True)
class Searched:
    """A completed search. `kept` is the path of each network, by the number of its recipe and its seed."""

    content: Content
    search: Search
    kept: Mapping[tuple[int, int], Path]

    @property
    def winner(self) -> Trial | None:
        """The best network; None if none meets the criterion and every condition."""
        return next(iter(rank(self.search)), None)


def parse_wanted(
    content: Path, name: str, *, best: str, is_lowest: bool, where: Iterable[str], also: Iterable[str]
) -> SearchGoal:
    """Return the goal of a search of network `name`. Raises `GalleryError` with everything that cannot be parsed."""
    network = _entry(content, name)
    problems: list[Problem] = []

    def tried(option: str, text: str, parse: Any) -> Any:
        try:
            return parse(network, text)
        except GrammarError as error:
            problems.append(Problem(option, error.message, 1, error.at + 1, text, error.hint))
            return None

    wanted_best = tried("--lowest" if is_lowest else "--best", best, _question)
    conditions = [tried("--where", text, _condition) for text in where]
    others = [tried("--also", text, _question) for text in also]
    if problems:
        raise GalleryError(problems)
    return SearchGoal(wanted_best, is_lowest, tuple(conditions), tuple(others))


def parse_recipes(content: Path, name: str, vary: Iterable[str]) -> tuple[tuple[Recipe, Network], ...]:
    """Return every recipe of the grid spanned by `vary` (`units=8,20`), each with its network.

    Raises `GalleryError` for a key or a value that is not valid in a network's front matter.
    """
    network = _entry(content, name)
    grid: dict[str, list[int | float]] = {}
    for text in vary:
        key, sign, listed = text.partition("=")
        try:
            values = [json.loads(value) for value in listed.split(",")]
            if not sign or not all(type(value) in (int, float) for value in values):
                raise ValueError
        except ValueError:
            message = f"expected a key and numbers, such as units=8,20, found {text!r}"
            raise GalleryError(Problem("--vary", message)) from None
        grid[key] = values
    recipes: list[Recipe] = [dict(zip(grid, chosen, strict=True)) for chosen in itertools.product(*grid.values())]
    if len(recipes) > MOST_RECIPES:
        message = f"expected at most {MOST_RECIPES} recipes, found {len(recipes)}"
        raise GalleryError(Problem("--vary", message, hint="name fewer values"))
    return tuple((recipe, _varied(network, recipe)) for recipe in recipes)


def search(
    content: Path,
    build: Path,
    name: str,
    wanted: SearchGoal,
    *,
    recipes: Sequence[tuple[Recipe, Network]],
    seeds: Sequence[int],
    progress: Progress,
    today: date,
) -> Searched:
    """Train network `name` under each recipe and seed, measure each, and find the best."""
    read = read_sound_content(content, without_pins=(name,), searching=True)
    network = next(entry.network for entry in read.networks if entry.network.name == name)
    folder = build / name / SEARCHED
    folder.mkdir(parents=True, exist_ok=True)
    claimed = [claim.question for _, claim in claims_of(read, network) if claim.question.subject.is_comparable]
    asked = {question.key: question for question in (*wanted.questions, *claimed)}
    trials: dict[tuple[int, int], Trial] = {}
    files: dict[tuple[int, int], Path] = {}
    progress.start(name, "search", len(recipes) * len(seeds))
    with Workers() as workers:
        jobs = {}
        for number, (_, varied) in enumerate(recipes):
            if network.task.text:  # what its corpus and its text hold is not part of the front matter
                varied = varied.model_copy(update={"task": network.task})
            moved = [_of(question, varied) for question in asked.values()]
            for share in _shares(seeds, workers.processes):
                jobs[workers.submit(_try_seeds, varied, share, moved, folder, today)] = number
        for job in concurrent.futures.as_completed(jobs):
            number = jobs[job]
            for seed, kept, steps, is_met, values, first_right in job.result():
                rounded = tuple(None if value is None else float(f"{value:.{DIGITS}g}") for value in values)
                trial = Trial(
                    recipe=number,
                    seed=seed,
                    steps=steps,
                    is_met=is_met,
                    values=rounded,
                    first_right=first_right,
                )
                trials[number, seed], files[number, seed] = trial, kept
                progress.advance(len(trials))
    progress.finish()
    record = Search(
        network=network.training_spec,
        recipes=tuple(recipe for recipe, _ in recipes),
        measures=tuple(asked),
        best=wanted.best.key,
        wins="lowest" if wanted.is_lowest else "highest",
        conditions=tuple(Requirement(measure=each.key, expect=str(bound)) for each, bound in wanted.conditions),
        trials=tuple(trials[key] for key in sorted(trials)),
        origin=Origin.here(library_versions(LAB_LIBRARIES)),
        date=today,
    )
    return Searched(read, record, files)


def save(content: Path, name: str, searched: Searched) -> Path:
    """Save a search beside its network's file, and return its path."""
    file = search_path(content, name)
    write_search(file, searched.search)
    return file


def check_can_pin(name: str, recipes: Sequence[Recipe]) -> None:
    """Raise `GalleryError` if a search tries recipes other than the network file's own."""
    if list(recipes) != [{}]:
        message = "expected the recipe of the network's file only, found others"
        hint = f"write the winning recipe into {name}.md and search again without --vary"
        raise GalleryError(Problem("--pin", message, hint=hint))


def pin_winner(content: Path, name: str, searched: Searched, today: date) -> Pinned:
    """Pin the winner of a search and write its seed into the network's file. Raises `GalleryError` without a winner."""
    check_can_pin(name, searched.search.recipes)
    winner = searched.winner
    if winner is None:
        hint = "loosen --where, or try more seeds or other recipes"
        message = "expected a network that meets the criterion and every --where, found none"
        raise GalleryError(Problem("--pin", message, hint=hint))
    network = _entry(content, name).model_copy(update={"seed": winner.seed})
    record = searched.search.model_copy(update={"network": network.training_spec})
    found = read_pin(searched.kept[winner.recipe, winner.seed], network)
    header = found.header.model_copy(update={"date": today, "search": record})
    pinned = keep(content, network, searched.content, header, found.weights, found.untrained)
    file = content / "networks" / f"{name}.md"
    try:
        _write_seed(file, winner.seed)
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}; its new pin is written already"
        raise GalleryError(Problem(str(file), message, hint=f"write by hand: seed: {winner.seed}")) from None
    return pinned


def rank(search: Search) -> list[Trial]:
    """Return the trials that meet the criterion and every condition, best first."""
    at = search.measures.index(search.best)
    passing = [trial for trial in search.trials if _passes(search, trial) and trial.values[at] is not None]
    sign = 1 if search.wins == "lowest" else -1
    return sorted(passing, key=lambda trial: (sign * (trial.values[at] or 0.0), trial.recipe, trial.seed))


def _passes(search: Search, trial: Trial) -> bool:
    for condition in search.conditions:
        value = trial.values[search.measures.index(condition.measure)]
        if value is None or not parse_expectation(condition.expect).is_met(value):
            return False
    return trial.is_met


def _entry(content: Path, name: str) -> Network:
    folder = content / "networks"
    file = folder / f"{name}.md"
    if file not in (files := list_files(folder)):
        raise unknown_network("search", folder, name, [each.stem for each in files])
    return read_network(file)[0]


def _question(network: Network, text: str) -> Question:
    words = Words(text)
    question = _take_question(network, text, words)
    words.end()
    return question


def _condition(network: Network, text: str) -> tuple[Question, Expectation]:
    words = Words(text)
    question = _take_question(network, text, words)
    expectation = take_expectation(words)
    words.end()
    return question, expectation


def _take_question(network: Network, text: str, words: Words) -> Question:
    """Take the subject, if there is a bar, and the measure."""
    who, bar, _ = text.partition("|")
    subject = _subject(network, who if bar else "")
    while bar and not words.takes("|"):
        words.take()
    at = words.at
    question = take_question(words, subject)
    if question.over is not None:
        raise GrammarError("expected a measure of one network, found one over seeds", at=at)
    if not subject.is_comparable:
        message = f"{subject.text} is named by its number, which differs between networks"
        raise GrammarError(message, at=0, hint=f"such as best({network.task.example.key})")
    return question


def _subject(network: Network, who: str) -> Subject:
    own = who.strip()
    text = own if own.split(" ")[0] == network.name else f"{network.name} {own}".strip()
    try:
        return parse_subject(text, {network.name: network})
    except GrammarError as error:
        raise GrammarError(error.message, at=max(0, error.at - len(text) + len(own)), hint=error.hint) from None


def _of(question: Question, network: Network) -> Question:
    """Return a question rewritten for the network under another recipe, with the places and features of its task."""
    return replace(question, subject=replace(question.subject, network=network))


def _varied(network: Network, recipe: Recipe) -> Network:
    unused = TEXT_ONLY
    if network.task.text:  # one of text that says nothing of steps is trained for minutes
        unused = LANGUAGE_ONLY | ({"steps"} - network.training.model_fields_set)
    described: Any = network.model_dump(mode="json", exclude={"training": set(unused)})
    for key, value in recipe.items():
        inner = described
        *way, last = key.split(".")
        for step in way:
            inner = inner.get(step, {}) if isinstance(inner, dict) else {}
        if network.task.text and key.startswith("task."):
            message = f"expected a key that leaves the text as it is, found {key!r}"
            raise GalleryError(Problem("--vary", message, hint="copy the network’s file, and change the text there"))
        if key == "seed":
            raise GalleryError(Problem("--vary", "expected another key: use --seeds to vary the seed"))
        if not isinstance(inner, dict) or not isinstance(inner.get(last), int | float):
            parts = {"": described, "task.": described["task"], "training.": described["training"]}
            flat = {f"{part}{name}": each for part, keys in parts.items() for name, each in keys.items()}
            hint = nearest(key, [name for name, each in flat.items() if isinstance(each, int | float)])
            raise GalleryError(
                Problem("--vary", f"expected a front matter key with a number, found {key!r}", hint=hint)
            )
        inner[last] = value
    try:
        return Network.model_validate_json(json.dumps(described))
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        message = f"{recipe}: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise GalleryError(Problem("--vary", message)) from None


def _shares(seeds: Sequence[int], processes: int) -> Iterator[Sequence[int]]:
    """Yield the seeds in batches for processes: long enough to compile rarely, short enough to finish together."""
    size = max(1, min(8, -(-len(seeds) // processes)))
    for first in range(0, len(seeds), size):
        yield seeds[first : first + size]


# seed, path, steps, whether it learned, values, the first step with everything right
TrialResult = tuple[int, Path, int, bool, list[float | None], int | None]


def _try_seeds(
    network: Network, seeds: Sequence[int], questions: Sequence[Question], folder: Path, today: date
) -> list[TrialResult]:
    """Train under each seed not trained before, and measure. Runs in a process of its own."""
    key = _training_key(network)
    files = {seed: folder / f"{key}-{seed}{SUFFIX}" for seed in seeds}
    _train_missing(network, {seed: file for seed, file in files.items() if not _is_kept(file, network, seed)}, today)
    found = []
    for seed, file in files.items():
        pin = read_pin(file, network.model_copy(update={"seed": seed}))
        values = ask(network, pin.weights, questions)
        asked = [values[question.key] for question in questions]
        is_met = pin.header.criterion is None or bool(pin.header.criterion["is_met"])
        found.append((seed, file, pin.header.steps, is_met, asked, pin.header.curve.first_right))
    return found


def _training_key(network: Network) -> str:
    """Return the key of one recipe's networks: a hash of everything that determines their weights, except the seed."""
    code = "lstmgallery.lab.train_text" if network.task.text else "lstmgallery.lab.train"
    spec = {**network.training_spec, "seed": None, "instruction_set": instruction_set()}
    if network.task.text:
        spec["corpus"] = corpus_of(network).fingerprint
    return stage_key([code], caller=code, spec=spec, inputs=[], libraries=LAB_LIBRARIES)[:16]


def _train_missing(network: Network, files: dict[int, Path], today: date) -> None:
    if not files:
        return
    origin = Origin.here(library_versions(LAB_LIBRARIES))
    for trained in (_train_texts if network.task.text else _train_languages)(network, list(files)):
        header = describe(
            network.model_copy(update={"seed": trained.seed}),
            trained.weights,
            trained.untrained,
            criterion=trained.criterion,
            curve=trained.curve,
            origin=origin,
            today=today,
            corpus=trained.corpus,
        )
        write_pin(files[trained.seed], header, trained.weights, trained.untrained)


@dataclass(frozen=True)
class _Trained:
    """A network trained under one seed, and what its pin says of it."""

    seed: int
    weights: Arrays
    untrained: Arrays
    curve: Curve
    criterion: dict[str, Any] | None = None
    corpus: CorpusRecord | None = None


def _train_languages(network: Network, seeds: list[int]) -> Iterator[_Trained]:
    from lstmgallery.lab.train import train_seeds

    for run in train_seeds(network, seeds, report=lambda steps, right: None):  # noqa: ARG005
        criterion = run.criterion.to_json() if run.criterion else None
        yield _Trained(run.seed, run.weights, run.untrained, curve_of(run.curve), criterion)


def _train_texts(network: Network, seeds: list[int]) -> Iterator[_Trained]:
    ngrams = measure_ngrams(network)
    for seed in seeds:
        own = network.model_copy(update={"seed": seed})
        run = train_on_corpus(own, report=lambda at, note: None)  # noqa: ARG005
        yield _Trained(seed, run.weights, run.untrained, curve_of(run.curve), corpus=record_corpus(own, run, ngrams))


def _is_kept(file: Path, network: Network, seed: int) -> bool:
    try:
        read_pin(file, network.model_copy(update={"seed": seed}))
    except GalleryError:
        return False
    return True


def _write_seed(file: Path, seed: int) -> None:
    """Write the seed into a network's front matter: in place if it has one, else below its units.

    The rest of the file stays as it is, byte for byte, and all of it if the disk is full.
    """
    _, document = read_network(file)
    lines = file.read_bytes().decode().split("\n")  # each with its own carriage return, if it has one
    if ("seed",) in document.keys:
        line, column = document.marks["seed",]
        kept, old = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
        lines[line - 1] = kept + re.sub(r"[^\s#,}]+", str(seed), old, count=1)
    else:
        at = document.keys["units",][0]
        lines.insert(at, f"seed: {seed}" + "\r" * lines[at - 1].endswith("\r"))
    write_whole(file, "\n".join(lines).encode())
