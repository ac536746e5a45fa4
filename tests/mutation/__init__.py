"""Mutation: plants small faults one at a time, runs the tests that reach them, and counts the noticed ones.

    python -m tests.mutation                     every room, with its usual sample
    python -m tests.mutation desk press --sample 20 --seed 3
    python -m tests.mutation desk --list         show the faults of the sample, and run nothing

It plants faults in copies of the last commit, never in this checkout.
A run of all rooms takes hours; one that was stopped goes on where it was. No part of the checks.
"""
