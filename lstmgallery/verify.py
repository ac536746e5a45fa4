"""Answer every question of the write-ups about the networks, and decide which claims hold.

The gallery's own networks are measured at every build from their traces. Untrained networks and other seeds have to be
run again, so their answers are cached in `build/<network>/` under a key of code, network and weights. The verdicts are
written to `build/claims.json`.
"""

import concurrent.futures
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from lstmgallery import store
from lstmgallery.cache import stage_key
from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.claims import (
    Answer,
    Claim,
    Question,
    Tally,
    Verdict,
    answer_with_weights,
    count_seeds,
    count_untrained,
    verdict,
)
from lstmgallery.desk.effort import LIGHT
from lstmgallery.desk.results import Results
from lstmgallery.desk.untrained import untrained_networks
from lstmgallery.errors import Problem
from lstmgallery.network import Network
from lstmgallery.press.manuscript.content import Content
from lstmgallery.progress import Progress
from lstmgallery.stages import FILE_LIBRARIES
from lstmgallery.whole import parse_json, write_whole
from lstmgallery.workers import Workers

CLAIMS = "claims.json"
KEPT = ".answers.json"
SHARES = 2  # tasks for each process, so that none waits long for the last
ByNumber = dict[str, dict[int, float | None]]  # by the key of the question, by seed or by number of the network


@dataclass(frozen=True)
class Verified:
    """A claim of a write-up and its verdict."""

    writeup: str
    claim: Claim
    answer: Answer
    verdict: Verdict
    seeds: Tally | None
    untrained: Tally | None

    @property
    def is_without_training(self) -> bool:
        """Whether it holds, but in untrained networks too."""
        return self.verdict == "holds" and self.untrained is not None and self.untrained.exceeds_chance

    @property
    def doubt(self) -> Problem | None:
        """The limits of a claim that holds, as a problem; None if there are none that it does not admit."""
        if not self.is_without_training or self.untrained is None or not self.claim.needs_training:
            return None
        total = self.untrained.total
        met = f"{self.untrained.holding} of {total} untrained networks meet it"
        met = met if total > 1 else "it also holds for untrained networks"  # asked over all of them
        message = f"the claim {self.claim.id!r} holds, but not because of training: {met}"
        hint = "raise the bar, measure something else, or say that training is not the cause: needs_training: false"
        return Problem(self.claim.place, message, line=self.claim.line, hint=hint)

    @property
    def is_left_out(self) -> bool:
        """Whether it is about other seeds, which this build left out."""
        return self.answer.is_left_out

    @property
    def is_wrong(self) -> bool:
        """Whether it does not hold, although it was asked."""
        return self.verdict != "holds" and not self.is_left_out

    @property
    def place(self) -> str:
        """The claim and its line in its write-up."""
        return f"{self.claim.place}:{self.claim.line}: {self.claim.id}"

    @property
    def problem(self) -> Problem:
        """The claim as a problem in its write-up, if it does not hold."""
        found = self.answer.measurement
        value = f"{found.value:.4g}" if found.value is not None else f"not measurable ({found.reason})"
        question, expected = self.claim.question, self.claim.expectation
        became = "could not be measured" if self.verdict == "unmeasured" else self.verdict
        message = f"the claim {self.claim.id!r} {became}: {question.key} is {value}, expected {expected}"
        hint = "change the claim to match the measurement, or train another network"
        return Problem(self.claim.place, message, line=self.claim.line, hint=hint)


def answer_questions(
    content: Content, results: Sequence[Results], progress: Progress, workers: Workers, *, with_seeds: bool
) -> dict[str, Answer]:
    """Return the answer to every question of the write-ups by key; other seeds are measured for claims only.

    `results` are those of `content.networks`, in the same order.
    """
    questions = {question.key: question for writeup in content.articles for question in writeup.questions}
    claimed = {claim.question.key for writeup in content.articles for claim in writeup.claims}
    answers: dict[str, Answer] = {}
    for of_network in results:
        name = of_network.network.name
        asked = [question for question in questions.values() if question.subject.network.name == name]
        for_seeds = [each for each in asked if each.over is not None or each.key in claimed]
        elsewhere = {each.of_one.key: each.of_one for each in for_seeds if each.subject.is_comparable}
        of_claims = {each.of_one.key for each in asked if each.key in claimed}
        controlled = [each for key, each in elsewhere.items() if key in of_claims and each.measure.has_control]
        kept = _Kept(of_network.folder / KEPT)
        untrained = _ask_untrained(of_network, controlled, kept, progress, workers)
        is_swept = with_seeds and of_network.network.is_swept
        by_seed = _ask_seeds(of_network, [*elsewhere.values()], kept, progress, workers) if is_swept else {}
        answers |= {question.key: _answer(of_network, question, untrained, by_seed) for question in asked}
    return answers


def verify(content: Content, answers: Mapping[str, Answer]) -> list[Verified]:
    """Return the verdict on every claim of every write-up, in reading order."""
    found = []
    for writeup in content.articles:
        for claim in writeup.claims:
            answer = answers[claim.question.key]
            expectation = claim.expectation
            found.append(
                Verified(
                    writeup=writeup.name,
                    claim=claim,
                    answer=answer,
                    verdict=verdict(answer.value, expectation),
                    seeds=count_seeds(answer, expectation),
                    untrained=count_untrained(answer, expectation),
                )
            )
    return found


def write_claims(file: Path, verified: Iterable[Verified]) -> None:
    """Write the verdicts as JSON: one object per claim."""
    text = json.dumps([_as_json(each) for each in verified], ensure_ascii=False, indent=1) + "\n"
    if not file.is_file() or file.read_bytes() != text.encode():
        write_whole(file, text.encode())


