"""Build the gallery: `python build_site.py`, or `--help` to see what it can do.

    content/networks/*.md ──► network ──► task        the task, and the ground truth of every step
    content/networks/*.npz       │                    pinned weights, if any
                                 ▼
    the lab (TensorFlow)       train ──► weights ──► trace
                                                       │
    the seam                      Parquet and JSON in build/<network>/
                                                       │
    the desk (NumPy)           equations, roles, interventions, claims
                                                       │
    the press (Jinja2)         content/writeups/*.md ──► pages ──► {path: bytes}
                                                       │
    publish                       staged tree, checked and exchanged with site/

`lstmgallery/build.py` holds these steps in this order.
"""

from lstmgallery.cli import main

if __name__ == "__main__":
    main(prog_name="build_site.py")
