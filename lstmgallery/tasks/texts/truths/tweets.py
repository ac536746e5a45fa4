"""Features of tweets: links, hashtags, mentions, capitals, numbers, slogans, auxiliaries, names, who is quoted.

All are found by the rules below. Texts of ours have marks instead where a rule cannot be exact.
"""

import re
from typing import Any

from lstmgallery.tasks.task import Feature
from lstmgallery.tasks.texts.truths.characters import find_quotations
from lstmgallery.tasks.texts.truths.feature_set import FeatureSet, Span, flag, flag_values, outside, positions

_LINK = re.compile(r"(?<!\w)(?:https?://|www\.|pic\.twitter\.com/)[^\s<>\"“”]*[^\s<>\"“”.,;:!?…)\]'’]", re.IGNORECASE)
_MENTION = re.compile(r"(?<!\w)@\w+")
_HASHTAG = re.compile(r"(?<!\w)#(?=\w*[^\W\d_])\w+")
_CAPITALS = re.compile(r"(?<![^\W_])[A-Z](?:[’'.&-]?[A-Z])*(?![^\W_])")
_BETWEEN_CAPITALS = re.compile(r"[ ,&/+’'-]{1,3}")
_NUMBER = re.compile(r"(?<![\w#])(?:[$€£]|#(?=\d))?\d+(?:[.,:/]\d+)*(?:%|(?:st|nd|rd|th|[kmb])\b)?", re.IGNORECASE)
_SLOGAN = re.compile(
    r"(?<!\w)#?(?:make\s*america\s*(?:great|safe|strong|proud)\s*again|america\s*first|maga|drain\s*the\s*swamp"
    r"|build\s*the\s*wall)\b",
    re.IGNORECASE,
)
_ADVERB = (
    r"(?:(?:not|never|always|also|just|only|soon|ever|even|still|already|long|all|now|again|once|i|you|he|she|it|we"
    r"|they|\w+ly)\s+){0,2}"
)
_MODAL = (
    r"(?:\b(?:will|would|shall|should|can|could|may|might|must|cannot|(?:wo|would|ca|could|should|must)n['’]t)"
    r"|(?<=\w)['’](?:ll|d))"
)
_PERFECT = r"(?:\b(?:has|have|had|(?:has|have|had)n['’]t)|(?<=\w)['’](?:ve|s|d))"
_AUXILIARY = re.compile(
    rf"{_MODAL}\s+{_ADVERB}(?:be|have\s+{_ADVERB}been)\b|{_PERFECT}\s+{_ADVERB}been\b",
    re.IGNORECASE,
)
_NAME = r"(?:@\w+|[A-Z][\w.’'-]*(?: +(?:[A-Z][\w.’'-]*|of|the|de|von))*(?<![. ]))"
_QUOTED_FIRST = re.compile(r"(?:^|(?<=\s))[\"“]\s*(@\w+)(?=:)")
_SAID_AFTER = re.compile(rf"[\"”]\s*(?:[-–—~]+|,?\s*(?:says|said|wrote|writes))\s*({_NAME})")
_WORD = re.compile(r"[^\W\d_]+(?:[.’'-][^\W\d_]+)*")
_ENDING = re.compile(r"['’](?:s|ll|ve|d|re|m)?$")
_WINDOW = 200  # characters before a word that tell whether it begins a sentence
_TITLES = frozenset(("Mr", "Mrs", "Ms", "Dr", "Sen", "Gov", "Rep", "Gen", "St"))
_SENTENCE_START = re.compile(r"(?:^|https?://\S+ +|[.!?…:]\s+|[.!?…]*[\"“(]\s*|\n\s*|[-–—]\s+)$")
# Words that begin sentences in tweets without being names; the rule for names needs them.
_OPENERS = """
    a about after again all also although always am amazing an and another any anyone are around as ask at back
    bad be because been before being believe best better big both but by call can cannot check come coming
    congrats congratulations could dear did do does doing don't done don’t down during each early end enjoy
    enjoyed even ever every everybody everyone few fight first fix follow for four from get getting give go
    going good great had happy hard has have having he heading hear hello help her here here's here’s hey hi his
    how i i'll i'm i've if in interview is isn't it it's its it’s i’ll i’m i’ve join just keep know landing last
    leaving let let's let’s like listen live lol long look looking lots love make making many massive may me
    media meet might more most much must my need never new next nice no nobody not nothing now of off oh ok on
    once one only open or other our out over people phony please poll polls proud putting read ready really
    remember rt sad same saw say see share she should show sign simple small so some someone sorry spoke stand
    stay still stop such sure take taking talk tell ten terrible thank thanks that that's that’s the their them
    then there there's there’s these they they're they’re thing things think this those thoughts three time to
    today together tomorrow tonight too total truth tune turn two unbelievable under until up very via visit
    vote wait want was watch watching way we we'll we're we've welcome well were we’ll we’re we’ve what what's
    what’s when where which while who why will win wish with without wonderful words work working would wow
    wrong yes yesterday yet you you're your you’re
"""
_OPENING_WORDS = frozenset(_OPENERS.split())


def find_links(text: str) -> list[Span]:
    """Return the web addresses, without punctuation after them."""
    return [match.span() for match in _LINK.finditer(text)]


def find_mentions(text: str) -> list[Span]:
    """Return the mentions, @ included, outside of links."""
    return outside((match.span() for match in _MENTION.finditer(text)), find_links(text))


def find_hashtags(text: str) -> list[Span]:
    """Return the hashtags, # included, outside of links: of letters, digits and underscores, with a letter at least."""
    return outside((match.span() for match in _HASHTAG.finditer(text)), find_links(text))


