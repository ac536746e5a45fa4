"""Where everything stands in the site, and which fragments its pages have for others to link to."""

from lstmgallery.network import Network


def network_path(network: str) -> str:
    """Return the path of a network's page in the site."""
    return f"networks/{network}/index.html"


def neuron_path(network: str, layer: int, neuron: int) -> str:
    """Return the path of a neuron's page in the site; layers and neurons count from 1."""
    return f"networks/{network}/layer-{layer}/neuron-{neuron}.html"


def explorer_path(network: str) -> str:
    """Return the path of a network's explorer in the site."""
    return f"explorer/{network}.html"


def writeup_path(slug: str) -> str:
    """Return the path of a write-up's page in the site."""
    return f"writeups/{slug}.html"


def figure_path(slug: str, figure: str, extension: str) -> str:
    """Return the path of one figure alone: `html` as a page, `svg` as a drawing, `csv` as numbers."""
    return f"writeups/{slug}/{figure}.{extension}"


def network_fragments(network: Network) -> set[str]:
    """Return the fragments of a network's page."""
    found = {"roles", "seeds", "chosen", "gates", "training", "loss", "right", "files"}
    for layer in range(1, network.layers + 1):
        found |= {f"layer-{layer}", f"overview-{layer}", f"gates-{layer}"}
    if network.task.strata_names:
        found.add("held-out")
    task = network.task
    if task.dose or task.twins:
        found.add("together")
    if task.sizes:
        found |= {"frontier", "right-by-size", "memory-by-size"}
    if task.sizes and task.dose:
        found.add("written-by-size")
    return found
