"""The tests of the tasks that read real text."""