def _as_json(verified: Verified) -> dict[str, Any]:
    claim, answer = verified.claim, verified.answer
    return {
        "writeup": verified.writeup,
        "id": claim.id,
        "says": claim.says,
        "subject": claim.question.subject.text,
        "measure": claim.question.text,
        "expect": str(claim.expectation),
        "verdict": verified.verdict,
        "value": answer.value,
        "reason": answer.measurement.reason,
        "n": answer.measurement.n,
        "unit": answer.measurement.unit,
        "untrained": None if verified.untrained is None else asdict(verified.untrained),
        "by_untrained": None if answer.untrained is None else list(answer.untrained),
        "null_p99": answer.null_p99,
        "standing": answer.standing,
        "seeds": None if verified.seeds is None else asdict(verified.seeds),
        "by_seed": None if answer.by_seed is None else {str(seed): value for seed, value in answer.by_seed.items()},
    }


def _answer(results: Results, question: Question, untrained: ByNumber, by_seed: ByNumber) -> Answer:
    """Return the answer to a question, with the answers of untrained networks and other seeds."""
    one = question.of_one
    found = one.answer(results.trained)
    values, control = by_seed.get(one.key), untrained.get(one.key)
    if question.over is not None:
        over = question.summarise(values, found)
        of_untrained = None if control is None else (question.over.summarise(control, found).value,)
        return Answer(over, untrained=of_untrained, by_seed=values, own=found.value, is_over_seeds=True)
    chosen = results.chosen_row(question.subject)
    return Answer(
        found,
        untrained=None if control is None else tuple(control[number] for number in sorted(control)),
        null_p99=one.measure.null(results),
        standing=None if chosen is None else chosen.standing,
        by_seed=values,
    )


def _ask_untrained(
    results: Results, questions: list[Question], kept: "_Kept", progress: Progress, workers: Workers
) -> ByNumber:
    """Return each untrained network's answers by its number, from the cache if they are there."""
    network = results.network
    answers, new = kept.read("untrained", _key(network.spec, [results.folder / store.UNTRAINED]), questions)
    if new:
        progress.start(network.name, "untrained", results.effort.controls)
        if results.effort is LIGHT:  # it reads much with many neurons: processes of their own pay
            drawn = dict(enumerate(untrained_networks(network, results.initial, results.effort.controls), start=1))
            _ask_elsewhere(network, drawn, network.split().held_out, new, answers, progress, workers)
        else:
            with threadpool_limits(limits=1, user_api="blas"):
                for number, trained in enumerate(results.untrained(), start=1):
                    for question in new:
                        answers.setdefault(question.key, {})[number] = question.take(trained).value
                    progress.advance(number)
        progress.finish()
        kept.write("untrained", answers)
    return answers


def _ask_seeds(
    results: Results, questions: list[Question], kept: "_Kept", progress: Progress, workers: Workers
) -> ByNumber:
    """Return each seed's answers, from the cache if they are there."""
    if not questions:
        return {}
    network, file = results.network, results.folder / store.SEED_WEIGHTS
    answers, new = kept.read("seeds", _key(network.spec, [file]), questions)
    if new:
        weights = store.read_seed_weights(file)
        progress.start(network.name, "claims", len(weights))
        _ask_elsewhere(network, weights, network.split().held_out, new, answers, progress, workers)
        progress.finish()
        kept.write("seeds", answers)
    return answers


def _ask_elsewhere(
    network: Network,
    weights: Mapping[int, Arrays],
    sequences: Sequence[str],
    questions: list[Question],
    answers: ByNumber,
    progress: Progress,
    workers: Workers,
) -> None:
    """Add the answers with each of other weights by their number, measured in several processes."""
    numbers = sorted(weights)
    shares = [numbers[at :: SHARES * workers.processes] for at in range(SHARES * workers.processes)]
    tasks = {
        workers.submit(answer_with_weights, network, [weights[each] for each in share], sequences, questions): share
        for share in shares
        if share
    }
    found: dict[int, dict[str, float | None]] = {}
    for task in concurrent.futures.as_completed(tasks):
        found |= zip(tasks[task], task.result(), strict=True)
        progress.advance(len(found))
    for number in numbers:
        for key, value in found[number].items():
            answers.setdefault(key, {})[number] = value


def _key(spec: Any, inputs: list[Path]) -> str:
    """Return the cache key of answers: the measuring code, the network and its weights."""
    code = ["lstmgallery.desk.claims", "lstmgallery.desk.untrained"]
    return stage_key(code, caller=__name__, spec=spec, inputs=inputs, libraries=FILE_LIBRARIES)


class _Kept:
    """Cached answers of untrained networks and other seeds, in one file: a key and answers for each kind."""

    def __init__(self, file: Path):
        self._file = file
        self._keys: dict[str, str] = {}
        try:
            self._content = dict(parse_json(file.read_bytes()))
        except (OSError, ValueError, TypeError):
            self._content = {}

    def read(self, kind: str, key: str, questions: Iterable[Question]) -> tuple[ByNumber, list[Question]]:
        """Return the answers cached under this key, and the questions without one.

        There are no answers if the file is missing, stale or damaged.
        """
        self._keys[kind] = key
        answers = self._answers(kind, key)
        return answers, [question for question in questions if question.key not in answers]

    def write(self, kind: str, answers: ByNumber) -> None:
        """Store answers of one kind under the key they were last read by."""
        self._content[kind] = {"key": self._keys[kind], "answers": answers}
        write_whole(self._file, f"{json.dumps(self._content)}\n".encode())

    def _answers(self, kind: str, key: str) -> ByNumber:
        try:
            kept = self._content[kind]
            if kept["key"] != key:
                return {}
            return {
                str(question): {int(number): None if value is None else float(value) for number, value in each.items()}
                for question, each in kept["answers"].items()
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}
