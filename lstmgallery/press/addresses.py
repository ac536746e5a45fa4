"""The addresses of the site: the paths of its pages, and the fragments other pages can link to.

The state of an explorer is in the fragment of its address, `explorer/counter.html#text=aaX&neuron=1`, as pairs
`key=value` joined by `&`, percent-encoded:

    text      the text the network reads; networks of real text read unknown characters as the unknown token
    layer     layer shown, from 1
    signal    signal shown in the overview: `cell`, `hidden`, `input_gate`, ...
    neuron    neuron shown, from 1
    step      step spelled out, from 0; step 0 reads the start token
    do        changes, joined by `,`; each is one of
                  <layer>.<neuron>.<signal>=<value>@<step>           held at a value from a step on
                  <layer>.<neuron>.<signal>+<amount>@<step>          added to the memory at one step (amount may be < 0)
                  <layer>.<neuron>.<signal>+<amount>counts@<step>    the same, in units of the effect of one more a
    write     `greedy`, or `<temperature>~<seed>`: the network writes on after the text. What it writes is never in an
              address: it follows from the seed, and is marked as written by a network wherever it is shown
    find      `<first step>-<last step>~<threshold>`: neurons that are on from first to last, off just before and after;
              the threshold is a share of the signal's range
    sort      `number` (by role without it)
    filter    text that the neuron's number or role must contain
    letters   `off`: no characters in the overview

Missing keys take their defaults; unreadable ones are reported on the page and take their defaults too.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from lstmgallery.listing import WRITEUPS
from lstmgallery.network import Network


def web_address(text: str) -> str:
    """Return the address of a folder on the web as feeds and sitemaps need it: in ASCII, and with a slash at its end.

    Blanks and letters of other scripts are percent-encoded in the path, and in the name of the host written as its
    registrars do (IDNA). What is percent-encoded already stays. Raises `ValueError` for anything else.
    """
    parts = urlsplit(text)
    host, port = parts.hostname or "", parts.port  # a port that is no number raises
    if parts.scheme not in ("http", "https") or "?" in text or "#" in text or "@" in parts.netloc:
        raise ValueError("expected http or https, a host and a path, and nothing else")
    is_host = re.fullmatch(r"[\w.-]+|[0-9a-f:.]+", host) and not re.search("[ßς]", host)  # IDNA 2003 loses these two
    if not is_host or text != text.strip() or re.search(r"[\x00-\x1f\\]", text):
        raise ValueError("expected a host and a path that browsers accept")
    ascii_host = f"[{host}]" if ":" in host else host.encode("idna").decode()
    path = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", parts.path)
    encoded = quote(path, safe="/%:@!$&'()*+,;=~-._").rstrip("/")
    return f"{parts.scheme}://{ascii_host}" + (f":{port}" if port is not None else "") + encoded + "/"


def network_path(network: str) -> str:
    """Return the path of a network's page in the site."""
    return f"networks/{network}/index.html"


def neuron_path(network: str, layer: int | str, neuron: int | str) -> str:
    """Return the path of a neuron's page in the site; layers and neurons count from 1, or are names of places."""
    return f"networks/{network}/layer-{layer}/neuron-{neuron}.html"


def explorer_path(network: str) -> str:
    """Return the path of a network's explorer in the site."""
    return f"explorer/{network}.html"


def writeup_path(slug: str, *, folder: str = WRITEUPS) -> str:
    """Return the path of a write-up's page in the site; `folder` is that of its content file, as of comparisons."""
    return f"{folder}/{slug}.html"


def figure_path(slug: str, figure: str, extension: str, *, folder: str = WRITEUPS) -> str:
    """Return the path of one figure alone: `html` for the page, `svg` for the drawing, `csv` for the numbers."""
    return f"{folder}/{slug}/{figure}.{extension}"


def network_fragments(network: Network) -> set[str]:
    """Return the fragments of a network's page."""
    found = {"roles", "chosen", "training", "loss", "files"}
    if not network.task.text:
        found |= {"seeds", *(f"{part}-{layer}" for part in ("layer", "overview") for layer in network.layer_numbers)}
    if network.kind.gates:
        found |= {"gates", *(f"gates-{layer}" for layer in network.layer_numbers)}
    if network.task.strata_names:
        found.add("held-out")
    task = network.task
    if task.rule:
        found.add("right")
    if task.dose or task.twins:
        found.add("together")
    if task.sizes:
        found |= {"frontier", "right-by-size", "memory-by-size"}
    if task.sizes and task.dose:
        found.add("written-by-size")
    return found


def explorer_url(
    network: str,
    *,
    text: str | None = None,
    layer: int | None = None,
    signal: str | None = None,
    neuron: int | None = None,
    step: int | None = None,
    do: Sequence[str] = (),
    write: str | None = None,
    find: str | None = None,
) -> str:
    """Return the path and fragment that open a network's explorer in a state; the module's docstring lists the keys."""
    state = {
        "text": text,
        "layer": layer,
        "signal": signal,
        "neuron": neuron,
        "step": step,
        "do": ",".join(do) or None,
        "write": write,
        "find": find,
    }
    pairs = [f"{key}={quote(str(value), safe='')}" for key, value in state.items() if value is not None]
    return explorer_path(network) + ("#" + "&".join(pairs) if pairs else "")


def hold(layer: int, neuron: int, signal: str, value: float, *, step: int) -> str:
    """Return the change, in the syntax of `do`, that holds a signal at `value` from `step` on."""
    return f"{layer}.{neuron}.{signal}={value:g}@{step}"


def add_counts(layer: int, neuron: int, signal: str, counts: float, *, step: int) -> str:
    """Return the change, in the syntax of `do`, that adds the effect of `counts` a's to a memory at `step`."""
    return f"{layer}.{neuron}.{signal}+{counts:g}counts@{step}"
