"""PyTorch as people use it: `torch.nn.LSTM` with Adam, and a loop over `torch.nn.LSTMCell`."""

import time

import torch
from torch.nn import functional

from tests.benchmarks.contenders.serving import SYMBOLS, Timed, serve


def prepare_training(*, units: int, tracks: int, window: int, steps: int, threads: int) -> Timed:
    """Time a step of training with two layers."""
    torch.manual_seed(1)
    layers, readout = torch.nn.LSTM(SYMBOLS, units, num_layers=2), torch.nn.Linear(units, SYMBOLS)
    weights = [*layers.parameters(), *readout.parameters()]
    optimizer = torch.optim.Adam(weights)
    text = torch.randint(SYMBOLS, (steps, window + 1, tracks))

    def timed() -> float:
        torch.set_num_threads(threads)
        began = time.perf_counter()
        for batch in text:
            hidden, _ = layers(functional.one_hot(batch[:-1], SYMBOLS).float())
            loss = functional.cross_entropy(readout(hidden).flatten(0, 1), batch[1:].flatten())
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
        return (time.perf_counter() - began) / steps

    return timed


def prepare_loop(*, units: int, sequences: int, length: int) -> Timed:
    """Time a loop that keeps the hidden and the cell state after each step."""
    torch.manual_seed(1)
    cells = [torch.nn.LSTMCell(SYMBOLS, units), torch.nn.LSTMCell(units, units)]
    readout = torch.nn.Linear(units, SYMBOLS)
    text = torch.randint(SYMBOLS, (length + 1, sequences))

    def timed() -> float:
        began = time.perf_counter()
        states = [(torch.zeros(sequences, units), torch.zeros(sequences, units)) for _ in cells]
        kept = []
        with torch.no_grad():
            for tokens in text:
                flow = functional.one_hot(tokens, SYMBOLS).float()
                for at, cell in enumerate(cells):
                    states[at] = cell(flow, states[at])
                    flow = states[at][0]
                kept.append([readout(flow).numpy(), *(values.numpy() for state in states for values in state)])
        return time.perf_counter() - began

    return timed


if __name__ == "__main__":
    serve({"training": prepare_training, "loop": prepare_loop})
