"""The cost of a keystroke in the explorer of real text: `python -m tests.benchmarks.typing_text`.

A network of 2 layers of 128 units with random weights is on a page of its own. Characters are typed, as in
`tests.benchmarks.typing`, at the end of a text of 275; at its beginning, so that all of it is read again; and at its
end while the network writes on. It also prints after how long a page shows its text, and has read it.
"""

import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.benchmarks.typing import MOST_MILLISECONDS, report_keystrokes, trace_keystrokes
from tests.browser.text_pages import half_weights, text_network, write_explorer
from tests.check import find_chromium

TEXT = "The quick brown fox jumps over the lazy dog, 12 times. " * 5
CASES = {  # the part of the address, and the key that leads to the place
    "at the end": ("", "End"),
    "at the beginning": ("", "Control+Home"),
    "at the end, with the network writing on": ("#write=0.8~1", "Control+End"),
}
READ = "() => lstmgallery.read && !document.querySelector('.text-line:not(:has(i))')"


def main() -> None:
    """Print the cost of keystrokes; exit with 1 if the 95th percentile of the longest frame is too high."""
    judged = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        network = text_network(Path(folder), units=128, shown=[TEXT])
        path = write_explorer(Path(folder) / "site", network, half_weights(network, seed=1, scale=0.2))
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        print(
            f"{network.layers} layers of {network.units}, {len(network.task.vocabulary)} tokens, {len(TEXT)} characters"
        )
        for name, (fragment, key) in CASES.items():
            page = chromium.new_page(viewport={"width": 1280, "height": 2400})
            begun = time.perf_counter()
            page.goto(path.as_uri() + fragment, wait_until="commit")
            page.locator(".text-line").first.wait_for()
            shown = time.perf_counter() - begun
            page.wait_for_function(
                "() => window.lstmgallery?.read && !document.querySelector('.text-line:not(:has(i))')"
            )
            read = time.perf_counter() - begun
            print(f"the text is shown after {shown:.2f} s and read after {read:.2f} s")
            judged.append(report_keystrokes(name, trace_keystrokes(page, TEXT, key)))
            page.close()
        chromium.close()
    raise SystemExit(max(judged) >= MOST_MILLISECONDS)


if __name__ == "__main__":
    main()
