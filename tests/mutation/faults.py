"""Small faults to plant in a source file: one changed place each, found in its syntax tree.

Python and JavaScript share the kinds. Left alone are type annotations, decorators, `assert`, and `strict=` in `zip`,
which a run of a correct program cannot tell apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tree_sitter_javascript
import tree_sitter_python
from tree_sitter import Language, Node, Parser

SWAPS = dict(  # an operator or a word, and what takes its place
    pair.split(" -> ")
    for pair in (
        *("< -> <=", "<= -> <", "> -> >=", ">= -> >", "== -> !=", "!= -> ==", "=== -> !==", "!== -> ==="),
        *("in -> not in", "not in -> in", "is -> is not", "is not -> is"),
        *("+ -> -", "- -> +", "* -> /", "/ -> *", "// -> /", "% -> *", "** -> *", "@ -> *", "| -> &", "& -> |"),
        *("+= -> -=", "-= -> +=", "*= -> /=", "/= -> *=", "|= -> &=", "++ -> --", "-- -> ++"),
        *("and -> or", "or -> and", "&& -> ||", "|| -> &&", "?? -> &&", "break -> continue", "continue -> break"),
    )
)
SWAPPED_IN = {  # nodes whose operator is a child of its own
    *("comparison_operator", "binary_operator", "boolean_operator", "augmented_assignment"),
    *("binary_expression", "augmented_assignment_expression", "update_expression"),
    *("break_statement", "continue_statement"),
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor", "some": "every"}
NAMES |= {"every": "some", "True": "False", "False": "True", "true": "false", "false": "true", "argmin": "argmax"}
NAMES |= {"argmax": "argmin", "minimum": "maximum", "maximum": "minimum", "mean": "sum"}
UNWRAPPED = ("abs", "sorted", "reversed", "round", "set", "Math.abs", "Math.round", "np.abs", "np.sort")
IDENTIFIERS = ("identifier", "property_identifier", "true", "false")
LEFT_ALONE = ("type", "decorator", "assert_statement", "import_statement", "import_from_statement", "comment")
CALLS = ("call", "call_expression")
ACTS = (*CALLS, "await", "await_expression")
CONDITIONS: dict[str, str | int] = {  # what chooses, and where what it chooses by is: a field, or the nth part
    "if_statement": "condition",
    "elif_clause": "condition",
    "while_statement": "condition",
    "ternary_expression": "condition",
    "conditional_expression": 1,
    "if_clause": 0,
}


@dataclass(frozen=True)
class Fault:
    """One place of a file and its replacement; `start` and `end` count bytes, lines count from 1."""

    path: str
    start: int
    end: int
    text: str
    replacement: str
    lines: tuple[int, int]

    def plant(self, source: bytes) -> bytes:
        """Return the source with the fault in it."""
        return source[: self.start] + self.replacement.encode() + source[self.end :]

    def __str__(self) -> str:
        shown = (" ".join(part.split()) or "nothing" for part in (self.text, self.replacement))
        return f"{self.path}:{self.lines[0]}: {' -> '.join(shown)}"


def find_faults(root: Path, path: str) -> list[Fault]:
    """Return every possible fault of the file at `path` below `root`, in the order of its text."""
    source = (root / path).read_bytes()
    suffix = Path(path).suffix
    tree = parser(suffix).parse(source)
    faults = []
    for first, last, replacement in _changes(tree.root_node, {".py": "(not ({}))", ".js": "(!({}))"}[suffix]):
        text = source[first.start_byte : last.end_byte].decode()
        lines = (first.start_point.row + 1, last.end_point.row + 1)
        faults.append(Fault(path, first.start_byte, last.end_byte, text, replacement, lines))
    return sorted(faults, key=lambda fault: (fault.start, fault.end, fault.replacement))


@cache
def parser(suffix: str) -> Parser:
    """Return the parser for files of this suffix."""
    return Parser(Language({".py": tree_sitter_python, ".js": tree_sitter_javascript}[suffix].language()))


def _changes(node: Node, negation: str) -> Iterator[tuple[Node, Node, str]]:
    """Yield each place at or below a node, by its first and its last node, with its replacement."""
    if node.type in LEFT_ALONE or (node.type == "keyword_argument" and _text(node).startswith("strict=")):
        return
    yield from ((place, place, replacement) for place, replacement in _changed(node, negation))
    yield from _dropped(node, "pass" if "not" in negation else ";")
    for child in node.children:
        yield from _changes(child, negation)


def _changed(node: Node, negation: str) -> Iterator[tuple[Node, str]]:
    """Yield the possible changes of a node: of its operator, name, number, sign or condition."""
    text = _text(node)
    if node.type in SWAPPED_IN:
        yield from ((child, SWAPS[_text(child)]) for child in node.children if _text(child) in SWAPS)
    if node.type in IDENTIFIERS and text in NAMES:
        yield node, NAMES[text]
    if node.type in ("integer", "number") and text.isdigit():
        yield node, str(int(text) + 1)
    if node.type in ("float", "number") and "." in text:
        yield node, f"({text} + 0.5)"
    operand = node.child_by_field_name("argument")
    if node.type in ("not_operator", "unary_operator", "unary_expression") and operand:
        yield node, f"({_text(operand)})"
    if node.type in CONDITIONS:
        at = CONDITIONS[node.type]
        condition = node.named_children[at] if isinstance(at, int) else node.child_by_field_name(at)
        if condition and condition.type not in ("comparison_operator", "not_operator"):  # these have their own
            yield condition, negation.format(_text(condition))


def _dropped(node: Node, nothing: str) -> Iterator[tuple[Node, Node, str]]:
    """Yield the possible omissions: a statement with an effect, a named argument, a function around a value."""
    if node.type == "expression_statement" and node.named_children[0].type in ACTS:
        yield node, node, nothing
    if node.type == "keyword_argument":
        after = node.next_sibling
        yield node, after if after and after.type == "," else node, ""
    function, given = (node.child_by_field_name(name) for name in ("function", "arguments"))
    if node.type in CALLS and function and given and _text(function) in UNWRAPPED and given.named_children:
        yield node, node, f"({_text(given.named_children[0])})"


def _text(node: Node) -> str:
    return (node.text or b"").decode()
