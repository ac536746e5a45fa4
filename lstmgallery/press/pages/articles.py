"""The pages of write-ups: their figures drawn, their claims with verdicts, their quoted values filled in.

Takes the content, the networks' results and the answers to the write-ups' questions; gives an `Article` for each, and
its files: the page, and for every figure a page of its own, a drawing and its numbers.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from lstmgallery.desk.claims import (
    Answer,
    Answers,
    Claim,
    Expectation,
    Tally,
    Verdict,
    count_seeds,
    count_untrained,
    verdict,
)
from lstmgallery.desk.experiments.frontier import FURTHEST
from lstmgallery.desk.measures.measurement import ValueKind
from lstmgallery.desk.results import Results
from lstmgallery.desk.subjects import Subject
from lstmgallery.kept import Keep, make_anew
from lstmgallery.network import Place
from lstmgallery.ondemand import OnDemand
from lstmgallery.press.addresses import network_path, neuron_path
from lstmgallery.press.figures.drawing import Studio, name_of
from lstmgallery.press.figures.illustration import Figure, Illustration, illustrate
from lstmgallery.press.manuscript.content import Content
from lstmgallery.press.manuscript.prose import OPEN, Link, Prose, Url, link_attribute
from lstmgallery.press.manuscript.writeups import Inset, Quote, Writeup
from lstmgallery.press.marks import text
from lstmgallery.press.pages.margins import Kind, Piece, arrange
from lstmgallery.press.pages.provenance import ClaimLink, holding_in_search
from lstmgallery.press.pages.sentences import measured_on, measured_on_half, standing_words
from lstmgallery.searches import Search

VERDICTS: dict[Verdict, str] = {"holds": "Holds", "fails": "Fails", "unmeasured": "Could not be measured"}
WITHOUT_TRAINING = "Holds, but not because of training"
MOST_ROWS = 10_000  # rows of a claim's data; larger tables are summarised by neuron and token


@dataclass(frozen=True)
class JudgedClaim:
    """A claim with its verdict, in words."""

    id: str
    verdict: Verdict
    label: str
    subject: str
    subject_path: str
    subject_network: str  # the path of its network's page
    measure: str
    value: str
    reason: str
    expected: str
    measured_on: str
    untrained: Tally | None
    untrained_range: str
    is_without_training: bool
    null_p99: str
    standing: str
    seeds: Tally | None
    seed_words: str
    searched: Tally | None
    data_path: str
    data_words: str  # the rows of that file in words, if they are not the values themselves


@dataclass(frozen=True)
class Article:
    """A write-up ready to render."""

    writeup: Writeup
    number: int
    total: int
    illustrations: Mapping[str, Illustration]
    judged: Mapping[str, JudgedClaim]
    answers: Answers
    results: Mapping[str, Results]
    address_of: Callable[[Link], str | None]
    data_of: Callable[[str], pd.DataFrame]  # the measured values behind an answer, by the key of the question
    keep: Keep = make_anew

    @property
    def path(self) -> str:
        return self.writeup.path

    @property
    def title(self) -> str:
        return self.writeup.front.title

    @cached_property
    def holding(self) -> int:
        """The number of claims that hold."""
        return sum(judged.verdict == "holds" for judged in self.judged.values())

    @cached_property
    def without_training(self) -> int:
        """The number of claims that hold in untrained networks too."""
        return sum(judged.is_without_training for judged in self.judged.values())

    @property
    def left_out(self) -> int:
        """The number of claims about other seeds, in a build that left them out."""
        return sum(self.answers[claim.question.key].is_left_out for claim in self.writeup.claims)

    @property
    def scripts(self) -> list[str]:
        """The scripts that its figures need besides those of every write-up."""
        return sorted({script for figure in self.writeup.figures for script in self.scripts_of(figure.id)})

    def scripts_of(self, figure: str) -> list[str]:
        """Return the scripts that one figure needs besides those of every write-up."""
        return [each.block.script for each in self.writeup.figures if each.id == figure and each.block.script]

    def figure_number(self, figure: str) -> int:
        """Return the number of a figure within the write-up, from 1."""
        return list(self.illustrations).index(figure) + 1

    def file(self, figure: str, extension: str) -> str:
        """Return the path of one figure's own file."""
        return self.writeup.path_of(figure, extension)

    def caption(self, figure: str, url: Url) -> Markup:
        """Return a figure's caption."""
        return self._filled(self.writeup.captions[figure], url)

    def alternative(self, figure: str) -> str:
        """Return a figure's text alternative, as plain text."""
        return self.writeup.alternatives[figure].fill(lambda part: Markup(self._quoted(part, None)).striptags())

    def sentence(self, claim: str, url: Url) -> Markup:
        """Return a claim's sentence."""
        return self._filled(self.writeup.sentences[claim], url)

    def body(self, url: Url, show: Callable[[str, str], str]) -> Markup:
        """Return the text; `show` returns the HTML of a figure or a claim given its kind and id."""
        pieces: list[Piece] = []

        def draw(figure: str) -> Piece:
            drawn = self.illustrations[figure]
            kind: Kind = "figure" if drawn.fits_column else "wide-figure"
            return Piece(kind, show("figure", figure), drawn.height)

        def part_of(part: Inset | Link) -> str:
            if not isinstance(part, Figure | Claim):
                return self._quoted(part, url)
            if isinstance(part, Claim):
                pieces.append(Piece("claim", show("claim", part.id)))
            else:
                pieces.append(self.keep(["piece", self.figure_made_from(part.id)], partial(draw, part.id)))
            return OPEN

        first, *texts = self.writeup.body.fill(part_of).split(OPEN)
        between = [each for piece, text in zip(pieces, texts, strict=True) for each in (piece, Piece("text", text))]
        return Markup(arrange([Piece("text", first), *between]))

    def words(self, show: Callable[[str, str], str]) -> str:
        """Return the text as the search reads it, with figures and claims, as `show` returns them, in their places."""

        def part_of(part: Inset | Link) -> str:
            if not isinstance(part, Figure | Claim):
                return self._quoted(part, str)
            return show("figure" if isinstance(part, Figure) else "claim", part.id)

        return self.writeup.body.fill(part_of)

    def figure_made_from(self, figure: str) -> Any:
        """Return what a figure on its page, and its own files, are made of: not of the text around it."""
        writeup = self.writeup
        (drawn,) = (each for each in writeup.figures if each.id == figure)
        proses = [writeup.captions[figure], writeup.alternatives[figure]]
        texts = [[prose.marked, [self._part_made_from(part) for part in prose.parts]] for prose in proses]
        return [figure, self.figure_number(figure), repr(drawn.block), self._of_all_figures, texts]

    @cached_property
    def _of_all_figures(self) -> Any:
        """What every figure of the write-up is made of."""
        writeup = self.writeup
        claims = [[claim.id, claim.question.key, str(claim.expectation)] for claim in writeup.claims]
        return [self.path, writeup.lang, writeup.front.model_dump_json(), claims]

    def _part_made_from(self, part: Inset | Link) -> Any:
        if isinstance(part, Link):
            return lead_of(part, self.address_of)
        if not isinstance(part, Quote):
            return part.id
        question, subject = part.question and part.question.key, part.subject and part.subject.text
        return [part.kind, question, subject, part.claim, part.format]

    def _filled(self, prose: Prose[Inset], url: Url) -> Markup:
        filled = prose.fill(lambda part: self._quoted(part, url))
        if prose.marked.startswith(OPEN) and filled.startswith("<a"):  # a name at the beginning of a sentence
            filled = re.sub(r">([a-z])", lambda match: match[0].upper(), filled, count=1)
        return Markup(filled)

    def _quoted(self, part: Inset | Link, url: Url | None) -> str:
        """Return the HTML of a quote, or a link's attribute."""
        if isinstance(part, Link):
            return link_attribute(part, self.address_of(part), url or str)
        assert isinstance(part, Quote)
        if part.kind == "name":
            assert part.subject is not None
            return self._named(part.subject, url)
        if part.kind == "value":
            assert part.question is not None
            return str(escape(value_words(self.answers[part.question.key], part.format)))
        judged = self.judged[part.claim]
        if part.kind == "seeds":
            return str(escape(judged.seed_words))
        claim = next(each for each in self.writeup.claims if each.id == part.claim)
        return str(escape(value_words(self.answers[claim.question.key], part.format)))

    def _named(self, subject: Subject, url: Url | None) -> str:
        name, path = self.keep(
            ["name", subject.text], lambda: name_subject(subject, self.results[subject.network.name])
        )
        return str(escape(name)) if url is None else f'<a href="{escape(url(path))}">{escape(name)}</a>'


