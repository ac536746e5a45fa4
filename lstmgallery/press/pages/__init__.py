"""Pages of the site: what they show, gathered from content and results, and how they are rendered."""
