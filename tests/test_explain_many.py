"""explain_many: the same as one by one, on processes and on a real dask cluster, and on after a kill."""

import os
import subprocess
import sys
import time

import joblib
import numpy as np
import pytest

import ferlab
from ferlab.explanation import explain_many
from ferlab.explanation.lime import Explanation

FACES = ferlab.draw_faces(20, 5).images
FEW = {"n_samples": 40}


def tells_where(folder):
    """A network that leaves a file named after each process that it runs in."""

    def predict(images):
        (folder / str(os.getpid())).touch()
        bright = images.mean((1, 2)) / 255
        return np.stack([bright, 1 - bright], axis=1)

    return predict


def processes(folder):
    return {int(path.name) for path in folder.iterdir()}


def assert_same(one, other):
    assert isinstance(one, Explanation)
    for name in ("image", "segments", "weights", "intercept", "r2", "probabilities"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=1e-7)
        with pytest.raises(ValueError, match="read-only"):
            getattr(one, name)[0] = 0
    for name in ("classes", "method", "settings", "hide", "n_samples", "seed"):
        assert getattr(one, name) == getattr(other, name)


@pytest.mark.parametrize("kept", [True, False])
def test_what_explain_says_one_by_one(tmp_path, kept, capsys):
    predict = ferlab.load_predictor("squeezenet-drawn")
    how = {"method": "felzenszwalb", "n_samples": 60, "seed": 3, "hide": "blur", "scale": 30}
    found = explain_many(predict, FACES, folder=tmp_path / "a" if kept else None, **how)
    assert "20/20" in capsys.readouterr().out
    assert len(found) == 20
    for i in (0, 7, 19):
        assert_same(found[i], ferlab.explain(predict, FACES[i], **how))
    if kept:  # and again from the folder alone
        for again, first in zip(
            explain_many(predict, FACES, folder=tmp_path / "a", **how), found, strict=True
        ):
            assert_same(again, first)


# joblib's ray backend is a multiprocessing backend, so that one has to do as well.
@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading"])
def test_by_joblib_s_backends(tmp_path, monkeypatch, backend):
    monkeypatch.setenv("JOBLIB_TEMP_FOLDER", str(tmp_path / "Jörg"))  # as in Windows, where Jörg is at work
    predict = ferlab.load_predictor("squeezenet-drawn")
    with joblib.parallel_config(backend):
        found = explain_many(predict, FACES[:6], n_jobs=2, **FEW)
    assert_same(found[5], ferlab.explain(predict, FACES[5], **FEW))


@pytest.mark.timeout(300)
def test_on_a_dask_cluster(tmp_path):
    from distributed import Client, LocalCluster

    ran, kept = tmp_path / "ran", tmp_path / "kept"
    ran.mkdir()
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=tmp_path
    )
    with cluster, Client(cluster) as client:
        workers = set(client.run(os.getpid).values())
        with joblib.parallel_config("dask"):
            found = explain_many(tells_where(ran), FACES, folder=kept, **FEW)
            named = explain_many(ferlab.load_predictor("squeezenet-drawn"), FACES[:2], **FEW)
    assert processes(ran) == workers
    assert len(list(kept.glob("*.npz"))) == 20
    assert_same(found[13], ferlab.explain(tells_where(ran), FACES[13], **FEW))
    assert_same(named[1], ferlab.explain(ferlab.load_predictor("squeezenet-drawn"), FACES[1], **FEW))


KILLED = """
import sys, ferlab
from ferlab.explanation import explain_many
predict = ferlab.load_predictor("squeezenet-drawn")
explain_many(predict, ferlab.draw_faces(20, 5).images, n_samples=200, folder=sys.argv[1], n_jobs=1)
"""


@pytest.mark.timeout(300)
def test_killed_in_the_middle_it_goes_on(tmp_path):
    running = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.DEVNULL)
    while not list(tmp_path.glob("*.npz")):
        assert running.poll() is None
        time.sleep(0.005)
    running.kill()
    running.wait()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}
    assert 1 <= len(before) < 20
    predict = ferlab.load_predictor("squeezenet-drawn")
    found = explain_many(predict, FACES, n_samples=200, folder=tmp_path, n_jobs=1)
    assert len(list(tmp_path.glob("*.npz"))) == len(found) == 20
    assert {path: path.stat().st_mtime_ns for path in before} == before  # none was made twice
    for i in (0, 19):
        assert_same(found[i], ferlab.explain(predict, FACES[i], n_samples=200))


