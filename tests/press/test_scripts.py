"""Scripts are joined and shortened without a change of meaning."""

import pytest

from lstmgallery.press.pages.explorer import explorer_script
from lstmgallery.press.pages.scripts import join_modules, shorten

SHORTENED = {
    "words keep their space": ("const  a = b in c;\n", "const a=b in c;\n"),
    "lines stay lines": ("a = 1\n\n  b = 2", "a=1\nb=2\n"),
    "but not within brackets and after a semicolon": ("f({\n  a,\n  b,\n});\ng();\n", "f({a,b,});g();\n"),
    "comments go": ("// one\na(); // two\n/** @type {A} */\nb(/** @type {B} */ (c), /* d */ e);\n", "a();b((c),e);\n"),
    "a comment keeps words apart": ("return/* a */b", "return b\n"),
    "a comment over two lines is no line of its own": ("a(/* b\n c */ d)", "a(d)\n"),
    "signs that would become one keep their space": ("a + +b - -c + -d / /e/", "a+ +b- -c+-d/ /e/\n"),
    "texts are left alone": ("a = 'b  //  c' + \"/* ' */  \";", "a='b  //  c'+\"/* ' */  \";\n"),
    "templates are left alone": (
        "a = ` b  ${ c }  // ${d ? ` e ${ f } ` : ''} `;",
        "a=` b  ${c}  // ${d?` e ${f} `:''} `;\n",
    ),
    "patterns are left alone": ("a = / b  [/] '/u.test(c);\nd = e / f / g;", "a=/ b  [/] '/u.test(c);d=e/f/g;\n"),
    "a pattern may follow a word": ("return / \\/  `/;", "return/ \\/  `/;\n"),
}


@pytest.mark.parametrize(("code", "short"), SHORTENED.values(), ids=SHORTENED.keys())
def test_space_and_comments_go_and_nothing_else(code: str, short: str) -> None:
    assert shorten(code) == short
    assert shorten(short) == short


def test_modules_become_one_block_without_imports_and_exports() -> None:
    one = 'import {\n  a,\n} from "./a.js";\nimport { b } from "./b.js";\n\nexport const c = a + b;\n'
    other = 'import { c } from "./c.js";\n\nconst e = c;\nexport async function d() {\n  return "export c";\n}\n'
    joined = '"use strict";{const c=a+b;const e=c;async function d(){return"export c";}\n}\n'
    assert join_modules([one, other]) == joined


def test_a_shortened_script_has_nothing_more_to_leave_out() -> None:
    script = explorer_script().decode()
    assert shorten(script) == script
