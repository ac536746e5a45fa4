"""Builds that are killed, interrupted or refused by the system at one of their file-system calls."""
