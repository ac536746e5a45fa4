"""Read the blocks of a write-up: figures and claims, validated against the networks.

Takes a block's `Document`, gives a figure or a claim, and every mistake as a `Problem`.
"""

import pydantic

from lstmgallery.desk.claims import Claim, parse_expectation, parse_question
from lstmgallery.errors import nearest
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.figures import FIGURES
from lstmgallery.press.figures.block import Checker, Strict
from lstmgallery.press.figures.illustration import Figure


class ClaimBlock(Strict):
    """A sentence, a subject, a measure and an expected value.

    `needs_training`: whether it is a fault of the claim that untrained networks meet it too.
    """

    id: str
    neuron: str | None = None
    network: str | None = None
    says: str = pydantic.Field(min_length=1, max_length=400)
    measure: str
    expect: str
    needs_training: bool = True


def read_figure(checker: Checker, document: Document) -> Figure | None:
    """Return the figure of a block, or None if it has mistakes."""
    checker.named = {}
    before = len(checker.problems)
    values = document.values
    kind = values.get("kind", "strip" if "neuron" in values else None)
    if not isinstance(kind, str) or kind not in FIGURES:
        found = "none" if kind is None else repr(kind)
        message = f"expected the key 'kind', one of {', '.join(FIGURES)}, found {found}"
        hint = nearest(kind, FIGURES) if isinstance(kind, str) else None
        checker.problems.append(document.problem(("kind",), message, hint=hint))
        return None
    block = checker.validated(FIGURES[kind], document, **({} if "kind" in values else {"kind": kind}))
    if block is None:
        return None
    checker.check_id(document, block.id)
    block.check(checker, document, ())
    return (
        Figure(block.id, block.caption, block.alt, block, dict(checker.named))
        if len(checker.problems) == before
        else None
    )


def read_claim(checker: Checker, document: Document) -> Claim | None:
    """Return the claim of a block, or None if it has mistakes."""
    before = len(checker.problems)
    claim = checker.validated(ClaimBlock, document)
    if claim is None:
        return None
    checker.check_id(document, claim.id)
    expectation = checker.parsed(document, ("expect",), lambda: parse_expectation(claim.expect))
    if (claim.neuron is None) == (claim.network is None):
        found = "none" if claim.neuron is None else "both"
        message = f"expected either the key 'neuron' or the key 'network', found {found}"
        place: KeyPath = () if claim.neuron is None else ("network",)
        hint = "remove one of them" if claim.neuron else "add: neuron: ... or network: ..."
        checker.problems.append(document.problem(place, message, hint=hint, at_key=claim.neuron is not None))
        return None
    path: KeyPath = ("network",) if claim.neuron is None else ("neuron",)
    subject = checker.subject(document, path, claim.neuron or claim.network or "", is_neuron=claim.neuron is not None)
    if subject is None:
        return None
    question = checker.parsed(document, ("measure",), lambda: parse_question(claim.measure, subject))
    if question is None or expectation is None or len(checker.problems) > before:
        return None
    line = document.marks[("id",)][0]
    return Claim(document.place, line, claim.id, claim.says, question, expectation, claim.needs_training)
