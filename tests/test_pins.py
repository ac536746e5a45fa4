"""A pin is content like any other: it is read back unchanged, and a damaged or unfit one is refused at once."""

import io
import json
import pickle
import random
import re
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.build import build_gallery
from lstmgallery.cells import CELL_KINDS
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.lab.model import build_model, weights_of
from lstmgallery.network import Network
from lstmgallery.origin import Origin
from lstmgallery.pinning import describe
from lstmgallery.pins import HEADER, UNTRAINED_PREFIX, Arrays, Curve, Pin, hash_weights, read_pin, write_pin
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.project import Project
from tests.conftest import random_weights, record, small_network, write_small_content

Parts = dict[str, bytes]  # the members of a pin's file by their names
CURVE = Curve(step=(100, 200), loss=(1.5, 0.25), right=(0.5, 1.0))
KERNEL = "layer_1/kernel.npy"


def pin_small(content: Path, network: Network, weights: Arrays | None = None, *, day: int = 2) -> Path:
    """Pin random weights of a network and return the pin's path."""
    weights = random_weights(network, seed=1) if weights is None else weights
    untrained = random_weights(network, seed=2)
    header = describe(
        network,
        weights,
        untrained,
        criterion={"sequences": 3},
        curve=CURVE,
        origin=Origin.here({"numpy": "2"}),
        today=date(2026, 1, day),
    )
    file = content / "networks" / f"{network.name}.npz"
    write_pin(file, header, weights, untrained)
    return file


@pytest.fixture
def network(tmp_path: Path) -> Network:
    """The small network, its file in a content folder."""
    return small_network(tmp_path)


@pytest.fixture
def file(tmp_path: Path, network: Network) -> Path:
    """Its pin."""
    return pin_small(tmp_path, network)


def refusal(file: Path, network: Network) -> Problem:
    """Return the only problem of a refused pin."""
    with pytest.raises(GalleryError) as raised:
        read_pin(file, network)
    (problem,) = raised.value.problems
    assert problem.place == str(file)
    return problem


