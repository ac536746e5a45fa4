"""Programs that do the same work, ours and those that people would use instead, each in a process of its own."""
