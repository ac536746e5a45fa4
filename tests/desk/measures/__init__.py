"""Tests of the measures, a file for each."""
