"""What authors write, read and checked: Markdown, prose with its quotes, blocks, write-ups, the site's own file."""
