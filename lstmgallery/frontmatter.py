"""Read YAML and Markdown with front matter, recording the place of every value.

Takes a file, gives a `Document`: plain values, their places, and the text below the front matter. `validate` turns
the values into a pydantic model and every mistake into a `Problem` with line and column.
"""

import contextlib
import json
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pydantic
import yaml

from lstmgallery.errors import GalleryError, Problem, nearest

KeyPath = tuple[str | int, ...]  # the path of a value: ("task", "longest"), ("shown", 0)
Model = TypeVar("Model", bound=pydantic.BaseModel)
FENCE = "---"
SENTENCES = ("title", "summary", "tagline", "description", "author", "caption", "alt", "says")  # keys of readers' texts
QUOTED = "put the whole text in quotation marks"
BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"  # besides the blank: no-break, narrow, ideographic, ...
_IN_FLOW = re.compile(r"\s*(?:-\s+)?[\w-]+:\s*[\[{]")
DEEPEST, MOST_VALUES = 20, 10_000  # far more than any content file needs, far less than YAML's aliases can expand to


@dataclass(frozen=True)
class Document:
    """A content file: its `values`, the (line, column) of each, counting from 1, and the `body` below them."""

    place: str
    lines: tuple[str, ...]
    values: dict[str, Any]
    marks: dict[KeyPath, tuple[int, int]]
    keys: dict[KeyPath, tuple[int, int]]
    body: str
    body_line: int
    typed: dict[KeyPath, str] = field(default_factory=dict)  # values that YAML reads as numbers, true or false

    def text(self, path: KeyPath) -> str | None:
        """Return the value at `path` as text, as it was typed, even 1.10 or yes; None if it is no text."""
        value: Any = self.values
        for step in path:
            value = value[step]
        return value if isinstance(value, str) else self.typed.get(path)

    def problem(
        self, path: KeyPath, message: str, *, hint: str | None = None, at_key: bool = False, offset: int = 0
    ) -> Problem:
        """Return a problem that points at the value (or the key) at `path`, or at its nearest ancestor.

        `offset` points at a character within a one-line value.
        """
        places = self.keys if at_key else self.marks
        known = next(path[:end] for end in range(len(path), -1, -1) if path[:end] in places or end == 0)
        line, column = places.get(known, (1, 1))
        if offset and known == path:
            first, is_exact = self.text_column(path)
            column = first + offset if is_exact else column
        source = self.lines[line - 1] if line <= len(self.lines) else ""
        return Problem(self.place, message, line=line, column=column, source=source, hint=hint)

    def text_column(self, path: KeyPath) -> tuple[int, bool]:
        """Return the column of the first character of the text at `path`, and whether the text is all on that line."""
        line, column = self.marks[path]
        value = self.text(path)
        found = self.lines[line - 1].find(value, column - 1) if value is not None else -1
        is_exact = found in (column - 1, column)  # after a quotation mark
        return (found + 1 if is_exact else column), is_exact


def read_markdown(path: Path) -> Document:
    """Read a Markdown file with YAML front matter between two lines of `---`."""
    text = _read_text(path)
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        raise GalleryError(
            Problem(
                str(path),
                f"expected front matter between two lines of {FENCE}, found {lines[0][:40]!r}",
                line=1,
                column=1,
                source=lines[0],
                hint=f"start the file with a line {FENCE}, then the keys, then another line {FENCE}",
            )
        )
    end = next((n for n, line in enumerate(lines[1:], start=1) if line.rstrip() == FENCE), None)
    if end is None:
        message = f"the front matter that starts here has no closing line {FENCE}"
        hint = f"add a line {FENCE} below the last key"
        raise GalleryError(Problem(str(path), message, line=1, column=1, source=lines[0], hint=hint))
    front = "\n".join(lines[1:end])
    return _compose(str(path), front, lines, first_line=2, body="\n".join(lines[end + 1 :]), body_line=end + 2)


def read_yaml(path: Path) -> Document:
    """Read a YAML file."""
    text = _read_text(path)
    lines = text.split("\n")
    return _compose(str(path), text, lines, first_line=1, body="", body_line=len(lines))


def read_block(document: Document, first: int, last: int) -> Document:
    """Return the YAML in lines `first` to `last` (counting from 1) of a document, with its places."""
    text = "\n".join(document.lines[first - 1 : last])
    return _compose(document.place, text, list(document.lines), first_line=first, body="", body_line=last + 1)


