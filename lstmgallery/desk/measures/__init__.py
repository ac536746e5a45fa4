"""The measures, written in a small closed language: a module for each measure, one line here.

A measure is a `Measure`: a class with the phrases it `begins` with, its grammar and checks (`from_line`), and its
arithmetic (`take`). To add one, write its module beside the others and list its class in `MEASURES`.

Everything is measured on held-out sequences; a neuron chosen by function is measured on the half not used to choose
it. A statistic of several neurons pools all their values.
"""

from lstmgallery.desk.grammar import Words
from lstmgallery.desk.measures.correlation import Correlation
from lstmgallery.desk.measures.difference import Difference
from lstmgallery.desk.measures.failure import Failure
from lstmgallery.desk.measures.gap import Gap
from lstmgallery.desk.measures.held import Held
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.needed import Needed
from lstmgallery.desk.measures.right import Right
from lstmgallery.desk.measures.score import Score
from lstmgallery.desk.measures.share import Share
from lstmgallery.desk.measures.slope import Slope
from lstmgallery.desk.measures.spread import Spread
from lstmgallery.desk.measures.statistic import Statistic
from lstmgallery.desk.measures.turned import Turned
from lstmgallery.desk.subjects import Subject
from lstmgallery.errors import nearest

MEASURES: tuple[type[Measure], ...] = (
    Statistic,
    Share,
    Difference,
    Correlation,
    Spread,
    Gap,
    Score,
    Held,
    Slope,
    Turned,
    Needed,
    Failure,
    Right,
)


def take_measure(words: Words, subject: Subject) -> Measure:
    """Take a measure from a line. Raises `GrammarError` if it names none, or none that applies to this subject."""
    by_phrase = {tuple(phrase.split()): measure for measure in MEASURES for phrase in measure.begins}
    for phrase in sorted(by_phrase, key=len, reverse=True):  # `right with` before `right`
        if words.begin_with(*phrase):
            return by_phrase[phrase].from_line(words, subject)
    raise words.error("expected a measure", hint=nearest(words.peek(), {phrase[0] for phrase in by_phrase}))
