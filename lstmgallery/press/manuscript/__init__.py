"""Parse and check the authors' content: Markdown, prose with quotes, blocks, write-ups, `site.yaml`."""