def validate(model: type[Model], document: Document, **given: str) -> Model:
    """Return the document's values as a `model`; `given` adds values that are not in the file.

    Where the model has text, a number, true or false is the text that was typed: `title: 1.10`, `title: yes`.
    Raises `GalleryError` with every mistake in the document, each with its line and column.
    """
    problems = [
        document.problem((key,), f"unknown key {key!r}", hint=f"remove it: it is {value!r} here", at_key=True)
        for key, value in given.items()
        if key in document.values
    ]
    # Strict JSON: "10" is not a number and yes is not a whole number, but a list may become a tuple.
    values = json.loads(json.dumps({**document.values, **given}))
    try:
        try:
            found = model.model_validate_json(json.dumps(values), strict=True)
        except pydantic.ValidationError as error:
            if not _put_typed(document, values, error):
                raise
            found = model.model_validate_json(json.dumps(values), strict=True)
    except pydantic.ValidationError as error:
        problems += [_problem_of(document, model, dict(detail), given) for detail in error.errors()]
    if problems:
        raise GalleryError(in_order(problems))
    return found


def _put_typed(document: Document, values: Any, error: pydantic.ValidationError) -> bool:
    """Put what was typed in place of every value that the model expects to be text; return whether there was one."""
    is_changed = False
    for detail in error.errors():
        path = _path_of(document, detail["loc"])
        if detail["type"] != "string_type" or path not in document.typed:
            continue
        inner = values
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = document.typed[path]
        is_changed = True
    return is_changed


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return a document's problems sorted by place."""
    return sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0))


