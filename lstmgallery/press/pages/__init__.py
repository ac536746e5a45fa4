"""Pages of the site: gather their values from content and results, and render them."""
