"""Findings in words: sentences made from measured facts, so that no page states anything unmeasured.

The strength of a score decides the word: the verb for a count, the adverb for a yes/no feature.
"""

import json

from lstmgallery.desk.results import Results
from lstmgallery.desk.roles import MARGIN, ROLE, best_baseline, find_strength
from lstmgallery.desk.rows import RoleRow
from lstmgallery.desk.targets import AUC, NEXT_TOKEN, OPPOSITE, POOLED, R2, TOKEN, TOKEN_BEFORE
from lstmgallery.network import Network
from lstmgallery.press.marks.text import count, estimate
from lstmgallery.press.marks.tokens import glyph, token_name

VERBS = {3: "counts", 2: "follows", 0: "weakly follows"}  # by `find_strength`
ADVERBS = {3: "is {} exactly", 2: "is {} nearly always", 1: "is {} mostly", 0: "tends to be {}"}

_MEASURE = {R2: "R²", AUC: "AUC"}
_TOKENS = {NEXT_TOKEN: "the next token is {}", TOKEN: "the token read is {}", TOKEN_BEFORE: "the previous token is {}"}
NO_BETTER = {
    "by_step": "no better than counting steps",
    "by_delimiter": "no better than counting steps from the delimiter",
    "by_token": "no better than the token read",
    "by_token_before": "no better than the previous token",
}


def measured_on(results: Results) -> str:
    """Return the basis of the numbers in words: sequences never trained on, or the whole language."""
    if results.is_whole_language:
        return f"all {count(results.sequences, 'sequence')} of the language"
    return count(results.sequences, "held-out sequence")


def measured_on_half(results: Results) -> str:
    """Return the basis of a chosen neuron's numbers in words: the half it was not chosen on."""
    second = results.sequences // 2
    noun = "sequence" if results.is_whole_language else "held-out sequence"
    return f"{count(second, noun)}, excluding the {results.sequences - second} used to choose it"


def measure_name(measure: str) -> str:
    """Return the printed name of a measure."""
    return _MEASURE[measure]


def feature_words(network: Network, feature: str) -> str:
    """Return a feature of a role in words: “the b’s still owed”, “the next token is b”, “the b’s still owed are 0”."""
    key, sign, value = feature.partition("=")
    if key in _TOKENS:
        return _TOKENS[key].format(_quoted(value))
    found = network.task.feature(key)
    if found.kind == "count":
        return f"{found.words} are {value}" if sign else found.words
    return found.clause(value)


def _when(network: Network, phase: str) -> str:
    """Return a phase in words, after a blank; nothing for all steps."""
    return "" if phase == POOLED else f" {network.task.phases[phase]}"


def alias_words(network: Network, same_as: str) -> str:
    """Return a sentence on the other features identical or opposite to a role's, empty if there are none."""
    names = json.loads(same_as)
    same = [f"“{feature_words(network, name)}”" for name in names if not name.startswith(OPPOSITE)]
    opposite = [
        f"“{feature_words(network, name.removeprefix(OPPOSITE))}”" for name in names if name.startswith(OPPOSITE)
    ]
    parts = [f"the same as {_listed(same)}"] if same else []
    parts += [f"the opposite of {_listed(opposite)}"] if opposite else []
    return f"On these steps it is {', and '.join(parts)}." if parts else ""


def row_sentence(network: Network, row: RoleRow) -> str:
    """Return the sentence on a neuron by its best row of the table of roles, a role or not."""
    if row.standing == ROLE:
        return f"{_said(network, row)}."
    if row.standing == "baseline":
        return f"{_said(network, row)}, {NO_BETTER[best_baseline(row)[0]]}."
    what = f"{score_of(row)} for “{feature_words(network, row.feature)}”{_when(network, row.phase)}"
    return f"No role found: its best score is {what}; {_short_of(row)}."


def score_of(row: RoleRow) -> str:
    """Return a row's score with its measure: R² 0.981; with two digits if it has no interval."""
    return f"{measure_name(row.measure)} {estimate(row.score, row.low, row.high)}"


def score_words(network: Network, role: RoleRow) -> str:
    """Return in words the signal and the feature that a role's score compares."""
    words = f"“{feature_words(network, role.feature)}”{_when(network, role.phase)}"
    return f"{network.kind[role.signal].name.lower()} against {words}"


def cases_words(row: RoleRow) -> str:
    """Return the basis of a score in words: the number of steps, or of those with the feature."""
    if row.measure == R2:
        return count(row.steps, "step")
    return f"{row.positives:,.0f} of {count(row.steps, 'step')}"


def standing_words(network: Network, row: RoleRow) -> str:
    """Return the verdict of the gallery's rules on a neuron chosen by a feature that is not its role."""
    if row.standing == ROLE:
        return ""
    words = feature_words(network, row.feature)
    return f"By this gallery’s rules, it has no role for “{words}”{_when(network, row.phase)}: {_short_of(row)}."


def _short_of(row: RoleRow) -> str:
    """Return the rule a row fails, as a clause; if untrained networks match it, also whether a clock does."""
    key, baseline = best_baseline(row)
    is_no_better = row.score < baseline + MARGIN[row.measure]
    return {
        "small": "the score is too low",
        "chance": "chance does as well",
        "untrained": "untrained networks do about as well" + (f", and it is {NO_BETTER[key]}" if is_no_better else ""),
        "baseline": f"the score is {NO_BETTER[key]}",
        "few": f"the score rests on too few steps ({cases_words(row)})",
    }[row.standing]


def _said(network: Network, row: RoleRow) -> str:
    """Return a signal's relation to a feature, as a sentence without its full stop."""
    name = network.kind[row.signal].name.lower()
    words = feature_words(network, row.feature)
    when = _when(network, row.phase).strip()
    its = f"{when[:1].upper()}{when[1:]}, its" if when else "Its"
    strength = find_strength(row)
    if row.measure == R2:
        sign = "" if row.direction > 0 else ", downwards"
        return f"{its} {name} {VERBS[strength]} {words}{sign}"
    level = "high" if row.direction > 0 else "low"
    return f"{its} {name} {ADVERBS[strength].format(level)} where {words}"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _quoted(token: str) -> str:
    return f"the {token_name(token)} token" if len(token) > 1 else glyph(token)
