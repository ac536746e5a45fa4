"""Build the gallery: `python build_site.py`, or `--help` to see what it can do.

    content/networks/*.md ──► network ──► tasks            what to learn
                                 │
                                 ▼
      the lab (TensorFlow)     train ──► weights ──► trace
                                                      │
      the seam                       Parquet and JSON in build/<network>/
                                                      │
      the desk (numpy)               equations, moments ──► measured
                                                      │
      the press (Jinja2)             pages ──► {path: bytes}
                                                      │
      publish                        staged tree, checked, exchanged with site/

`lstmgallery/build.py` holds these steps in this order.
"""

from lstmgallery.cli import main

if __name__ == "__main__":
    main(prog_name="build_site.py")
