"""What authors take for granted works: every piece of Markdown comes out as the HTML that it means."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmgallery.press.manuscript.losses import compare
from lstmgallery.press.manuscript.markup import convert, finish, regions, sanitise, to_html, with_plain_blanks
from tests.press.conftest import Element, parse_html


def html_of(text: str, lang: str = "en") -> str:
    """Return Markdown as it is published, which must have no faults."""
    converted = convert(text, lang)
    compared = compare(converted)
    assert [*converted.faults, *compared.faults] == []
    return finish(compared.html)


def page_of(text: str) -> Element:
    return parse_html(html_of(text))


def faults_of(text: str) -> list[str]:
    converted = convert(text)
    return [fault.needles[0] for fault in (*converted.faults, *compare(converted).faults)]


WRITTEN_WRONG = ["https:b.org", "http:/d", "https://f g", "https://i:99999"]  # browsers find pages of this site there
MEANINGS = "<dd><p>m</p><ul><li>a</li></ul></dd><dd><p>n</p><ol><li>b</li></ol></dd>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("- a\n  - b\n    - c\n", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"),
        ("- a\n    - b\n", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("1. a\n   - b\n", "<ol><li>a<ul><li>b</li></ul></li></ol>"),
        ("Text:\n- a\n- b\n", "<p>Text:</p><ul><li>a</li><li>b</li></ul>"),
        ("1. a\n\n   ```\n   b\n   c\n   ```\n", "<ol><li><p>a</p><pre><code>b\nc</code></pre></li></ol>"),
        ("~~old~~ new", "<p><del>old</del> new</p>"),
        ("Term\n: Meaning\n", "<dl><dt>Term</dt><dd>Meaning</dd></dl>"),
        ("##### Five\n\n###### Six\n", "<h5>Five</h5><h6>Six</h6>"),
        ("    state = {1: 0}\n", "<pre><code>state = {1: 0}</code></pre>"),
        ("```python\nx < 1\n```\n", "<pre><code>x &lt; 1</code></pre>"),
        ("\\<start> &lt;end> a < b <- c", "<p>&lt;start&gt; &lt;end&gt; a &lt; b &lt;- c</p>"),
        ("`<start>` and ``a`<b``", "<p><code>&lt;start&gt;</code> and <code>a`&lt;b</code></p>"),
        ("<!-- a note to myself -->\n\nText.", "<p>Text.</p>"),
        ("<p>One\n<p>Two", "<p>One</p><p>Two</p>"),
        ("1. a\n  - b\n", "<ol><li>a<ul><li>b</li></ul></li></ol>"),
        ("- a\n1. b\n", "<ul><li>a</li></ul><ol><li>b</li></ol>"),
        ("3) a\n4) b\n", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("- a\nb\n- c\n", "<ul><li>a\nb</li><li>c</li></ul>"),
        ("- a\n\n  b\n  - c\n", "<ul><li><p>a</p><p>b</p><ul><li>c</li></ul></li></ul>"),
        ("- a\n  ## B\n  c\n", "<ul><li><p>a</p><h2>B</h2><p>c</p></li></ul>"),
        ("- a\n  > b\n", "<ul><li><p>a</p><blockquote><p>b</p></blockquote></li></ul>"),
        ("> - a\n>   - b\n", "<blockquote><ul><li>a<ul><li>b</li></ul></li></ul></blockquote>"),
        ("> ```\n> a\n>\n>  b\n> ```\n", "<blockquote><pre><code>a\n\n b</code></pre></blockquote>"),
        ("a\n```\nb\n```\nc\n", "<p>a</p><pre><code>b</code></pre><p>c</p>"),
        ("    ```\n    {b}\n    ```\n", "<pre><code>```\n{b}\n```</code></pre>"),
        ("1986\\. a\n\nb\n1986. c\n", "<p>1986. a</p><p>b\n1986. c</p>"),
        ("#5 and ## C#\n\n## C#\n\n## D ##\n", "<p>#5 and ## C#</p><h2>C#</h2><h2>D</h2>"),
        ("a\\\nb  \nc\n", "<p>a<br>b<br>c</p>"),
        ("a <!DOCTYPE b> c", "<p>a &lt;!DOCTYPE b&gt; c</p>"),
        ("<!-- never closed\n\nText", "<p>&lt;!– never closed</p><p>Text</p>"),
        ("&notit; &copy; &#169; &copy", "<p>&amp;notit; © © &amp;copy</p>"),
        ("T\n: m\n  - a\n    - b\n", "<dl><dt>T</dt><dd><p>m</p><ul><li>a<ul><li>b</li></ul></li></ul></dd></dl>"),
        ("T\n: m\n  - a\n: n\n  1. b\n", f"<dl><dt>T</dt>{MEANINGS}</dl>"),
        ("[call](tel:+49-123)", '<p><a href="tel:+49-123">call</a></p>'),
    ],
)
def test_markdown_means_what_it_does_elsewhere(text: str, html: str) -> None:
    found = re.sub(r"\n(?=<|$)|(?<=>)\n", "", html_of(text))
    assert found == html


def test_details_open_and_hold_markdown() -> None:
    page = page_of("<details open>\n<summary>More</summary>\n\nHidden **text**.\n\n- item\n\n</details>\n")
    details = page.one("details")
    assert details.one("summary").text == "More"
    assert details.one("strong").text == "text"
    assert details.one("li").text == "item"
    assert page_of("<details><summary>More</summary>Hidden text.</details>").one("details").text == "MoreHidden text."


def test_a_footnote_and_its_references_lead_to_each_other() -> None:
    page = page_of("One[^a], again[^a], other[^b-c] and^[Inline.].\n\n[^a]: First.\n[^b-c]: Second.\n")
    references = page.all("sup")
    notes = page.one("section").all("li")
    assert [(sup.text, sup["id"], sup.one("a")["href"]) for sup in references] == [
        ("1", "fnref-a", "#fn-a"),
        ("1", "fnref-a-2", "#fn-a"),
        ("2", "fnref-b-c", "#fn-b-c"),
        ("3", "fnref-inline-3", "#fn-inline-3"),
    ]
    assert [note["id"] for note in notes] == ["fn-a", "fn-b-c", "fn-inline-3"]
    assert [a["href"] for a in notes[0].all("a")] == ["#fnref-a", "#fnref-a-2"]
    assert "First." in notes[0].text


@pytest.mark.parametrize("indent", ["  ", "   ", "    "])
def test_a_footnote_holds_lists_however_far_they_are_indented(indent: str) -> None:
    lines = ["Word[^n].", "", "[^n]: Note", "- a", "  - b", "- c"]
    page = page_of("\n".join([*lines[:3], *(indent + line for line in lines[3:])]))
    outer, inner = page.one("section").all("ul")
    assert [item.text for item in (*outer.all("li"), *inner.all("li"))] == ["ab", "b", "c", "b"]


def test_a_footnote_keeps_its_id_where_another_is_put_before_it() -> None:
    before, after = page_of("A[^x].\n\n[^x]: X.\n"), page_of("B[^y]. A[^x].\n\n[^x]: X.\n[^y]: Y.\n")
    assert before.one("li")["id"] == "fn-x"
    assert {li["id"] for li in after.all("li")} == {"fn-x", "fn-y"}


def test_columns_keep_their_alignment_without_styles() -> None:
    page = page_of("| a | b | c | d |\n|---|:--|--:|:-:|\n| 1 | 2 | 3 | 4 |\n")
    classes = [None, "align-left", "align-right", "align-center"]
    assert [cell.attributes.get("class") for cell in page.all("th")] == classes
    assert [cell.attributes.get("class") for cell in page.all("td")] == classes
    assert [cell.text for cell in page.all("td")] == ["1", "2", "3", "4"]


def test_a_task_is_a_checkbox_that_says_whether_it_is_done() -> None:
    page = page_of("- [ ] one\n- [x] two\n- [X] three\n- \\[ ] four\n- [ ]five\n")
    assert [("checked" in box.attributes, box["aria-label"]) for box in page.all("input")] == [
        (False, "to do"),
        (True, "done"),
        (True, "done"),
    ]
    assert [li.text.strip() for li in page.all("li")] == ["one", "two", "three", "[ ] four", "[ ]five"]


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f", "\u3000"])
def test_a_marker_may_be_followed_by_another_blank(blank: str) -> None:
    for line, plain in ((f"##{blank}A{blank}b", f"## A{blank}b"), (f"-{blank}a", "- a"), (f"1.{blank}a", "1. a")):
        assert with_plain_blanks(line) == plain


@pytest.mark.parametrize(
    ("text", "shown", "lang"),
    [
        ('It\'s "so" -- or...', "It’s “so” – or…", "en"),
        ("\"so\" und 'so' geht's", "„so“ und ‚so‘ geht’s", "de-AT"),
        ('"*so*" ("[so](a.md)", "`so`"', "“so” (“so”, “so”", "en"),
        ('"so" a --- b', '"so" a — b', "fi"),
        ("(c) (a) +- `--`", "(c) (a) +- --", "en"),
    ],
)
def test_quotation_marks_and_dashes_are_those_of_the_language(text: str, shown: str, lang: str) -> None:
    assert parse_html(html_of(text, lang)).one("p").text == shown


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("<start> and <end>", ["<start>", "<end>"]),
        ("<div class=x>text</div>", ["<div class=x>"]),
        ("a<b and b>c", ["<b and b>"]),
        ("<b>open\n\nand on", ["<b>"]),
        ("<details>\n\nText", ["<details>"]),
        ("Text\n\n```python\nx = 1\n", ["```"]),
        ("- a\n\n  ~~~~\n  x\n  ~~~\n", ["~~~~"]),
        ("<b>over\n\ntwo</b> paragraphs", ["<b>"]),
        ("<b><i>x</b></i>", ["<i>"]),
        ("<script>alert(1)</script>\n\nText <eos>.", ["<script>", "<eos>"]),
        ("<?php x ?> and <b y>", ["<?php x ?>", "<b y>"]),
        ("[a](ftp://b) [c](x:y) [d](javascript:e)", ["ftp://b", "x:y", "javascript:e"]),
        ("[a](https:b.org) [c](http:/d) [e](<https://f g>) [h](https://i:99999)", WRITTEN_WRONG),
        ("[a](mailto:) [b]() <a href=''>c</a>", ["mailto:", "](", "]("]),
        ("<a href=x>a <a href=y>b</a></a>", ["<a href=y>"]),
        ("<td>x</td>", ["<td>"]),
        ("<p style='color: red'>x</p>", ["<p style='color: red'>"]),
        ("[^1] and [^2]\n\n[^2]: Two.\n[^3]: Three.\n", ["[^1]", "[^3]"]),
        ("[a]: b\n[a]: c\n\n[a]", ["["]),
        ("| a | b |\n|---|---|\n| 1 | `2` | 3 |\n", ["3"]),
        ("Text\n\n[a]: b\n", ["["]),
    ],
)
def test_whatever_would_be_lost_is_a_fault(text: str, faults: list[str]) -> None:
    assert faults_of(text) == faults


FORMS = (
    *(
        "{}",
        "<{}>",
        "</{}>",
        "<b>{}",
        "<b>{}</b>",
        "{}</i>",
        "a<{} and b>c",
        "*{}*",
        "**{}",
        "~~{}~~",
        "`{}`",
        "``{}`",
        "\\<{}>",
    ),
    *(
        "<p>{}",
        "<p>{}</p>",
        "<div>{}</div>",
        "<td>{}</td>",
        "<table><tr><td>{}</table>",
        "<table>{}</table>",
        "<ul>{}</ul>",
    ),
    *(
        "<script>{}</script>",
        "<style>{}",
        "<title>{}</title>",
        "<textarea>{}",
        "<select><option>{}</select>",
        "<svg>{}</svg>",
    ),
    *(
        "<details><summary>{}</summary>",
        "</details>",
        "<!DOCTYPE {}>",
        "<?{}?>",
        "<![CDATA[{}]]>",
        "&lt;{}&gt;",
        "&{};",
    ),
    *(
        "- {}",
        "  - {}",
        "    {}",
        "1. {}",
        "> {}",
        "## {}",
        "###### {}",
        "# {}",
        "{}\n===",
        "```\n{}\n```",
        "   ```\n   {}",
    ),
    *("[{}](https://example.org)", "[{}](ftp://x)", "[{}]", "[{}][x]", "- [ ] {}", "- [x] {}", "Term\n: {}", ": {}"),
    *(
        "| a | b |\n|---|--:|\n| {} | c |",
        "| a |\n|---|\n| b | {} |",
        "| {} |\n|---|",
        "text[^n]",
        "[^n]: {}",
        "^[{}]",
        "[^{}]",
    ),
    *(
        "\t{}",
        "> > {}",
        "1) {}",
        "+ {}",
        "- - {}",
        "- ```\n  {}\n  ```",
        "> ```\n> {}\n> ```",
        "    ```\n    {}\n    ```",
    ),
    *("[{}]: x", "![{}](a.png)", "<{}@x.org>", "<https://x.org/{}>", "<!--", "-->", "<pre>{}\n\n</pre>", "<p>{}\n- x"),
    *(
        "---",
        "===",
        "|---|",
        "{} |",
        "-",
        "1.",
        ":",
        "`",
        "``",
        "^[",
        "]",
        "{}\\",
        "#{}",
        "'{}'",
        "Term\n:   {}\n\n    {}x",
    ),
)
ENDS = ("\n", "\n\n", " ", "\n  ", "\n    ", "\n> ")


def text_of(forms: list[tuple[str, str]], words: list[str]) -> str:
    """Return Markdown of forms with a word each; what follows a fence on its line would be its language."""
    ends = ["\n" if form.endswith("```") else end for form, end in forms]
    return "".join(form.replace("{}", word) + end for (form, _), word, end in zip(forms, words, ends, strict=True))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FORMS), st.sampled_from(ENDS)), min_size=1, max_size=7))
def test_every_word_that_was_typed_is_shown_or_its_loss_is_a_fault(forms: list[tuple[str, str]]) -> None:
    words = [f"word{number}x" for number in range(len(forms))]
    text = text_of(forms, words)
    converted = convert(text)
    compared = compare(converted)
    if not converted.faults and not compared.faults:
        page = finish(compared.html)
        hidden = "".join(re.findall(r"<!--.*?-->", text, re.DOTALL) + re.findall(r"(?:```|~~~)[^\n]*", text))
        assert not re.search("[\ue000-\uf8ff\x02\x03]", page)
        assert [word for word in words if word in text and word not in page and word not in hidden] == []


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FORMS), st.sampled_from(ENDS)), min_size=1, max_size=7), st.data())
def test_a_fault_names_the_lines_of_what_would_be_lost(forms: list[tuple[str, str]], data: st.DataObject) -> None:
    words = [f"word{number}x" for number in range(len(forms))]
    words[data.draw(st.integers(0, len(words) - 1))] = "<eos>"
    text = text_of(forms, words)
    converted = convert(text)
    lines = [number for number, line in enumerate(text.split("\n")) if "<eos>" in line]
    faults = [fault for fault in (*converted.faults, *compare(converted).faults) if fault.needles[0] == "<eos>"]
    assert [fault for fault in faults if not any(fault.first <= line < fault.last for line in lines)] == []


def test_what_would_be_lost_is_shown_as_it_was_typed() -> None:
    compared = compare(convert("One <two> three.\n\n<four>\n"))
    assert "One &lt;two&gt; three." in compared.html
    assert "&lt;four&gt;" in compared.html


def test_lists_and_quotations_within_each_other_have_an_end() -> None:
    for sign in ("- ", "> ", "1. ", "- > "):
        page = page_of(sign * 300 + "word\n")
        assert "word" in page.text
        assert len(page.all("li") + page.all("blockquote")) == 20


def test_the_sanitiser_never_sees_ids_classes_or_checkboxes() -> None:
    raw = to_html("- [x] a[^1]\n\n| a |\n|--:|\n| b |\n\n[^1]: Text.\n")
    assert not re.search(" id=| class=| style=|<input|<section", raw)
    assert not re.search(" id=| class=| style=|<input|<section", sanitise(raw))


def test_code_and_html_are_found_by_their_lines() -> None:
    text = "Text\n\n    code\n\n- ```figure\n  id: x\n  ```\n\n<!--\n\n-->\n"
    assert [(region.kind, region.first, region.last) for region in regions(text)] == [
        ("code_block", 2, 3),
        ("fence", 4, 7),
        ("html_block", 8, 11),
    ]
