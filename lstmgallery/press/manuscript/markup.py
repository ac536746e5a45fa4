"""Convert Markdown to safe HTML. Authors' text is untrusted and sanitised."""

import markdown
import nh3

# A closed list: none of these reads files or runs code.
EXTENSIONS = ("tables", "fenced_code", "sane_lists", "smarty")
TAGS = {
    *("h2", "h3", "h4", "p", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "hr", "br"),
    *("a", "abbr", "b", "code", "del", "em", "i", "q", "s", "small", "strong", "sub", "sup", "var"),
    *("table", "thead", "tbody", "tr", "th", "td", "img"),
}
ATTRIBUTES = {"a": {"href", "title"}, "abbr": {"title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}


def to_html(text: str) -> str:
    """Return Markdown as HTML, not yet sanitised."""
    return markdown.markdown(text, extensions=list(EXTENSIONS), output_format="html")


def sanitise(html: str) -> str:
    """Return HTML reduced to text markup: no scripts, styles, classes or ids."""
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel=None)