def read_parts(file: Path) -> Parts:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_parts(file: Path, parts: Mapping[str, bytes], *, compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def as_npy(values: np.ndarray) -> bytes:
    part = io.BytesIO()
    np.lib.format.write_array(part, values, allow_pickle=True)
    return part.getvalue()


def with_header(change: Callable[[dict[str, Any]], None]) -> Callable[[Parts], None]:
    """Return a change of a pin's parts that changes its header."""

    def changed(parts: Parts) -> None:
        header = json.loads(parts[HEADER])
        change(header)
        parts[HEADER] = json.dumps(header).encode()

    return changed


def require_equal(arrays: Arrays, others: Arrays) -> None:
    assert arrays.keys() == others.keys()
    assert [name for name in arrays if arrays[name].tobytes() != others[name].tobytes()] == []
    assert {name: (values.dtype, values.shape) for name, values in arrays.items()} == {
        name: (values.dtype, values.shape) for name, values in others.items()
    }


def test_a_pin_reads_the_same_again(file: Path, network: Network) -> None:
    pin = read_pin(file, network)
    require_equal(pin.weights, random_weights(network, seed=1))
    require_equal(pin.untrained, random_weights(network, seed=2))
    assert (pin.file, pin.header.curve, pin.header.steps, pin.header.date) == (file, CURVE, 200, date(2026, 1, 2))
    assert pin.header.network == network.training_spec
    assert pin.header.sha256 == hash_weights(pin.weights, pin.untrained)


def test_a_pin_is_an_npz_file_that_numpy_reads_by_itself(file: Path, network: Network) -> None:
    with np.load(file, allow_pickle=False) as arrays:
        for name, values in random_weights(network, seed=1).items():
            np.testing.assert_array_equal(arrays[name], values)


def test_equal_pins_are_equal_bytes(file: Path, network: Network, tmp_path: Path) -> None:
    before = file.read_bytes()
    backwards = dict(reversed(random_weights(network, seed=1).items()))
    assert pin_small(tmp_path, network, backwards).read_bytes() == before


def test_another_day_is_another_pin(file: Path, network: Network, tmp_path: Path) -> None:
    before = file.read_bytes()
    assert pin_small(tmp_path, network, day=3).read_bytes() != before


def test_a_pin_leaves_no_other_file(file: Path) -> None:
    assert sorted(each.name for each in file.parent.iterdir()) == ["small.md", "small.npz"]


@pytest.mark.parametrize(("cell", "layers"), [("lstm", 1), *((cell, 2) for cell in CELL_KINDS)])
def test_the_shapes_of_a_network_s_weights_are_those_of_its_keras_model(tmp_path: Path, cell: str, layers: int) -> None:
    network = small_network(tmp_path, cell=cell, layers=layers)
    weights = weights_of(build_model(network))
    assert network.weight_shapes == {name: values.shape for name, values in weights.items()}


@pytest.mark.parametrize(("cell", "layers"), [("gru", 1), *((cell, 2) for cell in CELL_KINDS)])
def test_every_kind_of_network_can_be_pinned(tmp_path: Path, cell: str, layers: int) -> None:
    network = small_network(tmp_path, cell=cell, layers=layers)
    pin = read_pin(pin_small(tmp_path, network), network)
    require_equal(pin.weights, random_weights(network, seed=1))


def test_a_pin_of_a_task_without_a_criterion_is_read_again(network: Network, tmp_path: Path) -> None:
    pin = read_pin(pin_small(tmp_path, network), network)
    write_pin(pin.file, pin.header.model_copy(update={"criterion": None}), pin.weights, pin.untrained)
    assert read_pin(pin.file, network).header.criterion is None


def test_a_goal_made_optional_needs_no_other_pin(network: Network, tmp_path: Path) -> None:
    file = pin_small(tmp_path, network)
    training = network.training.model_copy(update={"goal": "optional"})
    optional = network.model_copy(update={"training": training})
    require_equal(read_pin(file, optional).weights, random_weights(network, seed=1))


def test_the_hash_sees_names_and_shapes_and_which_weights_are_untrained() -> None:
    values = np.zeros((2, 3), np.float32)
    hashes = [
        hash_weights({"a": values}, {}),
        hash_weights({"b": values}, {}),
        hash_weights({"a": values.T}, {}),
        hash_weights({"a": values.astype(np.int32)}, {}),
        hash_weights({}, {"a": values}),
    ]
    assert len({*hashes}) == len(hashes)


def bomb(parts: Parts) -> None:
    parts[KERNEL] = b"\0" * 50_000_000


def huge_header(parts: Parts) -> None:
    parts[HEADER] = b" " * 5_000_000


def huge_shape(parts: Parts) -> None:
    part = io.BytesIO()
    np.lib.format.write_array_header_1_0(part, {"descr": "<f4", "fortran_order": False, "shape": (10**12, 10)})
    parts[KERNEL] = part.getvalue()


def missing(parts: Parts) -> None:
    del parts["readout/bias.npy"]


def missing_untrained(parts: Parts) -> None:
    del parts[f"{UNTRAINED_PREFIX}readout/bias.npy"]


def extra(parts: Parts) -> None:
    parts["layer_2/kernel.npy"] = parts[KERNEL]


def renamed(parts: Parts) -> None:
    parts[KERNEL.removesuffix(".npy")] = parts.pop(KERNEL)


def kernel(values: np.ndarray) -> Callable[[Parts], None]:
    return lambda parts: parts.update({KERNEL: as_npy(values)})


def no_header(parts: Parts) -> None:
    del parts[HEADER]


def prose_header(parts: Parts) -> None:
    parts[HEADER] = b"Dear reader"


def binary_header(parts: Parts) -> None:
    parts[HEADER] = b"\xff\xfe\x00"


ONES = np.ones((5, 24), np.float32)
KERNEL_EXPECTED = r"layer_1/kernel: expected float32 of shape \(5, 24\), found "
CHANGES: dict[str, tuple[Callable[[Parts], None], str]] = {
    "missing array": (missing, r"expected the arrays .*, found .*"),
    "missing untrained array": (missing_untrained, r"expected the arrays .*, found .*"),
    "array of another kind": (
        lambda parts: parts.update({"notes.txt": b"dear"}),
        r"expected the arrays .*, found 'notes.txt', .*",
    ),
    "extra array": (extra, r"expected the arrays .*, found .*layer_2/kernel.*"),
    "renamed array": (renamed, r"expected the arrays .*, found .*"),
    "wrong shape": (kernel(ONES.T), KERNEL_EXPECTED + r"float32 of shape \(24, 5\)"),
    "fewer numbers": (kernel(ONES[:4]), KERNEL_EXPECTED + r"float32 of shape \(4, 24\)"),
    "float64": (kernel(ONES.astype(np.float64)), KERNEL_EXPECTED + r"float64 of shape \(5, 24\)"),
    "whole numbers": (kernel(ONES.astype(np.int32)), KERNEL_EXPECTED + r"int32 of shape \(5, 24\)"),
    "big-endian": (kernel(ONES.astype(">f4")), KERNEL_EXPECTED + r">f4 of shape \(5, 24\)"),
    "nan": (
        kernel(np.where(np.eye(5, 24) > 0, np.float32("nan"), ONES)),
        "layer_1/kernel: expected finite numbers, found 5 others",
    ),
    "infinity": (kernel(ONES * np.float32("inf")), "layer_1/kernel: expected finite numbers, found 120 others"),
    "other weights": (kernel(ONES), "expected weights with the SHA-256 [0-9a-f]{12}…, found [0-9a-f]{12}…"),
    "no array": (lambda parts: parts.update({KERNEL: b"kernel"}), KERNEL_EXPECTED + "something else .*"),
    "empty array": (lambda parts: parts.update({KERNEL: b""}), KERNEL_EXPECTED + "something else .*"),
    "cut array": (lambda parts: parts.update({KERNEL: parts[KERNEL][:-9]}), KERNEL_EXPECTED + "something else .*"),
    "array of any size": (huge_shape, KERNEL_EXPECTED + "something else .*"),
    "bomb": (bomb, KERNEL_EXPECTED + "50,000,000 bytes"),
    "no header": (no_header, "expected an npz file with header.json, found one without"),
    "header of prose": (prose_header, "header.json: Invalid JSON.*"),
    "header of bytes": (binary_header, "header.json: Invalid JSON.*"),
    "header with another hash": (
        with_header(lambda header: header.update(sha256="0" * 64)),
        "expected weights with the SHA-256 000000000000…, found [0-9a-f]{12}…",
    ),
    "header with an unknown key": (
        with_header(lambda header: header.update(author="me")),
        "header.json: author: Extra inputs are not permitted",
    ),
    "header without a key": (with_header(lambda header: header.pop("curve")), "header.json: curve: Field required"),
    "header of another format": (with_header(lambda header: header.update(format=2)), "header.json: format: .*"),
    "header with an uneven curve": (
        with_header(lambda header: header["curve"].update(loss=[1.0])),
        "header.json: curve: .*expected as many values of each of step, loss, right; or .*",
    ),
    "huge header": (huge_header, "expected a header.json of at most 4,000,000 bytes, found 5,000,000"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_damaged_pin_is_one_problem_that_names_the_file(file: Path, network: Network, change: str) -> None:
    make, message = CHANGES[change]
    parts = read_parts(file)
    make(parts)
    write_parts(file, parts)
    problem = refusal(file, network)
    assert re.fullmatch(message, problem.message, re.DOTALL), problem.message
    assert problem.hint == "restore the file, or unpin it: lstmgallery unpin small"


@pytest.mark.parametrize("name", ["bomb", "huge header"])
def test_what_is_far_too_large_is_refused_before_it_is_read(
    file: Path, network: Network, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = read_parts(file)
    CHANGES[name][0](parts)
    write_parts(file, parts, compression=zipfile.ZIP_DEFLATED)
    assert file.stat().st_size < 200_000
    read: list[int] = []
    original = zipfile.ZipFile.read

    def reading(archive: zipfile.ZipFile, member: str, pwd: bytes | None = None) -> bytes:
        found = original(archive, member, pwd)
        read.append(len(found))
        return found

    monkeypatch.setattr(zipfile.ZipFile, "read", reading)
    refusal(file, network)
    assert max(read, default=0) < 100_000


class Trap:
    """An object that acts as soon as it is unpickled."""

    def __init__(self, file: Path):
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


def test_nothing_in_a_pin_is_executed(file: Path, network: Network, tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    parts = read_parts(file)
    parts[KERNEL] = as_npy(np.array([Trap(sprung)], dtype=object))
    write_parts(file, parts)
    assert re.match(KERNEL_EXPECTED + "something else", refusal(file, network).message)
    assert not sprung.exists()
    pickle.loads(pickle.dumps(Trap(sprung)))
    assert sprung.exists()  # it would have been


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"title: Small\n", b"\x93NUMPY\x01\x00"], ids=["empty", "short", "text", "npy"]
)
def test_what_is_no_npz_file_is_refused(file: Path, network: Network, data: bytes) -> None:
    file.write_bytes(data)
    assert refusal(file, network).message.startswith("expected an npz file, found one that cannot be read (")


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.9, 0.999])
def test_a_truncated_pin_is_refused(file: Path, network: Network, share: float) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: int(share * len(data))])
    assert refusal(file, network).message.startswith("expected an npz file, found one that cannot be read (")