def test_what_another_call_is_writing_is_left_alone(tmp_path):
    writing, left = tmp_path / "000000.half-1", tmp_path / "000001.half-2"
    for half in (writing, left):
        half.touch()
    os.utime(left, (0, 0))  # by a kill, long ago
    explain_many(ferlab.load_predictor("squeezenet-drawn"), FACES[:1], folder=tmp_path, n_jobs=1, **FEW)
    assert {path.name for path in tmp_path.iterdir()} == {"000000.npz", writing.name}


def test_more_faces_are_added_to_those_in_the_folder(tmp_path):
    ran = tmp_path / "ran"
    ran.mkdir()
    asked = []

    def predict(images):
        asked.append(len(images))
        return tells_where(ran)(images)

    explain_many(predict, FACES[:3], folder=tmp_path, n_jobs=1, **FEW)
    asked.clear()
    explain_many(predict, FACES[:4], folder=tmp_path, n_jobs=1, **FEW)
    assert asked[0] == 3  # is it the same network?
    assert 0 < sum(asked[1:]) <= 40  # and the new face alone
    assert processes(ran) == {os.getpid()}


def test_a_function_of_float32_images_is_known_again(tmp_path):
    def doubled(images):  # of whole numbers of a byte it would be another function
        share = np.clip((images * 2).mean((1, 2)) / 510, 0, 1)
        return np.stack([share, 1 - share], 1)

    first, again = (explain_many(doubled, FACES[:2], folder=tmp_path, n_jobs=1, **FEW) for _ in range(2))
    assert (first[0].weights == again[0].weights).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"images": FACES[1:4]}, "000000.npz explains another face than image 0"),
        ({"n_samples": 41}, r"000000.npz was made with n_samples=40, not 41; give another folder"),
        ({"seed": 1}, "made with seed=0, not 1"),
        ({"hide": "grey"}, "made with hide='mean', not 'grey'"),
        ({"method": "felzenszwalb"}, "made with method='slic', not 'felzenszwalb'"),
        ({"n_segments": 60}, r"settings=\{'n_segments': 50,.*not \{'n_segments': 60"),
        ({"predict": lambda images: np.full((len(images), 2), 0.5)}, "another network"),
        ({"predict": lambda images: np.full((len(images), 3), 1 / 3)}, "another network"),
    ],
)
def test_a_folder_of_something_else_is_left_alone(tmp_path, change, says):
    ran = tmp_path / "ran"
    ran.mkdir()
    usual = {
        "predict": tells_where(ran),
        "images": FACES[:3],
        "folder": tmp_path / "kept",
        "n_jobs": 1,
        **FEW,
    }
    explain_many(**usual)
    before = {path: path.read_bytes() for path in (tmp_path / "kept").iterdir()}
    with pytest.raises(ValueError, match=says):
        explain_many(**usual | change)
    assert {path: path.read_bytes() for path in (tmp_path / "kept").iterdir()} == before


@pytest.mark.parametrize("content", [b"", b"half of it", None], ids=["empty", "text", "cut short"])
def test_a_damaged_file_is_named(tmp_path, content):
    predict = ferlab.load_predictor("squeezenet-drawn")
    explain_many(predict, FACES[:2], folder=tmp_path, n_jobs=1, **FEW)
    path = tmp_path / "000001.npz"
    path.write_bytes(path.read_bytes()[:-200] if content is None else content)
    with pytest.raises(ValueError, match=r"000001\.npz is no explanation.*delete it"):
        explain_many(predict, FACES[:2], folder=tmp_path, n_jobs=1, **FEW)


def test_the_face_that_fails_is_numbered():
    predict = ferlab.load_predictor("squeezenet-drawn")
    with pytest.raises(
        ValueError, match=r"image 1: felzenszwalb.* makes one superpixel .*: all its pixels are 9"
    ):
        explain_many(predict, [FACES[0], np.full((48, 48), 9)], "felzenszwalb", n_jobs=2, **FEW)
    with pytest.raises(ValueError, match=r"image 2: the image is \(48, 48, 3\)"):
        explain_many(predict, [FACES[0], FACES[1], np.zeros((48, 48, 3))], **FEW)
    with pytest.raises(ValueError, match="no setting scale"):
        explain_many(predict, FACES[:1], scale=3)


def test_no_faces():
    assert explain_many(ferlab.load_predictor("squeezenet-drawn"), FACES[:0]) == []