def find_capitals(text: str) -> list[Span]:
    """Return the runs of capitals, outside of links and tags: words of two or more capital letters in a row.

    Single letters belong to a run if they are between such words: I AM A WINNER is one without its I.
    """
    tags = [*find_links(text), *find_mentions(text), *find_hashtags(text)]
    runs: list[list[Span]] = []
    for span in outside((match.span() for match in _CAPITALS.finditer(text)), tags):
        if runs and _BETWEEN_CAPITALS.fullmatch(text, runs[-1][-1][1], span[0]):
            runs[-1].append(span)
        else:
            runs.append([span])
    spans = []
    for run in runs:
        words = [(start, stop) for start, stop in run if stop - start > 1]
        if words:
            spans.append((words[0][0], words[-1][1]))
    return spans


def find_numbers(text: str) -> list[Span]:
    """Return the numbers, with their currency, percent sign or ending, outside of links and tags."""
    tags = [*find_links(text), *find_mentions(text), *find_hashtags(text)]
    return outside((match.span() for match in _NUMBER.finditer(text)), tags)


def find_slogans(text: str) -> list[Span]:
    """Return the slogans, as words or as a hashtag."""
    return outside((match.span() for match in _SLOGAN.finditer(text)), find_links(text))


def find_auxiliaries(text: str) -> list[Span]:
    """Return each auxiliary with the be or been it belongs to, at most two adverbs or a pronoun between them."""
    return [match.span() for match in _AUXILIARY.finditer(text)]


def find_attributions(text: str) -> list[Span]:
    """Return who is quoted: a mention that begins a quotation, or the name after it and a dash or a verb of saying."""
    quotations = find_quotations(text)
    begins, ends = {start for start, _ in quotations}, {stop for _, stop in quotations}
    first = [match.span(1) for match in _QUOTED_FIRST.finditer(text) if match.start() in begins]
    after = [match.span(1) for match in _SAID_AFTER.finditer(text) if match.start() in ends]
    return sorted([*first, *after])


def find_names(text: str) -> list[Span]:
    """Return the proper nouns: capitalised words that do not merely begin a sentence, without 's.

    A word counts if it begins with a capital and has a small letter. At the beginning of a sentence it counts unless it
    is one of the words that often begin sentences. Words in links and tags never count, and of slogans only America.
    Names in a row are one, with an initial or the full stop of a title between them.
    """
    tags = [*find_links(text), *find_mentions(text), *find_hashtags(text)]
    slogans = find_slogans(text)
    spans: list[Span] = []
    for start, stop in outside((match.span() for match in _WORD.finditer(text)), tags):
        whole = text[start:stop]
        word = _ENDING.sub("", whole)
        if not word[0].isupper() or not any(character.islower() for character in word):
            continue
        if any(first <= start < last for first, last in slogans) and word != "America":
            continue
        is_opener = not _OPENING_WORDS.isdisjoint((word.lower(), whole.lower().replace("’", "'")))
        if is_opener and _SENTENCE_START.search(text, max(0, start - _WINDOW), start):
            continue
        if spans and _is_joined(text[spans[-1][0] : spans[-1][1]], text[spans[-1][1] : start]):
            spans[-1] = (spans[-1][0], start + len(word))
        else:
            spans.append((start, start + len(word)))
    return spans


def _is_joined(name: str, gap: str) -> bool:
    """Return whether a name goes on after a gap: a space, an initial, or the full stop of a title."""
    return bool(re.fullmatch(r" (?:[A-Z]\. )?", gap)) or (gap == ". " and name.rsplit(" ", 1)[-1] in _TITLES)


FINDERS = {
    "in_link": find_links,
    "in_hashtag": find_hashtags,
    "in_mention": find_mentions,
    "in_attribution": find_attributions,
    "in_capitals": find_capitals,
    "in_number": find_numbers,
    "in_slogan": find_slogans,
    "in_auxiliary": find_auxiliaries,
    "in_name": find_names,
}


def _truth(text: str) -> dict[str, list[Any]]:
    values = {key: flag_values(len(text), find(text)) for key, find in FINDERS.items()}
    tags = sorted([*find_links(text), *find_mentions(text), *find_hashtags(text)])
    return {**values, "position_in_tag": positions(len(text), tags)}


SET = FeatureSet(
    "tweets",
    (
        flag("in_link", "Whether the character belongs to a web address.", "inside a link"),
        flag("in_hashtag", "Whether the character belongs to a hashtag.", "inside a hashtag"),
        flag("in_mention", "Whether the character belongs to a mention.", "inside a mention"),
        flag(
            "in_attribution",
            "Whether the character belongs to the name of who is quoted.",
            "in the name of who is quoted",
        ),
        flag(
            "in_capitals",
            "Whether the character belongs to a run of two or more capitals, words of capitals included.",
            "inside a run of capitals",
        ),
        flag("in_number", "Whether the character belongs to a number.", "inside a number"),
        flag("in_slogan", "Whether the character belongs to a slogan.", "inside a slogan"),
        flag(
            "in_auxiliary",
            "Whether the character belongs to an auxiliary with its be or been: will be, has never been.",
            "inside an auxiliary with be",
        ),
        flag("in_name", "Whether the character belongs to a proper noun.", "inside a proper noun"),
        Feature(
            "position_in_tag",
            "count",
            "The characters of this link, hashtag or mention read so far; missing outside of them.",
            "the characters of this link, hashtag or mention",
        ),
    ),
    _truth,
)
