"""Answer everything that the write-ups ask of the networks, and say which claims hold.

The gallery's own networks are asked at every build: their traces are there. The networks of other seeds have to be run
again, so what they answered is kept in `build/<network>/` under a key of code, network and weights. The verdicts are
left in `build/claims.json`.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lstmgallery import store
from lstmgallery.cache import stage_key
from lstmgallery.desk.claims import (
    LEFT_OUT,
    Answer,
    Question,
    Seeds,
    Verdict,
    answer_elsewhere,
    count_seeds,
    verdict,
)
from lstmgallery.desk.measures import WITH_CONTROL, Score
from lstmgallery.errors import Problem
from lstmgallery.press.blocks import Claim
from lstmgallery.press.content import Content
from lstmgallery.press.results import Results
from lstmgallery.stages import FILE_LIBRARIES, Progress, Workers

CLAIMS = "claims.json"
KEPT = ".answers.json"
BySeed = dict[str, dict[int, float | None]]  # by the key of the question, by seed


@dataclass(frozen=True)
class Verified:
    """A claim of a write-up, and what became of it."""

    writeup: str
    claim: Claim
    answer: Answer
    verdict: Verdict
    seeds: Seeds | None

    @property
    def is_left_out(self) -> bool:
        """Whether it is about other seeds, and this build left them out."""
        return self.answer.is_left_out

    @property
    def problem(self) -> Problem:
        """The claim as a mistake in its write-up, where it does not hold."""
        found = self.answer.measurement
        value = f"{found.value:.4g}" if found.value is not None else f"nothing to measure ({found.reason})"
        question, expected = self.claim.question, self.claim.expectation
        became = "could not be measured" if self.verdict == "unmeasured" else self.verdict
        message = f"the claim {self.claim.id!r} {became}: {question.key} is {value}, expected {expected}"
        hint = "say what was measured, or train another network"
        return Problem(self.claim.place, message, line=self.claim.line, hint=hint)


def answer_questions(
    content: Content, results: Sequence[Results], progress: Progress, workers: Workers, *, with_seeds: bool
) -> dict[str, Answer]:
    """Return the answer to every question of the write-ups by its key; other seeds are asked for claims alone.

    `results` are those of `content.networks`, in the same order.
    """
    questions = {question.key: question for writeup in content.writeups for question in writeup.questions}
    claimed = {claim.question.key for writeup in content.writeups for claim in writeup.claims}
    answers: dict[str, Answer] = {}
    for of_network in results:
        name = of_network.network.name
        asked = [question for question in questions.values() if question.subject.network.name == name]
        for_seeds = [each for each in asked if each.over is not None or each.key in claimed]
        elsewhere = {each.of_one.key: each.of_one for each in for_seeds if each.subject.is_comparable}
        by_seed = _ask_seeds(of_network, [*elsewhere.values()], progress, workers) if with_seeds and elsewhere else {}
        answers |= {question.key: _answer(of_network, question, elsewhere, by_seed) for question in asked}
    return answers


def verify(content: Content, answers: Mapping[str, Answer]) -> list[Verified]:
    """Return what became of every claim of every write-up, in reading order."""
    found = []
    for writeup in content.writeups:
        for claim in writeup.claims:
            answer = answers[claim.question.key]
            seeds = count_seeds(answer, claim.expectation)
            found.append(Verified(writeup.front.slug, claim, answer, verdict(answer.value, claim.expectation), seeds))
    return found


def write_claims(file: Path, verified: Iterable[Verified]) -> None:
    """Write the verdicts as JSON: one object for each claim."""
    text = json.dumps([_as_json(each) for each in verified], ensure_ascii=False, indent=1) + "\n"
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


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
        "untrained": answer.control,
        "null_p99": answer.null_p99,
        "seeds": None if verified.seeds is None else asdict(verified.seeds),
        "by_seed": None if answer.by_seed is None else {str(seed): value for seed, value in answer.by_seed.items()},
    }


def _answer(results: Results, question: Question, elsewhere: Collection[str], by_seed: BySeed) -> Answer:
    """Return what a question comes to; `elsewhere` are the keys of what is asked of other networks too."""
    one = question.of_one
    found, measure = one.answer(results.trained), one.measure
    values = by_seed.get(one.key)
    if question.over is not None:
        over = LEFT_OUT if values is None else question.over.summarise(values, found)
        return Answer(over, by_seed=values, own=found.value, is_over_seeds=True)
    control = null = None
    if question.key in elsewhere and isinstance(measure, WITH_CONTROL):
        control = question.answer(results.untrained).value
    if isinstance(measure, Score):
        null = results.nulls.get((measure.feature, measure.phase))
    return Answer(found, control, null, values)


def _ask_seeds(results: Results, questions: list[Question], progress: Progress, workers: Workers) -> BySeed:
    """Return what each seed answers; those questions that were asked before are not asked again."""
    network, folder = results.network, results.folder
    file = folder / store.SEED_WEIGHTS
    key = stage_key(
        ["lstmgallery.desk.claims"], caller=__name__, spec=network.spec, inputs=[file], libraries=FILE_LIBRARIES
    )
    kept = _read_kept(folder / KEPT, key)
    new = [question for question in questions if question.key not in kept]
    if not new:
        return kept
    weights = store.read_seed_weights(file)
    progress.start(network.name, "claims", len(weights))
    sequences = network.task.split(held_out=network.held_out).held_out
    tasks = {seed: workers.submit(answer_elsewhere, network, each, sequences, new) for seed, each in weights.items()}
    for done, (seed, task) in enumerate(tasks.items(), start=1):
        for asked, value in task.result().items():
            kept.setdefault(asked, {})[seed] = value
        progress.advance(done)
    progress.finish()
    (folder / KEPT).write_text(json.dumps({"key": key, "answers": kept}) + "\n", encoding="utf-8")
    return kept


def _read_kept(file: Path, key: str) -> BySeed:
    """Return what was answered before under this key; nothing where the file is missing, stale or damaged."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["key"] != key:
            return {}
        return {
            str(question): {int(seed): None if value is None else float(value) for seed, value in values.items()}
            for question, values in kept["answers"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