def lead_of(link: Link, address_of: Callable[[Link], str | None]) -> Any:
    """Return where a link leads: the address depends on what else there is, the size on the file."""
    return [address_of(link), link.attachment and link.attachment.size]


def write_articles(
    content: Content,
    results: Mapping[str, Results],
    answers: Answers,
    *,
    keep: Keep = make_anew,
    data_of: Callable[[str], pd.DataFrame] | None = None,
) -> list[Article]:
    """Return every write-up and comparison ready to render, in order; claims are judged and figures drawn on first use.

    `results` are those of `content.networks` by name. `keep` keeps figures on pages and claims in words; its own inputs
    are the settings of the site, the networks and their results. `data_of` returns the values behind an answer by the
    key of its question, where `answers` come without.
    """
    data_of = data_of or (lambda key: answers[key].measurement.data)
    searches = {entry.network.name: entry.chosen for entry in content.networks}
    saved = {entry.network.name: entry.search for entry in content.networks if entry.search is not None}
    copies = {entry.network.name: entry.copies for entry in content.networks if entry.copies is not None}
    articles = []
    numbered = [each for group in (content.writeups, content.comparisons) for each in enumerate(group, start=1)]
    for number, writeup in numbered:
        claims = {claim.id: claim for claim in writeup.claims}
        figures = {figure.id: figure for figure in writeup.figures}
        judging = Judging(answers, results, searches, data_of, keep)
        studio = Studio(results, answers, claims, saved, copies)
        articles.append(
            Article(
                writeup=writeup,
                number=number,
                total=len(content.comparisons if writeup.is_comparison else content.writeups),
                illustrations=OnDemand(figures, partial(_illustrate, figures, studio)),
                judged=OnDemand(claims, partial(_judge_once, judging, writeup, claims)),
                answers=answers,
                results=results,
                address_of=content.address_of,
                data_of=data_of,
                keep=keep,
            )
        )
    return articles