def _read_text(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for its writer
            raise GalleryError(Problem(str(path), "expected a file, found a folder, a pipe or a device"))
        return path.read_text(encoding="utf-8").replace("\r\n", "\n").removeprefix("\ufeff")
    except FileNotFoundError:
        found = "a link that leads nowhere" if path.is_symlink() else "none"
        raise GalleryError(Problem(str(path), f"expected a file, found {found}")) from None
    except UnicodeDecodeError as error:
        message = f"expected UTF-8 text, found the byte 0x{error.object[error.start]:02x} at offset {error.start}"
        raise GalleryError(Problem(str(path), message, hint="save the file as UTF-8")) from None
    except OSError as error:
        raise GalleryError(Problem(str(path), f"cannot be read: {error.strerror}")) from None


def _compose(place: str, front: str, lines: list[str], *, first_line: int, body: str, body_line: int) -> Document:
    front = _with_plain_blanks(front)
    typed: dict[KeyPath, str] = {}
    marks: dict[KeyPath, tuple[int, int]] = {}
    keys: dict[KeyPath, tuple[int, int]] = {}

    def place_of(index: int) -> tuple[int, int]:  # YAML breaks lines at more characters than editors do
        before = front[:index]
        return before.count("\n") + first_line, index - before.rfind("\n")

    def fail(index: int, message: str, hint: str | None = None) -> GalleryError:
        line, column = place_of(index)
        return GalleryError(Problem(place, message, line, column, lines[line - 1], hint))

    def value_of(node: yaml.Node, at: KeyPath) -> Any:
        marks[at] = place_of(node.start_mark.index)
        if len(at) > DEEPEST or len(marks) > MOST_VALUES:
            raise fail(node.start_mark.index, "this YAML refers to itself or is nested too deeply")
        if isinstance(node, yaml.MappingNode):
            mapping: dict[str, Any] = {}
            for key_node, value_node in node.value:
                if not isinstance(key_node, yaml.ScalarNode):
                    raise fail(key_node.start_mark.index, "expected a key, found a list or a mapping")
                key = text_of(key_node)
                if key in mapping:
                    hint = f"remove one of them; the first is on line {keys[*at, key][0]}"
                    raise fail(key_node.start_mark.index, f"duplicate key {key!r}", hint)
                keys[*at, key] = place_of(key_node.start_mark.index)
                mapping[key] = value_of(value_node, (*at, key))
            return mapping
        if isinstance(node, yaml.SequenceNode):
            return [value_of(item, (*at, index)) for index, item in enumerate(node.value)]
        text = text_of(node)
        assert isinstance(node, yaml.ScalarNode)
        check_whole(node, at)
        if node.tag.removeprefix("tag:yaml.org,2002:") in ("timestamp", "merge", "value"):  # a date, << and =
            return text
        try:
            value = loader.construct_object(node)
            json.dumps(value)
        except (ValueError, TypeError, LookupError):  # a tag that does not fit its text, a number out of range
            message = f"expected text, a number, true or false, found {text[:40]!r}"
            raise fail(node.start_mark.index, message) from None
        is_odd = isinstance(value, int) and not isinstance(value, bool) and text.removeprefix("+") != str(value)
        if is_odd or (isinstance(value, float) and ":" in text):  # 010 would be eight, 10:30 would be 630
            return text
        if not isinstance(value, str) and value is not None and node.style in (None, ""):
            typed[at] = text
        return value

    def check_whole(node: yaml.ScalarNode, at: KeyPath) -> None:
        """Refuse a text if YAML drops a part of it: a comment after it, or a name or tag before it."""
        start, end = node.start_mark.index, node.end_mark.index
        sign = front[start : start + 1]
        is_plain, is_text = node.style in (None, ""), node.tag == "tag:yaml.org,2002:str"
        is_empty = node.tag == "tag:yaml.org,2002:null"
        is_sentence = bool(at) and at[-1] in SENTENCES and not is_empty  # even one that looks like a number: 5 # x
        comment = re.match(r"[ \t]+#(?=([^\s#])?)", front[end:]) if is_plain and (is_text or is_sentence) else None
        # Behind a name, as in `kind: counting  # or copying`, a comment is one, unless it begins as #5 does.
        if comment and (comment[1] or " " in node.value or is_sentence):
            hint = f"{QUOTED}, or the comment on a line of its own"
            raise fail(end + comment.end() - 1, "# begins a comment in YAML, which is not part of the text", hint)
        name = re.match(r"&([\w-]+)", front[start:end])
        if (name and f"*{name[1]}" not in front) or (sign == "!" and front[start + 1 : start + 2] != "!"):
            raise fail(start, f"what follows {sign} is not part of the text", _meaning(sign))

    def text_of(node: yaml.Node) -> str:
        text = str(node.value)
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise fail(node.start_mark.index, "expected text, found an unpaired surrogate")
        return text

    try:
        loader, root = _parse(front)
        values = {} if root is None else value_of(root, ())
    except yaml.MarkedYAMLError as error:
        index = error.problem_mark.index if error.problem_mark else 0
        hint = _yaml_hint(str(error.problem), lines[place_of(index)[0] - 1])
        raise fail(index, f"invalid YAML: {error.problem}", hint) from None
    except yaml.reader.ReaderError as error:
        raise fail(error.position, f"invalid YAML: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise fail(0, "this YAML refers to itself or is nested too deeply") from None
    if not isinstance(values, dict):
        raise fail(0, f"expected a mapping of keys to values, found {values!r}")
    return Document(place, tuple(lines), values, marks, keys, body, body_line, typed)


def _with_plain_blanks(front: str) -> str:
    """Return YAML, character by character, with a plain blank for every other one that is not within a text."""

    def plain(match: re.Match[str]) -> str:
        return re.sub(f"[{BLANKS}]", " ", match[0])

    lines = []
    for line in front.split("\n"):
        line = re.sub(rf"^[ {BLANKS}]*(?:-[ {BLANKS}]+)*(?:[\w-]+:(?=[ {BLANKS}]|$)[ {BLANKS}]*)?", plain, line)
        line = re.sub(rf"[ {BLANKS}]+$", plain, line)
        line = (
            re.sub(rf"(?<=[\[,{{:])[{BLANKS}]+|[{BLANKS}]+(?=[\],}}])", plain, line) if _IN_FLOW.match(line) else line
        )
        lines.append(line)
    return "\n".join(lines)


def _yaml_hint(message: str, source: str) -> str | None:
    """Return the fix for a mistake in a line of YAML, if it is a common one."""
    value = re.match(r"\s*(?:- +)?[\w-]+: *(\S)(?!!)", source)  # !!tags are meant as such
    if value and (hint := _meaning(value[1])):
        return hint
    if "mapping values are not allowed" in message:
        return f"the text contains a colon: {QUOTED}"
    if r"'\t' that cannot start" in message:
        return "indent with spaces, not with tabs"
    if re.search(r"\s#", source):
        return f"# begins a comment in YAML: {QUOTED}"
    return None


def _parse(text: str) -> tuple[Any, yaml.Node | None]:
    """Return a loader and the node tree of YAML, parsed by libyaml if it is available, which is much faster.

    YAML that libyaml rejects is parsed again by PyYAML's own parser, which reports errors and their places better.
    """
    if yaml.__with_libyaml__:
        with contextlib.suppress(yaml.YAMLError):
            loader = yaml.CSafeLoader(text)
            return loader, loader.get_single_node()
    plain = yaml.SafeLoader(text)
    return plain, plain.get_single_node()


# Pydantic's error types, in the words of someone who writes a content file.
_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "tuple_type": "a list, as in [one, two]",
    "list_type": "a list, as in [one, two]",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "a number below {lt}",
    "less_than_equal": "at most {le}",
    "string_too_short": "text of at least {min_length} character(s)",
    "string_too_long": "text of at most {max_length} characters",
    "too_short": "a list of at least {min_length} item(s)",
    "too_long": "a list of at most {max_length} items",
    "finite_number": "a finite number",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "union_tag_invalid": "one of {expected_tags}",
}


def _problem_of(
    document: Document, model: type[pydantic.BaseModel], detail: dict[str, Any], given: Mapping[str, str]
) -> Problem:
    kind, context = detail["type"], detail.get("ctx", {})
    path = _path_of(document, detail["loc"])
    if kind in ("value_error", "assertion_error") and path not in document.marks:
        path = path[:-1]  # the tag of a model that is wrong as a whole
    name = ".".join(str(step) for step in path)
    if kind == "extra_forbidden":
        hint = nearest(str(path[-1]), set(_valid_keys(model, detail["loc"][:-1])) - set(given))
        return document.problem(path, f"unknown key {path[-1]!r}", hint=hint, at_key=True)
    if kind == "missing":
        return document.problem(path[:-1], f"expected the key {path[-1]!r}, found none", hint=f"add: {path[-1]}: ...")
    if kind == "union_tag_not_found":
        tag = str(context["discriminator"]).strip("'")
        return document.problem(path, f"{name}: expected the key {tag!r}, found none")
    if kind == "union_tag_invalid":
        tag = str(context["discriminator"]).strip("'")
        valid = [word.strip(" '") for word in context["expected_tags"].split(",")]
        message = f"{name}.{tag}: expected one of {', '.join(valid)}, found {context['tag']!r}"
        return document.problem((*path, tag), message, hint=nearest(str(context["tag"]), valid))
    if kind in ("value_error", "assertion_error"):
        return document.problem(path, f"{name}: {context['error']}" if name else str(context["error"]))
    found = json.dumps(detail["input"], ensure_ascii=False, default=str)
    if kind not in _EXPECTED:
        return document.problem(path, f"{name}: {detail['msg'][:1].lower()}{detail['msg'][1:]}, found {found}")
    expected = _EXPECTED[kind].format(**context)
    if kind != "string_type":
        return document.problem(path, f"{name}: expected {expected}, found {found}")
    found = "nothing" if detail["input"] is None else found
    message = f"{name}: expected {expected}, found {found}"
    return document.problem(path, message, hint=_hint_for_text(document, path))


def _path_of(document: Document, location: Iterable[str | int]) -> KeyPath:
    """Return the path in the document of an error's location."""
    steps = tuple(location)
    path: KeyPath = ()
    for step in steps:  # a tagged union adds its tag to the path; the document has no such level
        if (*path, step) in document.marks or step == steps[-1]:
            path = (*path, step)
    return path


def _hint_for_text(document: Document, path: KeyPath) -> str | None:
    """Return the mend of a value that was meant as text, and is none in YAML."""
    if path not in document.marks:
        return None
    line, column = document.marks[path]
    begins = document.lines[line - 1][column - 1 :].lstrip()
    if begins.startswith(("null", "Null", "NULL", "~")):
        return f"{begins.split()[0]} is nothing in YAML: {QUOTED}"
    return _meaning(begins[:1])


def _meaning(sign: str) -> str | None:
    """Return the mend of a text that begins with a sign of YAML."""
    if sign in ("[", "{"):
        return f"the text begins with a {'bracket' if sign == '[' else 'brace'}: {QUOTED}"
    if sign == "#":
        return f"# begins a comment in YAML: {QUOTED}"
    if sign in ('"', "'"):
        return "put the whole text in quotation marks of the other kind"
    return f"{sign} has a meaning in YAML: {QUOTED}" if sign and sign in "]}>|*&!%@`,?-" else None


def _valid_keys(model: type[pydantic.BaseModel], location: KeyPath) -> list[str]:
    """Return the keys allowed at `location`, found by following the models (and a union's tags) down to it."""
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})

    def resolve(node: dict[str, Any]) -> dict[str, Any]:
        return definitions[node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node

    node = schema
    for step in location:
        if "discriminator" in node:
            node = {"$ref": node["discriminator"]["mapping"].get(str(step), "#/")}
        elif isinstance(step, str):
            node = node.get("properties", {}).get(step, {})
        else:
            node = node.get("items", {})
        node = resolve(node)
    return list(node.get("properties", {}))
