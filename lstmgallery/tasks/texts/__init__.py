"""Real text: corpora, ground truth of every character, and the baselines that networks have to beat."""
