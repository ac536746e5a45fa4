"""Authors' mistakes: each gives one message at its place, with its fix, all in one run."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.project import Project
from tests.conftest import files_of, options, run_python, write_small_content

WRITEUP = """\
---
title: Small things
summary: What the small network does.
published: 2026-01-02
---

A [network](../networks/small.md#layer-1) scores {small best(remaining) | r2 of cell with remaining}, see {claim right}.

## First part

```figure
id: strip
neuron: small best(remaining)
signals: [cell]
sequences: [aXb]
alt: A strip.
caption: A caption.
```

```claim
id: right
network: small
says: It is right.
measure: right where size <= 3
expect: at least 0
```

Back to the [first part](#first-part).
"""
NETWORK = """\
---
title: Small
summary: A small network.
task:
  kind: counting
  longest: 3
units: 6
training:
  steps: 200
figures: [aXb, aaaXbbb]
---

Prose.
"""
SITE = "title: Small gallery\ntagline: For a test.\ndescription: A gallery that a test builds.\n"

KINDS = (
    "strip, overview, line, values, frontier, dose-response, together, saturation, cell, generated, seeds, search, "
    "frontiers, table, passage, histogram, written, which"
)
TOKENS = "tokens: a b X"
CELLS = "'lstm', 'gru', 'peephole', 'coupled', 'gru_reset_first' or 'rnn'"
SHARED = "ids are unique across figures, claims and headings; change one of them"


@dataclass(frozen=True)
class Mistake:
    """A replacement in a valid file; the line, column, message and hint of the mistake."""

    old: str
    new: str
    place: str
    message: str
    hint: str | None = None

    def in_text(self, text: str) -> bytes:
        """Return the bytes of a file with the mistake in it."""
        assert text.count(self.old) >= 1
        return text.replace(self.old, self.new, 1).encode("utf-8", "surrogateescape")


def figure(*lines: str) -> tuple[str, str]:
    """Return a replacement that puts a figure of these lines into the valid write-up."""
    old = "id: strip\nneuron: small best(remaining)\nsignals: [cell]\nsequences: [aXb]\n"
    return old, "id: other\n" + "".join(f"{line}\n" for line in lines)


WRITEUPS = {
    "unknown key": Mistake(
        "published:",
        "tags: [one]\npublished:",
        "4:1",
        "unknown key 'tags'",
        "valid here: draft, lang, order, published, slug, summary, title, updated",
    ),
    "misspelt key": Mistake("published:", "ordr: 2\npublished:", "4:1", "unknown key 'ordr'", "did you mean 'order'?"),
    "missing key": Mistake(
        "summary: What the small network does.\n",
        "",
        "2:1",
        "expected the key 'summary', found none",
        "add: summary: ...",
    ),
    "text for number": Mistake(
        "published:", "order: first\npublished:", "4:8", 'order: expected a whole number, found "first"'
    ),
    "list for text": Mistake(
        "title: Small things",
        "title: [Small]",
        "2:8",
        'title: expected text, found ["Small"]',
        "the text begins with a bracket: put the whole text in quotation marks",
    ),
    "bracket in a title": Mistake(
        "title: Small things",
        "title: [Draft] Small things",
        "2:16",
        "invalid YAML: expected <block end>, but found '<scalar>'",
        "the text begins with a bracket: put the whole text in quotation marks",
    ),
    "number sign in a title": Mistake(
        "title: Small things",
        "title: Neuron #5",
        "2:15",
        "# begins a comment in YAML, which is not part of the text",
        "put the whole text in quotation marks, or the comment on a line of its own",
    ),
    "number sign behind a number": Mistake(
        "title: Small things",
        "title: 1984 # a year",
        "2:13",
        "# begins a comment in YAML, which is not part of the text",
        "put the whole text in quotation marks, or the comment on a line of its own",
    ),
    "number sign alone": Mistake(
        "title: Small things",
        "title: #5",
        "2:7",
        "title: expected text, found nothing",
        "# begins a comment in YAML: put the whole text in quotation marks",
    ),
    "anchor in a title": Mistake(
        "title: Small things",
        "title: &c and others",
        "2:8",
        "what follows & is not part of the text",
        "& has a meaning in YAML: put the whole text in quotation marks",
    ),
    "no language": Mistake(
        "published:",
        "lang: German language\npublished:",
        "4:7",
        "lang: expected a language such as en, de or pt-BR, found 'German language'",
    ),
    "word in angle brackets": Mistake(
        "Back to",
        "It stops at `<end>` or <end>. Back to",
        "28:24",
        "<end> is read as an HTML tag, which is not supported",
        r"to show these characters, write \<end> or put them in backticks",
    ),
    "angle brackets in a caption": Mistake(
        "caption: A caption.",
        "caption: It reads <start>.",
        "17:19",
        "<start> is read as an HTML tag, which is not supported",
        r"to show these characters, write \<start> or put them in backticks",
    ),
    "angle brackets in a claim": Mistake(
        "says: It is right.",
        "says: It writes <eos> itself.",
        "23:17",
        "<eos> is read as an HTML tag, which is not supported",
        r"to show these characters, write \<eos> or put them in backticks",
    ),
    "comparison as a tag": Mistake(
        "Back to",
        "Where a<b and b>c holds, back to",
        "28:8",
        "the attribute 'and' of <b and b> is not supported",
        r"remove it, or write \<b and b> to show these characters",
    ),
    "tag left open": Mistake(
        "Back to",
        "Where <b>bold begins, back to",
        "28:7",
        "<b> is never closed",
        r"add </b>, or write \<b> to show these characters",
    ),
    "tag closed only": Mistake(
        "Back to",
        "Bold</b>, back to",
        "28:5",
        "</b> closes a tag that was never opened",
        r"to show these characters, write \</b> or put them in backticks",
    ),
    "tags crossed": Mistake(
        "Back to",
        "Some <b>bold and *stressed</b> words*, back to",
        "28:27",
        "</b> crosses other markup",
        "end what begins inside before what is around it",
    ),
    "cell without a table": Mistake(
        "Back to",
        "<td>One</td>\n\nBack to",
        "28:1",
        "<td> would be lost or moved: HTML does not allow it here",
        r"write \< for each < that is text, or close the tags before it",
    ),
    "video": Mistake(
        "Back to",
        '<video src="run.mp4"></video>\n\nBack to',
        "28:1",
        '<video src="run.mp4"> is read as an HTML tag, which is not supported',
        r'to show these characters, write \<video src="run.mp4"> or put them in backticks',
    ),
    "first heading": Mistake(
        "## First part", "# First part", "9:1", "the title is the heading of level 1", "begin with ##"
    ),
    "order that YAML reads as eight": Mistake(
        "published:", "order: 010\npublished:", "4:8", 'order: expected a whole number, found "010"'
    ),
    "order that YAML reads as 630": Mistake(
        "published:", "order: 10:30\npublished:", "4:8", 'order: expected a whole number, found "10:30"'
    ),
    "brackets": Mistake(
        "## First part",
        "## First part\n\n" + "[" * 8_000,
        "11:1",
        "expected at most 1,000 [ in a paragraph, found 8,000",
        "divide it by a blank line, or put it in a fence: ```",
    ),
    "tags": Mistake(
        "## First part",
        "## First part\n\n" + "a <b> " * 4_000,
        "11:1",
        "expected at most 1,000 < in a paragraph, found 4,000",
        "divide it by a blank line, or put it in a fence: ```",
    ),
    "heading without words": Mistake(
        "## First part",
        "##",
        "9:1",
        "expected the words of a heading, found none",
        "write them behind its signs",
    ),
    "heading of a value": Mistake(
        "## First part",
        "## {small | first failure}",
        "9:4",
        "expected words besides the quoted values, on which the address of a heading cannot depend",
        "add some, or an id: {#my-part}",
    ),
    "first heading underlined": Mistake(
        "## First part", "First part\n==========", "9:1", "the title is the heading of level 1", "begin with ##"
    ),
    "missing footnote": Mistake(
        "Back to",
        "Back[^1] to",
        "28:5",
        "there is no footnote [^1]",
        r"add a line such as [^1]: Text, or write \[^1]",
    ),
    "idle footnote": Mistake(
        "Back to",
        "[^1]: In another text.\n\nBack to",
        "28:1",
        "the footnote [^1] is never referred to, and would not be shown",
        "write [^1] where it belongs, or remove it",
    ),
    "footnote twice": Mistake(
        "Back to",
        "[^1]: One.\n[^1]: Two.\n\nBack[^1] to",
        "29:1",
        "the footnote [^1] is defined twice",
        "give one of them another name",
    ),
    "cell too many": Mistake(
        "Back to",
        "| a | b |\n|---|---|\n| 1 | 2 | 3 |\n\nBack to",
        "30:11",
        "expected 2 cells, as in the table's first row, found 3",
        r"write a bar within a cell as \|",
    ),
    "list in a claim": Mistake(
        "says: It is right.",
        'says: "- It is right."',
        "23:7",
        "says: expected one paragraph of text",
        "put a backslash before a sign such as # or -",
    ),
    "unknown scheme": Mistake(
        "(#first-part)",
        "(ftp://example.org/x)",
        "28:26",
        "links with ftp: are not supported",
        "links may begin with http:, https:, mailto:, tel:",
    ),
    "other host": Mistake(
        "(#first-part)",
        "(//example.org/x)",
        "28:26",
        "the link points to a missing page: //example.org/x",
        "write https://example.org/x for a page of another site",
    ),
    "other host without a scheme": Mistake(
        "(#first-part)",
        "(www.example.org)",
        "28:26",
        "the link points to a missing page: writeups/www.example.org",
        "write https://www.example.org for a page of another site",
    ),
    "own id in a paragraph": Mistake(
        "Back to",
        "Back {#here} to",
        "28:6",
        "an id in braces belongs at the end of a heading",
        r"escape a literal brace as \{ or \}",
    ),
    "own id of a block": Mistake(
        "## First part", "## First part {#right}", "9:4", "duplicate id 'right'; the first is on line 21", SHARED
    ),
    "own id with a blank": Mistake(
        "## First part",
        "## First part {#my part}",
        "9:15",
        "expected an id of letters, digits, hyphens, dots and colons, found 'my part'",
        "such as {#my-part}",
    ),
    "entity of a mark": Mistake(
        "Back to", "Back &#xE000; to", "28:6", "the character U+E000 is reserved by this tool", "remove it"
    ),
    "no date": Mistake("2026-01-02", "soon", "4:12", "published: expected a date such as 2026-01-31, found 'soon'"),
    "impossible date": Mistake(
        "2026-01-02", "2026-02-30", "4:12", "published: expected a date such as 2026-01-31, found '2026-02-30'"
    ),
    "long title": Mistake("Small things", "Small " * 20, "2:8", "title: expected text of at most 100 characters"),
    "open bracket": Mistake("Small things", "[Small things", "3:8", "invalid YAML: expected ',' or ']', but got ':'"),
    "no front": Mistake(
        "---\ntitle",
        "title",
        "1:1",
        "expected front matter between two lines of ---, found 'title: Small things'",
        "start the file with a line ---, then the keys, then another line ---",
    ),
    "open front": Mistake(
        "02\n---\n",
        "02\n",
        "1:1",
        "the front matter that starts here has no closing line ---",
        "add a line --- below the last key",
    ),
    "colon in a title": Mistake(
        "Small things",
        "Small: things",
        "2:13",
        "invalid YAML: mapping values are not allowed here",
        "the text contains a colon: put the whole text in quotation marks",
    ),
    "tab": Mistake(
        "published:",
        "\tpublished:",
        "4:1",
        "invalid YAML: found character '\\t' that cannot start any token",
        "indent with spaces, not with tabs",
    ),
    "key twice": Mistake(
        "published:",
        "title: Again\npublished:",
        "4:1",
        "duplicate key 'title'",
        "remove one of them; the first is on line 2",
    ),
    "not utf8": Mistake(
        "Small things",
        "Small \udcff things",
        "",
        "expected UTF-8 text, found the byte 0xff at offset 17",
        "save the file as UTF-8",
    ),
    "bad slug": Mistake(
        "published:",
        "slug: Small Things\npublished:",
        "4:7",
        "expected a name of lowercase letters, digits and single hyphens, found 'Small Things'",
        "the name becomes the write-up's address on the site",
    ),
    "long slug": Mistake(
        "published:",
        f"slug: {'x' * 81}\npublished:",
        "4:7",
        "expected a name of at most 80 characters, found 81",
        "the name becomes the write-up's address on the site",
    ),
    "taken slug": Mistake(
        "published:",
        "slug: a-good-one\npublished:",
        "4:7",
        "the slug 'a-good-one' is taken by ",
        "give one of them another slug",
    ),
    "misspelt network": Mistake(
        "neuron: small best",
        "neuron: smal best",
        "13:9",
        "expected the name of a network, found 'smal'",
        "did you mean 'small'?",
    ),
    "misspelt ordinal": Mistake(
        "neuron: small best",
        "neuron: small bset",
        "13:15",
        "expected a neuron or the end of the line, found 'bset'",
        "did you mean 'best'?",
    ),
    "neuron zero": Mistake(
        "neuron: small best(remaining)", "neuron: small 0", "13:15", "neuron 0 does not exist: small has 6 units (1-6)"
    ),
    "neuron out of range": Mistake(
        "neuron: small best(remaining)", "neuron: small 7", "13:15", "neuron 7 does not exist: small has 6 units (1-6)"
    ),
    "layer out of range": Mistake(
        "neuron: small best(remaining)", "neuron: small 2.1", "13:15", "layer 2 does not exist: small has 1 layer"
    ),
    "unknown feature": Mistake(
        "neuron: small best(remaining)",
        "neuron: small best(remains)",
        "13:20",
        "expected a feature of the task, found 'remains'",
        "did you mean 'remaining'?",
    ),
    "unknown signal": Mistake(
        "signals: [cell]", "signals: [cel]", "14:11", "expected a signal of small, found 'cel'", "did you mean 'cell'?"
    ),
    "unknown token": Mistake(
        "sequences: [aXb]", "sequences: [aXb, aQb]", "15:19", "the token 'Q' is not in the vocabulary of small", TOKENS
    ),
    "empty sequence": Mistake(
        "sequences: [aXb]", "sequences: ['']", "15:13", "expected a sequence of 1 to 200 tokens, found 0"
    ),
    "long sequence": Mistake(
        "sequences: [aXb]", f"sequences: [{'a' * 201}]", "15:13", "expected a sequence of 1 to 200 tokens, found 201"
    ),
    "text for list": Mistake(
        "sequences: [aXb]", "sequences: aXb", "15:12", 'sequences: expected a list, as in [one, two], found "aXb"'
    ),
    "no alt": Mistake("alt: A strip.\n", "", "12:1", "expected the key 'alt', found none", "add: alt: ..."),
    "empty alt": Mistake("alt: A strip.", "alt: ''", "16:6", 'alt: expected text of at least 1 character(s), found ""'),
    "no caption": Mistake(
        "caption: A caption.\n", "", "12:1", "expected the key 'caption', found none", "add: caption: ..."
    ),
    "no id": Mistake("id: strip\n", "", "12:1", "expected the key 'id', found none", "add: id: ..."),
    "bad id": Mistake(
        "id: strip",
        "id: The Strip",
        "12:5",
        "id: expected a name of lowercase letters, digits and single hyphens, found 'The Strip'",
        "the id becomes part of addresses on the site",
    ),
    "id twice": Mistake(
        "Back to",
        "```figure\nid: right\nkind: cell\ncell: lstm\nalt: A cell.\ncaption: A cell.\n```\n\nBack to",
        "29:5",
        "duplicate id 'right'; the first is on line 21",
        SHARED,
    ),
    "id of heading": Mistake(
        "id: strip\n", "id: first-part\n", "9:4", "duplicate id 'first-part'; the first is on line 12", SHARED
    ),
    "unknown key in figure": Mistake(
        "alt: A strip.",
        "alt: A strip.\ncolour: red",
        "17:1",
        "unknown key 'colour'",
        "valid here: alt, caption, id, neuron, neurons, sequences, signals",
    ),
    "misspelt key in figure": Mistake(
        "signals: [cell]", "signal: [cell]", "14:1", "unknown key 'signal'", "did you mean 'signals'?"
    ),
    "unknown kind": Mistake(
        "id: strip",
        "id: strip\nkind: stripe",
        "13:7",
        f"expected the key 'kind', one of {KINDS}, comparison, found 'stripe'",
        "did you mean 'strip'?",
    ),
    "no kind": Mistake(
        "neuron: small best(remaining)\n",
        "of: small\n",
        "12:1",
        f"expected the key 'kind', one of {KINDS}, comparison, found none",
    ),
    "no neuron": Mistake(
        "neuron: small best(remaining)\n",
        "kind: strip\n",
        "12:1",
        "expected the key 'neuron' or 'neurons', found none",
        "add: neuron: ...",
    ),
    "network for neuron": Mistake(
        "neuron: small best(remaining)",
        "neuron: small",
        "13:9",
        "expected one neuron, found 'small'",
        "such as small best(remaining)",
    ),
    "unknown block": Mistake("```figure", "```figur", "11:4", "unknown block 'figur'", "did you mean 'figure'?"),
    "open block": Mistake(
        "expect: at least 0\n```\n",
        "expect: at least 0\n",
        "20:1",
        "the block that starts here has no closing line ```",
        "close it with a line ```",
    ),
    "colon in caption": Mistake(
        "caption: A caption.",
        "caption: A caption: with a colon.",
        "17:19",
        "invalid YAML: mapping values are not allowed here",
        "the text contains a colon: put the whole text in quotation marks",
    ),
    "brace caption": Mistake(
        "caption: A caption.",
        "caption: {small best(remaining)} is it.",
        "17:34",
        "invalid YAML: expected <block end>, but found '<scalar>'",
        "the text begins with a brace: put the whole text in quotation marks",
    ),
    "sign expect": Mistake(
        "expect: at least 0",
        "expect: > 0",
        "25:11",
        "invalid YAML: expected a comment or a line break, but found '0'",
        "> has a meaning in YAML: put the whole text in quotation marks",
    ),
    "no expectation": Mistake(
        "expect: at least 0",
        "expect: positive",
        "25:9",
        "expected a comparison, found 'positive'",
        "write below, at most, above, at least or exactly and a number, or between ... and ...",
    ),
    "no bound": Mistake(
        "expect: at least 0", "expect: at least much", "25:18", "expected a bound, a number, found 'much'"
    ),
    "unknown measure": Mistake(
        "measure: right where",
        "measure: rihgt where",
        "24:10",
        "expected a measure, found 'rihgt'",
        "did you mean 'right'?",
    ),
    "unknown size": Mistake(
        "where size <= 3",
        "where length <= 3",
        "24:22",
        "expected a column to compare, found 'length'",
        "valid here: size",
    ),
    "measure of other task": Mistake(
        "measure: right where size <= 3",
        "measure: turned by exchange with 2 neurons",
        "24:10",
        "expected a task with twin sequences, found small (counting)",
    ),
    "neuron needed": Mistake(
        "measure: right where size <= 3",
        "measure: r2 of cell with remaining",
        "24:10",
        "expected one neuron, found several",
        "such as small best(remaining)",
    ),
    "unknown value": Mistake(
        "measure: right where size <= 3",
        "measure: mean of cell where token == Q",
        "24:38",
        "the token 'Q' is not one of small",
        "valid here: <start> <end> a b X",
    ),
    "both subjects": Mistake(
        "network: small\n",
        "network: small\nneuron: small 1\n",
        "22:1",
        "expected either the key 'neuron' or the key 'network', found both",
        "remove one of them",
    ),
    "no subject": Mistake(
        "network: small\n",
        "",
        "21:1",
        "expected either the key 'neuron' or the key 'network', found none",
        "add: neuron: ... or network: ...",
    ),
    "neuron for network": Mistake(
        "network: small\n",
        "network: small 1\n",
        "22:10",
        "expected a network or a layer, found 'small 1'",
        "use the key 'neuron'",
    ),
    "number expect": Mistake(
        "expect: at least 0",
        "expect: 0",
        "25:9",
        "expected a comparison, found '0'",
        "write below, at most, above, at least or exactly and a number, or between ... and ...",
    ),
    "unknown quote": Mistake(
        "{small best(remaining) | r2",
        "{smal best(remaining) | r2",
        "7:51",
        "expected the name of a network, 'claim' or 'seeds', found 'smal'",
        "did you mean 'small'?",
    ),
    "quote signal": Mistake(
        "r2 of cell with remaining}",
        "r2 of cel with remaining}",
        "7:81",
        "expected a signal, found 'cel'",
        "did you mean 'cell'?",
    ),
    "quote neuron": Mistake(
        "{small best(remaining) |", "{small 9 |", "7:57", "neuron 9 does not exist: small has 6 units (1-6)"
    ),
    "quote format": Mistake(
        "with remaining}",
        "with remaining | 9 digits}",
        "7:103",
        "expected 'percent' or a number of digits (0-6), found '9'",
    ),
    "unknown claim": Mistake(
        "{claim right}", "{claim rihgt}", "7:114", "there is no claim 'rihgt' in this write-up", "did you mean 'right'?"
    ),
    "empty braces": Mistake(
        "{claim right}",
        "{}",
        "7:108",
        "expected the name of a network, 'claim' or 'seeds', found the end of the line",
        "valid here: claim, seeds, small",
    ),
    "open brace": Mistake(
        "{claim right}",
        "{claim right",
        "7:107",
        "unmatched brace",
        "escape a literal brace as \\{ or \\}",
    ),
    "quote in caption": Mistake(
        "caption: A caption.",
        "caption: A {claim wrong} caption.",
        "17:19",
        "there is no claim 'wrong' in this write-up",
        "valid here: right",
    ),
    "quote in alt": Mistake(
        "alt: A strip.", "alt: A {small 7} strip.", "16:15", "neuron 7 does not exist: small has 6 units (1-6)"
    ),
    "dead page": Mistake(
        "../networks/small.md#layer-1",
        "../networks/smal.md",
        "7:13",
        "the link points to a missing page: networks/smal.md",
        "did you mean 'networks/small.md'?",
    ),
    "dead writeup": Mistake(
        "../networks/small.md#layer-1",
        "a-god-one.md",
        "7:13",
        "the link points to a missing page: writeups/a-god-one.md",
        "did you mean 'writeups/a-good-one.md'?",
    ),
    "dead fragment": Mistake(
        "#layer-1",
        "#layer-2",
        "7:13",
        "the link points to a missing fragment of networks/small/index.html",
        "did you mean 'layer-1'?",
    ),
    "dead own": Mistake(
        "(#first-part)",
        "(#frist-part)",
        "28:26",
        "the link points to a missing fragment of writeups/dead-own.html",
        "did you mean 'first-part'?",
    ),
    "image": Mistake(
        "Back to",
        "![A picture](picture.png) back to",
        "28:14",
        "the image: expected a file in the content folder, found none: writeups/picture.png",
        "save it beside the text",
    ),
    "private": Mistake(
        "Back to", "Back \ue000 to", "28:6", "the character U+E000 is reserved by this tool", "remove it"
    ),
    "private mark": Mistake(
        "Back to the [first part](#first-part)",
        "Back to the [first part](\ue000\ue019\ue001)",
        "28:26",
        "the character U+E000 is reserved by this tool",
        "remove it",
    ),
    "overview neuron": Mistake(
        *figure("kind: overview", "of: small 3", "signals: [cell]", "sequence: aXb"),
        "14:5",
        "expected a network or a layer, found 'small 3'",
        "use the key 'neuron'",
    ),
    "values feature": Mistake(
        *figure("kind: values", "neuron: small 1", "signal: cell", "by: counts"),
        "16:5",
        "expected a feature, found 'counts'",
        "did you mean 'a_count'?",
    ),
    "values token": Mistake(
        *figure("kind: values", "neuron: small 1", "signal: cell", "by: a_count", "token: Q"),
        "17:8",
        "the token 'Q' is not in the vocabulary of small",
        TOKENS,
    ),
    "saturation gate": Mistake(
        *figure("kind: saturation", "of: small", "gates: [cell]"),
        "15:9",
        "expected a gate, found 'cell'",
        "valid here: forget_gate, input_gate, output_gate",
    ),
    "cell highlight": Mistake(
        *figure("kind: cell", "cell: gru", "highlight: [forget_gate]"),
        "15:13",
        "expected a signal, found 'forget_gate'",
        "did you mean 'reset_gate'?",
    ),
    "cell name": Mistake(*figure("kind: cell", "cell: elman"), "14:7", f'cell: expected {CELLS}, found "elman"'),
    "frontier show": Mistake(
        *figure("kind: frontier", "network: small", "show: wrong"),
        "15:7",
        "show: expected 'right', 'memory' or 'written', found \"wrong\"",
    ),
    "generated token": Mistake(
        *figure("kind: generated", "network: small", "prompts: [aX, aZ]"),
        "15:16",
        "the token 'Z' is not in the vocabulary of small",
        TOKENS,
    ),
    "generated counts": Mistake(
        *figure("kind: generated", "network: small", "prompts: [aX]", "add: {neuron: small 1, counts: 500}"),
        "16:32",
        "add.counts: expected at most 100, found 500",
    ),
    "seeds claim": Mistake(
        *figure("kind: seeds", "claim: rihgt"),
        "14:8",
        "there is no claim 'rihgt' in this write-up",
        "did you mean 'right'?",
    ),
    "comparison side": Mistake(
        *figure("kind: comparison", "left: {title: One, figure: {kind: frontier, network: small}}"),
        "12:1",
        "expected the key 'right', found none",
        "add: right: ...",
    ),
    "comparison inner": Mistake(
        *figure(
            "kind: comparison",
            "left: {title: One, figure: {kind: frontier, network: small}}",
            "right: {title: Two, figure: {kind: frontier, netwrok: small, network: small}}",
        ),
        "15:46",
        "unknown key 'netwrok'",
        "did you mean 'network'?",
    ),
    "comparison kind": Mistake(
        *figure(
            "kind: comparison",
            "left: {title: One, figure: {kind: frontier, network: small}}",
            "right: {title: Two, figure: {kind: fronteir, network: small}}",
        ),
        "15:36",
        f"right.figure.kind: expected one of {KINDS}, found 'fronteir'",
        "did you mean 'frontier'?",
    ),
    "quoted figure": Mistake(
        "{claim right}", "{claim strip}", "7:114", "there is no claim 'strip' in this write-up", "valid here: right"
    ),
    "quote in address": Mistake(
        "../networks/small.md#layer-1",
        "{small 2}",
        "7:13",
        "braces cannot be used in the address of a link or in a title",
        "move them into the text",
    ),
    "quote in title": Mistake(
        "small.md#layer-1)",
        'small.md "About {small 2}")',
        "7:41",
        "braces cannot be used in the address of a link or in a title",
        "move them into the text",
    ),
    "name in link": Mistake(
        "[network]",
        "[network of {small 2}]",
        "7:15",
        "a name in braces is a link and cannot be nested in another",
        "move it out of the other link",
    ),
    "hidden block": Mistake(
        "Back to",
        "<!--\n\n```figure\nid: hidden\nkind: cell\ncell: lstm\nalt: A cell.\ncaption: A cell.\n```\n\n-->\n\nBack to",
        "31:5",
        "the block 'hidden' would not be shown: the HTML around it is removed",
        "move it out of comments and tags",
    ),
    "own id": Mistake("id: strip", "id: claims", "12:5", "the id 'claims' is used by the page itself", "change it"),
    "colon in title": Mistake(
        "title: Small things",
        "title: Small: things",
        "2:13",
        "invalid YAML: mapping values are not allowed here",
        "the text contains a colon: put the whole text in quotation marks",
    ),
    "control character": Mistake(
        "Back to", "Back \x1f to", "28:6", "the character U+001F cannot be shown", "remove it"
    ),
    "escaped character": Mistake(
        "A caption.", '"A \\b caption."', "17:10", "the character U+0008 cannot be shown", "remove it"
    ),
    "escaped private": Mistake(
        "A caption.", '"\\ue000"', "17:10", "the character U+E000 is reserved by this tool", "remove it"
    ),
    "seeds of a number": Mistake(
        "network: small\nsays: It is right.\nmeasure: right where size <= 3",
        "neuron: small 3\nsays: See {seeds right}.\nmeasure: mean of cell",
        "23:18",
        "small 3 is named by its number, which differs between seeds",
        "such as small best(remaining)",
    ),
}

NETWORKS = {
    "dead page": Mistake(
        "Prose.",
        "See [one](../writeups/a-god-one.md).",
        "13:11",
        "the link points to a missing page: writeups/a-god-one.md",
        "did you mean 'writeups/a-good-one.md'?",
    ),
    "dead way": Mistake(
        "Prose.",
        "See [one](../../explorer/small.html).",
        "13:11",
        "the link points to a missing page: ../explorer/small.html",
        "did you mean 'explorer/small.html'?",
    ),
    "dead fragment": Mistake(
        "Prose.",
        "See [below](#gatez).",
        "13:13",
        "the link points to a missing fragment of networks/dead-fragment/index.html",
        "did you mean 'gates'?",
    ),
    "image": Mistake(
        "Prose.",
        "See ![one](picture.png).",
        "13:12",
        "the image: expected a file in the content folder, found none: networks/picture.png",
        "save it beside the text",
    ),
    "private": Mistake("Prose.", "Pro\ue000se.", "13:4", "the character U+E000 is reserved by this tool", "remove it"),
    "escaped": Mistake("title: Small", 'title: "Small\\b"', "2:8", "the character U+0008 cannot be shown", "remove it"),
    "unknown key": Mistake("units: 6", "unit: 7\nunits: 6", "7:1", "unknown key 'unit'", "did you mean 'units'?"),
    "missing": Mistake("units: 6\n", "", "2:1", "expected the key 'units', found none", "add: units: ..."),
    "zero": Mistake("units: 6", "units: 0", "7:8", "units: expected at least 1, found 0"),
    "text": Mistake("units: 6", "units: six", "7:8", 'units: expected a whole number, found "six"'),
    "kind": Mistake(
        "kind: counting",
        "kind: couting",
        "5:9",
        "task.kind: expected one of counting, selective-counting, state-memory, copying, text, found 'couting'",
        "did you mean 'counting'?",
    ),
    "token": Mistake("[aXb,", "[aQb,", "10:11", "figures: the token 'Q' is not in the network's vocabulary", TOKENS),
    "form": Mistake(
        "[aXb,",
        "[aXbb,",
        "10:11",
        "figures: expected a sequence of the form aⁿ X bⁿ, 1 ≤ n ≤ 3, found 'aXbb'",
        "lengths outside the training range are allowed",
    ),
    "twice": Mistake("[aXb, aaaXbbb]", "[aXb, aXb]", "10:16", "figures: duplicate sequence 'aXb'"),
    "steps": Mistake(
        "steps: 200", "steps: 30000", "9:10", "training.steps: expected at most most_steps (20000), found 30000"
    ),
    "yaml": Mistake(
        "title: Small",
        "title: Small: network",
        "2:13",
        "invalid YAML: mapping values are not allowed here",
        "the text contains a colon: put the whole text in quotation marks",
    ),
    "cell": Mistake("units: 6", "units: 6\ncell: elman", "8:7", f'cell: expected {CELLS}, found "elman"'),
    "front": Mistake(
        "---\ntitle",
        "title",
        "1:1",
        "expected front matter between two lines of ---, found 'title: Small'",
        "start the file with a line ---, then the keys, then another line ---",
    ),
}

SITES = {
    "key": Mistake("tagline", "tag_line: x\ntagline", "2:1", "unknown key 'tag_line'", "did you mean 'tagline'?"),
    "missing": Mistake("title: Small gallery\n", "", "1:1", "expected the key 'title', found none", "add: title: ..."),
    "url": Mistake(
        "title",
        "base_url: example.org\ntitle",
        "1:11",
        "base_url: expected an address such as https://example.org/gallery/, found 'example.org'",
    ),
    "control character": Mistake(
        "title: Small gallery",
        'title: "Small\\x01 gallery"',
        "1:8",
        "the character U+0001 cannot be shown",
        "remove it",
    ),
    "yaml": Mistake("title: Small", "title: 'Small", "4:1", "invalid YAML: found unexpected end of stream"),
}


MISTAKES = {
    **{f"writeups/{name.replace(' ', '-')}.md": mistake for name, mistake in WRITEUPS.items()},
    **{f"networks/{name.replace(' ', '-')}.md": mistake for name, mistake in NETWORKS.items()},
}


def write_file(content: Path, file: str, mistake: Mistake) -> None:
    """Write one broken file into a content folder."""
    valid = WRITEUP if file.startswith("writeups/") else NETWORK if file.startswith("networks/") else SITE
    (content / file).write_bytes(mistake.in_text(valid))


def add_valid_writeup(content: Path) -> None:
    """Write a valid write-up, whose address others link to or take."""
    (content / "writeups").mkdir()
    (content / "writeups" / "a-good-one.md").write_text(WRITEUP, encoding="utf-8")


def problems_in(content: Path) -> tuple[Problem, ...]:
    """Return every problem of a content folder."""
    try:
        read_content(content)
    except GalleryError as error:
        return error.problems
    return ()


def place_of(content: Path, file: str, mistake: Mistake) -> str:
    """Return the printed place of a mistake."""
    return f"{content / file}:{mistake.place}".removesuffix(":")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A content folder with a small network and a write-up, both without mistakes."""
    folder = write_small_content(tmp_path, "small")
    add_valid_writeup(folder)
    return folder


def test_the_files_that_mistakes_are_made_in_are_valid(content: Path) -> None:
    (content / "networks" / "other.md").write_text(NETWORK, encoding="utf-8")
    (content / "site.yaml").write_text(SITE, encoding="utf-8")
    assert problems_in(content) == ()


@pytest.mark.parametrize("file", [*MISTAKES])
def test_a_mistake_is_one_problem_at_its_place_with_its_mend(content: Path, file: str) -> None:
    mistake = MISTAKES[file]
    write_file(content, file, mistake)
    (problem,) = problems_in(content)
    assert str(problem).startswith(place_of(content, file, mistake) + ": " + mistake.message)
    assert problem.hint == mistake.hint


@pytest.mark.parametrize("name", [*SITES])
def test_a_mistake_in_the_settings_is_one_problem_at_its_place(content: Path, name: str) -> None:
    mistake = SITES[name]
    write_file(content, "site.yaml", mistake)
    (problem,) = problems_in(content)
    assert str(problem).startswith(place_of(content, "site.yaml", mistake) + ": " + mistake.message)
    assert problem.hint == mistake.hint


def test_a_build_reports_every_mistake_once_and_leaves_the_old_site_as_it_was(small_project: Project) -> None:
    content, site = small_project.content, files_of(small_project.site)
    add_valid_writeup(content)
    broken = {**MISTAKES, "site.yaml": SITES["key"]}
    for file, mistake in broken.items():
        write_file(content, file, mistake)
    done = run_python("build_site.py", *options(small_project))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr + done.stdout
    reports = re.split(r"^error: ", done.stderr, flags=re.MULTILINE)[1:]
    for file, mistake in broken.items():
        where = place_of(content, file, mistake)
        (report,) = [report for report in reports if report.startswith(f"{where}: {mistake.message}")]
        for part in (mistake.hint or "").split(", "):  # a list names the other networks, too
            assert part in report
    assert len(reports) == len(broken)
    assert f"{len(broken)} errors; nothing was published." in done.stderr
    assert files_of(small_project.site) == site


@pytest.mark.parametrize(
    "link", ["networks/small.md", "networks/small/layer-1/neuron-2.html", "explorer/small.html#neuron=2"]
)
def test_what_depends_on_a_broken_network_is_not_reported_with_it(content: Path, link: str) -> None:
    write_file(content, "networks/small.md", NETWORKS["zero"])
    good = content / "writeups" / "a-good-one.md"
    good.write_text(WRITEUP + f"\n[Of it](../{link}).\n", encoding="utf-8")
    (problem,) = problems_in(content)
    assert problem.message == "units: expected at least 1, found 0"


@pytest.mark.parametrize("link", ["broken.md#anything", "broken.html"])
def test_a_link_to_a_broken_write_up_is_not_reported_with_it(content: Path, link: str) -> None:
    write_file(content, "writeups/broken.md", WRITEUPS["no alt"])
    good = content / "writeups" / "a-good-one.md"
    good.write_text(WRITEUP + f"\n[Another]({link}).\n", encoding="utf-8")
    (problem,) = problems_in(content)
    assert problem.message == "expected the key 'alt', found none"


def test_a_network_whose_file_is_misnamed_is_reported_once(content: Path) -> None:
    (content / "networks" / "Big_Net.md").write_text(NETWORK, encoding="utf-8")
    link = "[network](../networks/big-net.md) and {big-net 1}, see {claim right}"
    text = WRITEUP.replace("network: small", "network: big-net").replace("{claim right}", link)
    (content / "writeups" / "a-good-one.md").write_text(text, encoding="utf-8")
    (problem,) = problems_in(content)
    assert problem.place == str(content / "networks" / "Big_Net.md")


def test_a_broken_record_of_a_search_is_reported_once(content: Path) -> None:
    (content / "networks" / "small.search.json").write_text("{", encoding="utf-8")
    old, new = figure("kind: search", "network: small")
    (content / "writeups" / "a-good-one.md").write_text(WRITEUP.replace(old, new), encoding="utf-8")
    (problem,) = problems_in(content)
    assert problem.place == str(content / "networks" / "small.search.json")


def test_a_link_to_a_feed_that_is_not_written_says_what_would_write_it(content: Path) -> None:
    text = WRITEUP.replace("(#first-part)", "(../feed.xml)")
    (content / "writeups" / "a-good-one.md").write_text(text, encoding="utf-8")
    (problem,) = problems_in(content)
    assert problem.message == "the link points to a missing page: feed.xml"
    assert problem.hint == "it is written if base_url is set in site.yaml (and the feed only if there are write-ups)"


def test_links_that_depend_on_broken_settings_are_not_reported_with_them(content: Path) -> None:
    write_file(content, "site.yaml", SITES["key"])
    text = WRITEUP.replace("(#first-part)", "(../feed.xml)")
    (content / "writeups" / "a-good-one.md").write_text(text, encoding="utf-8")
    (problem,) = problems_in(content)
    assert problem.place == str(content / "site.yaml")


def test_quotes_of_a_broken_claim_are_not_reported_with_it(content: Path) -> None:
    for file, name in {"writeups/one.md": "sign expect", "writeups/two.md": "open block"}.items():
        write_file(content, file, WRITEUPS[name])
    assert [problem.message for problem in problems_in(content)] == [
        WRITEUPS["sign expect"].message,
        WRITEUPS["open block"].message,
    ]


def test_several_mistakes_in_one_file_come_in_the_order_of_their_places(content: Path) -> None:
    text = WRITEUP
    names = ("unknown key", "dead own", "unknown claim", "unknown signal", "unknown measure")
    for name in names:
        text = text.replace(WRITEUPS[name].old, WRITEUPS[name].new, 1)
    (content / "writeups" / "many.md").write_text(text, encoding="utf-8")
    found = [(problem.line, problem.message) for problem in problems_in(content)]
    assert found == [  # links are looked at when everything else is right
        (4, "unknown key 'tags'"),
        (8, "there is no claim 'rihgt' in this write-up"),
        (15, "expected a signal of small, found 'cel'"),
        (25, "expected a measure, found 'rihgt'"),
    ]