def test_a_part_that_stands_twice_is_refused(file: Path, network: Network) -> None:
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(KERNEL, as_npy(ONES))
    assert refusal(file, network).message == "expected every part once, found one twice"


def test_a_flipped_bit_is_refused_or_changes_nothing(file: Path, network: Network) -> None:
    data, pin = file.read_bytes(), read_pin(file, network)
    chance = random.Random(1)
    with zipfile.ZipFile(file) as archive:
        header = archive.getinfo(HEADER)
        ends = [info.header_offset for info in archive.infolist()]
        names = [*range(header.compress_size + 60), *(at for end in ends for at in range(end, end + 60))]
    places = [*names[::3], *chance.sample(range(len(data)), 200), *range(len(data) - 1_200, len(data))]
    for at in places:
        changed = bytearray(data)
        changed[at] ^= 1 << chance.randrange(8)
        file.write_bytes(changed)
        problems, found = outcome(file, network)
        assert {problem.place for problem in problems} <= {str(file)}
        if found is not None:
            require_equal(found.weights, pin.weights)
            require_equal(found.untrained, pin.untrained)
            assert found.header == pin.header


def outcome(file: Path, network: Network) -> tuple[tuple[Problem, ...], Pin | None]:
    """Return the pin, or the problem for which it is refused."""
    try:
        return (), read_pin(file, network)
    except GalleryError as error:
        return error.problems, None