def _illustrate(figures: Mapping[str, Figure], studio: Studio, figure: str) -> Illustration:
    return illustrate(figures[figure], studio)


def find_mentions(articles: Sequence[Article]) -> dict[tuple[str, int, int], list[Article]]:
    """Return the write-ups that mention each neuron, by network, layer and neuron."""
    found: dict[tuple[str, int, int], list[Article]] = {}
    for article in articles:
        named = {subject.text: subject for subject in article.writeup.subjects if subject.is_neuron}
        places = {
            (subject.network.name, *place)
            for subject in named.values()
            for place in subject.places(article.results[subject.network.name].trained)
        }
        for place in sorted(places):
            found.setdefault(place, []).append(article)
    return found


def find_claimed(articles: Sequence[Article]) -> dict[str, list[ClaimLink]]:
    """Return all claims, in words, by the key of their question."""
    found: dict[str, list[ClaimLink]] = {}
    for article in articles:
        for claim in article.writeup.claims:
            says = Markup(article.sentence(claim.id, str)).striptags()
            claimed = ClaimLink(f"{article.path}#{claim.id}", says, claim.expectation)
            found.setdefault(claim.question.key, []).append(claimed)
    return found


def data_files(article: Article) -> Iterator[tuple[str, Any, Callable[[], bytes]]]:
    """Yield the path, what it is made of, and the numbers, as CSV, of every figure and claim."""
    for figure in article.illustrations:
        yield article.file(figure, "csv"), article.figure_made_from(figure), partial(_figure_csv, article, figure)
    for claim in article.writeup.claims:
        yield article.file(claim.id, "csv"), claim.question.key, partial(_claim_csv, article, claim)


def _claim_csv(article: Article, claim: Claim) -> bytes:
    return csv(summarise(article.data_of(claim.question.key)))


def _figure_csv(article: Article, figure: str) -> bytes:
    return csv(article.illustrations[figure].data)


def summarise(data: pd.DataFrame) -> pd.DataFrame:
    """Return a table, summarised by neuron and token if it would make a file of megabytes."""
    if len(data) <= MOST_ROWS or "neuron" not in data:
        return data
    value = data.columns[-1] if data.columns[-1] not in ("neuron", "condition") else data.columns[-2]
    found = data.groupby(["layer", "neuron", "token"])[value].agg(["count", "min", "mean", "max"])
    return found.rename(columns={"count": "steps"}).reset_index().assign(measured=value)


def data_words(data: pd.DataFrame) -> str:
    """Return the rows of a claim's file in words, if they are not the values themselves."""
    if len(summarise(data)) == len(data):
        return ""
    return f"{text.count(len(data), 'value')}, summarised by neuron and token"


def csv(data: pd.DataFrame) -> bytes:
    """Return a table as CSV with numbers of six significant digits."""
    text: str = data.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    return text.encode()


def value_words(answer: Answer, form: str = "") -> str:
    """Return a measured value for a sentence; `form` is `percent` or a number of digits."""
    value = answer.value
    if value is None:
        return f"not measured ({answer.measurement.reason})"
    if answer.measurement.kind == "size" and value > FURTHEST:
        return f"more than {FURTHEST}"
    if form == "percent" or (not form and answer.measurement.kind == "share"):
        return text.percent(value)
    if form:
        return text.number(value, int(form))
    return text.plain(value) if answer.measurement.kind in ("count", "size") else text.number(value, 2)


