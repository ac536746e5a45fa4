"""`python -m lstmgallery`."""

from lstmgallery.cli import main

if __name__ == "__main__":
    main(prog_name="lstmgallery")