@given(
    changes=st.lists(st.tuples(st.integers(0, 127), st.sampled_from(b"()[]{},:'\"<fiO0129 \n\\#\xff\x00")), min_size=1)
)
def test_an_array_with_any_other_head_is_refused(changes: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        network = small_network(Path(folder))
        file = pin_small(Path(folder), network)
        parts = read_parts(file)
        head = bytearray(parts[KERNEL])
        for at, byte in changes:
            head[at] = byte
        parts[KERNEL] = bytes(head)
        write_parts(file, parts)
        with warnings.catch_warnings(action="ignore"):
            problems, found = outcome(file, network)
    assert len(problems) == 1 if found is None else found.header.sha256 == hash_weights(found.weights, found.untrained)


EDITS = {
    "units": ("units: 6", "units: 7", "units: 7 in the front matter, 6 in the pin"),
    "layers": ("layers: 1", "layers: 2", "layers: 2 in the front matter, 1 in the pin"),
    "cell": ("cell: lstm", "cell: gru", "cell: gru in the front matter, lstm in the pin"),
    "task range": ("longest: 3", "longest: 4", "task.longest: 4 in the front matter, 3 in the pin"),
    "seed": ("seed: 1", "seed: 2", "seed: 2 in the front matter, 1 in the pin"),
    "training": ("steps: 200", "steps: 300", "training.steps: 300 in the front matter, 200 in the pin"),
    "default": (
        "steps: 200",
        "steps: 200\n  batch: 32",
        "training.batch: 32 in the front matter, 64 in the pin",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_pin_of_another_network_names_the_key_and_both_values(file: Path, tmp_path: Path, edit: str) -> None:
    old, new, words = EDITS[edit]
    source = tmp_path / "networks" / "small.md"
    text = source.read_text(encoding="utf-8")
    assert old in text
    source.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(GalleryError) as raised:
        read_content(tmp_path)
    (problem,) = raised.value.problems
    assert problem.place == str(file)
    assert problem.message == f"the pinned network differs from its front matter: {words}"
    assert problem.hint == (
        "undo the change, or retrain the network and pin it: lstmgallery build --network small --quick --retrain, "
        "then lstmgallery pin small; or unpin it: lstmgallery unpin small"
    )


def test_every_key_in_which_a_pin_differs_is_named(file: Path, network: Network) -> None:
    problem = refusal(file, network.model_copy(update={"units": 7, "seed": 3}))
    assert problem.message.endswith(
        ": units: 7 in the front matter, 6 in the pin; seed: 3 in the front matter, 1 in the pin"
    )


def test_other_figures_words_and_order_leave_a_pin_as_it_is(file: Path, network: Network) -> None:
    other = network.model_copy(update={"title": "Other", "order": 3, "shown": ("aaXbb",)})
    assert read_pin(file, other).header == read_pin(file, network).header


def test_a_pin_is_that_of_the_file_beside_it_whatever_its_network_was_called(file: Path, network: Network) -> None:
    moved = file.rename(file.with_name("other.npz"))
    assert read_pin(moved, network.model_copy(update={"name": "other"})).header.network["units"] == 6


def test_a_key_that_pins_did_not_have_yet_is_taken_at_its_default(file: Path, network: Network) -> None:
    parts = read_parts(file)
    with_header(lambda header: header["network"].pop("held_out"))(parts)
    write_parts(file, parts)
    assert isinstance(read_pin(file, network), Pin)


def test_a_header_that_describes_no_network_names_what_differs(file: Path, network: Network) -> None:
    parts = read_parts(file)
    with_header(lambda header: header["network"].update(units="many", colour="red"))(parts)
    write_parts(file, parts)
    message = refusal(file, network).message
    assert "units: 6 in the front matter, many in the pin" in message
    assert "colour: none in the front matter, red in the pin" in message


def test_a_pin_that_is_not_there_is_one_problem(network: Network, tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.npz", network).message == "expected pinned weights, found no file"


def test_a_pin_without_its_network_is_one_problem(file: Path, tmp_path: Path) -> None:
    stray = file.with_name("smal.npz")
    stray.write_bytes(file.read_bytes())
    with pytest.raises(GalleryError) as raised:
        read_content(tmp_path)
    (problem,) = raised.value.problems
    assert (problem.place, problem.message) == (
        str(stray),
        "expected the network of this pin, smal.md, found none",
    )


def test_bad_pins_are_found_in_one_run_with_all_other_mistakes_and_before_anything_runs(tmp_path: Path) -> None:
    project = Project(content=tmp_path / "content", build=tmp_path / "build", site=tmp_path / "site")
    content = write_small_content(project.content, "cut", "other", "small", "wrong")
    folder = content / "networks"
    for name in ("cut", "other", "stray"):
        pin_small(content, replace_name(small_network(tmp_path / "given"), name))
    (folder / "cut.npz").write_bytes((folder / "cut.npz").read_bytes()[:500])
    for name, old, new in [("other", "units: 6", "units: 7"), ("wrong", "units: 6", "units: six")]:
        source = folder / f"{name}.md"
        source.write_text(source.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with (content / "site.yaml").open("a", encoding="utf-8") as site:
        site.write("colour: red\n")
    progress = record()
    with pytest.raises(GalleryError) as raised:
        build_gallery(project, progress)
    assert sorted(Path(problem.place).name for problem in raised.value.problems) == [
        "cut.npz",
        "other.npz",
        "site.yaml",
        "stray.npz",
        "wrong.md",
    ]
    assert progress.started == []
    assert not project.build.exists()
    assert not project.site.exists()


def replace_name(network: Network, name: str) -> Network:
    return network.model_copy(update={"name": name})


@pytest.mark.parametrize("curve", [{"step": [-5]}, {"loss": [float("nan")]}, {"right": [2.0]}])
def test_a_curve_that_no_training_has_is_refused(curve: dict[str, list[float]]) -> None:
    with pytest.raises(pydantic.ValidationError):
        Curve.model_validate({"step": [20], "loss": [1.0], "right": [0.5], **curve})