def expectation_words(expectation: Expectation, kind: ValueKind) -> str:
    """Return an expectation in words, with shares as percentages."""
    if kind != "share":
        return str(expectation).replace("-", text.MINUS)
    bounds = tuple((sign, round(100 * bound, 6)) for sign, bound in expectation.bounds)
    return f"{Expectation(bounds)}\u00a0%"


def name_subject(subject: Subject, results: Results) -> tuple[str, str]:
    """Return a subject's name in a sentence, and the path of its page."""
    network = subject.network
    if not subject.is_neuron:
        path = network_path(network.name)
        if subject.layer is None:
            return text.within_sentence(network.title), path
        return f"layer {subject.layer}", f"{path}#layer-{subject.layer}"
    places: tuple[Place, ...] = subject.places(results.trained)
    if not places:
        return "no neuron", network_path(network.name)
    layer, neuron = places[0]
    return name_of(network, layer, neuron).lower(), neuron_path(network.name, layer, neuron)


@dataclass(frozen=True)
class Judging:
    """What claims are judged by."""

    answers: Answers
    results: Mapping[str, Results]
    searches: Mapping[str, Search | None]  # that chose a network, by network
    data_of: Callable[[str], pd.DataFrame]
    keep: Keep


def _judge_once(by: Judging, writeup: Writeup, claims: Mapping[str, Claim], name: str) -> JudgedClaim:
    claim = claims[name]
    inputs = ["judged", writeup.name, claim.id, claim.question.key, str(claim.expectation)]
    return by.keep(inputs, lambda: _judge(by, writeup, claim))


def _judge(by: Judging, writeup: Writeup, claim: Claim) -> JudgedClaim:
    answer = by.answers[claim.question.key]
    found = answer.measurement
    subject = claim.question.subject
    own = by.results[subject.network.name]
    name, path = name_subject(subject, own)
    unit = text.count(found.n, found.unit)
    steps_of = measured_on(own) if subject.selector is None else measured_on_half(own)
    where = "" if found.unit in ("sequence", "seed") else f" of {steps_of}"
    seeds = count_seeds(answer, claim.expectation)
    untrained = count_untrained(answer, claim.expectation)
    result = verdict(answer.value, claim.expectation)
    is_without_training = result == "holds" and untrained is not None and untrained.exceeds_chance
    chosen = own.chosen_row(subject) if answer.standing else None
    title = subject.network.title
    return JudgedClaim(
        id=claim.id,
        verdict=result,
        label=WITHOUT_TRAINING if is_without_training else VERDICTS[result],
        subject=f"{title}, {name}" if subject.is_neuron or subject.layer else title,
        subject_path=path,
        subject_network=network_path(subject.network.name),
        measure=claim.question.text,
        value="" if answer.value is None else value_words(answer, "" if found.kind != "number" else "3"),
        reason=found.reason,
        expected=expectation_words(claim.expectation, found.kind),
        measured_on=f"{unit}{where}" if found.n else "",
        untrained=untrained,
        untrained_range=_range_words(answer),
        is_without_training=is_without_training,
        null_p99="" if answer.null_p99 is None else text.number(answer.null_p99, 2),
        standing="" if chosen is None else standing_words(subject.network, chosen),
        seeds=seeds,
        seed_words=_seed_words(seeds),
        searched=_searched(by.searches[subject.network.name], claim),
        data_path=writeup.path_of(claim.id, "csv"),
        data_words=data_words(by.data_of(claim.question.key)),
    )


def _range_words(answer: Answer) -> str:
    """Return the lowest, median and highest value of untrained networks."""
    values = [value for value in answer.untrained or () if value is not None]
    if not values:
        return ""
    if answer.is_over_seeds or min(values) == max(values):
        return value_words(_of(answer, float(values[0])), _digits(answer.measurement.kind))
    low, middle, high = (
        value_words(_of(answer, float(value)), _digits(answer.measurement.kind))
        for value in (min(values), np.median(values), max(values))
    )
    return f"{low} to {high}, median {middle}"


def _digits(kind: ValueKind) -> str:
    return "2" if kind == "number" else ""


def _of(answer: Answer, value: float) -> Answer:
    """Return an answer of the same kind with another value, for wording."""
    found = answer.measurement
    return Answer(type(found)(value, found.n, found.unit, found.kind))


def _searched(search: Search | None, claim: Claim) -> Tally | None:
    """Return the number of networks in the search for the shown one in which the claim holds."""
    found = None if search is None else holding_in_search(search, claim.question.key, claim.expectation)
    return None if found is None else Tally(*found)


def _seed_words(seeds: Tally | None) -> str:
    if seeds is None:
        return "an unknown number of seeds (this build skipped them)"
    return f"{seeds.holding} of {text.count(seeds.total, 'seed')}"
