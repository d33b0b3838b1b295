"""Evaluation: against hand-worked and published numbers, scikit-learn, predictors of known score."""

import subprocess
import sys

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.transform import rotate

from ferlab import Faces, draw_faces, evaluate
from ferlab.emotions import FER2013, FERPLUS, VOTES
from ferlab.evaluation import VIEWS, Report, View, as_seen, human_ceiling, wilson_interval


def make_faces(labels, classes=FER2013, images=None, votes=None):
    labels = np.asarray(labels)
    n = len(labels)
    if images is None:
        images = np.zeros((n, 48, 48), np.uint8)
        images[:, 0, 0] = labels  # so that an oracle can read the label off
        images[:, 0, 47] = labels  # the mirror image says the same
    return Faces(images, labels, classes, "test faces", np.ones(n, np.uint8), np.arange(n), votes=votes)


def oracle(k=7):
    return lambda images: np.eye(k)[images[:, 0, 0].astype(int)]


def report_of(labels, probabilities, classes=None):
    probabilities = np.asarray(probabilities, np.float32)
    classes = classes or tuple("abcdefgh"[: probabilities.shape[1]])
    return Report(classes, np.asarray(labels), probabilities)


def random_report(n, k, seed):
    rng = np.random.default_rng(seed)
    return report_of(rng.integers(k, size=n), rng.dirichlet(np.ones(k), n))


def test_three_classes_by_hand():
    # a: 4 faces, 3 found, 1 taken for b. b: 3 faces, 1 found, 2 taken for a. c: 3 faces, all found.
    labels = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]
    report = report_of(labels, np.eye(3)[[0, 0, 0, 1, 1, 0, 0, 2, 2, 2]])
    assert report.confusion.tolist() == [[3, 1, 0], [2, 1, 0], [0, 0, 3]]
    assert report.counts.tolist() == [4, 3, 3]
    assert report.accuracy == 0.7
    assert report.recall == pytest.approx([3 / 4, 1 / 3, 1])
    assert report.precision == pytest.approx([3 / 5, 1 / 2, 1])
    assert report.f1 == pytest.approx([2 / 3, 2 / 5, 1])
    assert report.mean_recall == pytest.approx((3 / 4 + 1 / 3 + 1) / 3)
    lines = repr(report).splitlines()
    assert lines[0] == "10 faces"
    assert lines[2].split() == ["a", "4", "0.600", "0.750", "0.667"]
    assert lines[5] == "accuracy 70.0% (95 % interval 39.7% to 89.2%)"  # Wilson's of 7 in 10
    # Wilson's limits of 3 in 4, 1 in 3 and 3 in 3 lie 0.4494, 0.2718, 0.5615 below and 0.2044, 0.4590, 0 above.
    below, above = np.linalg.norm([0.4494, 0.2718, 0.5615]) / 3, np.linalg.norm([0.2044, 0.4590]) / 3
    low, high = 0.6944 - below, 0.6944 + above
    assert lines[6] == f"mean recall 69.4% (95 % interval {low:.1%} to {high:.1%})"


@settings(max_examples=20, deadline=None)
@given(st.integers(20, 200), st.integers(2, 8), st.integers(0, 999))
def test_agrees_with_scikit_learn(n, k, seed):
    report = random_report(n, k, seed)
    truth, answer, every = report.labels, report.predicted, range(k)
    assert report.accuracy == pytest.approx(sklearn.metrics.accuracy_score(truth, answer))
    if len(np.unique(truth)) == k:
        assert report.mean_recall == pytest.approx(sklearn.metrics.balanced_accuracy_score(truth, answer))
        loss = sklearn.metrics.log_loss(truth, report.probabilities, labels=every)
        assert report.log_loss == pytest.approx(loss, rel=1e-4)
    assert report.confusion.sum() == n
    assert np.trace(report.confusion) == report.right.sum()


def test_a_wrong_answer_that_was_certain_costs_a_lot_and_not_infinitely_much():
    report = report_of([0, 1], [(0.0, 1.0), (0.5, 0.5)])
    assert report.log_loss == pytest.approx((-np.log(1e-7) - np.log(0.5)) / 2)


def test_a_class_without_faces_has_no_recall_and_no_say_in_the_mean():
    report = report_of([0, 0, 1], np.eye(3)[[0, 1, 1]])
    assert report.recall[:2] == pytest.approx([0.5, 1])
    assert np.isnan(report.recall[2])
    assert report.mean_recall == pytest.approx(0.75)
    low, high = report.recall_interval
    for k, (hits, n) in enumerate([(1, 2), (1, 1)]):
        assert (low[k], high[k]) == pytest.approx(wilson_interval(hits, n))


def test_wilson_against_published_values():
    # Newcombe 1998 (Statistics in Medicine 17), table I, method 3.
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (hits, n), expected in published.items():
        assert wilson_interval(hits, n) == pytest.approx(expected, abs=5e-5)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 10_000), st.floats(0, 1))
def test_wilson_holds_the_share_and_stays_within_0_and_1(n, share):
    hits = round(share * n)
    low, high = wilson_interval(hits, n)
    assert 0 <= low <= hits / n <= high <= 1
    assert high - low <= 1


def test_wilson_covers_95_of_100():
    hits = np.random.default_rng(0).binomial(500, 0.7, 4000)
    low, high = wilson_interval(hits, 500)
    assert np.mean((low <= 0.7) & (high >= 0.7)) == pytest.approx(0.95, abs=0.015)


def test_wilson_of_nothing_says_nothing():
    assert wilson_interval(0, 0) == (0, 1)


@pytest.mark.parametrize("views", VIEWS)
def test_a_perfect_predictor_scores_1(views):
    faces = make_faces(np.arange(600) % 7)
    images = np.repeat(faces.labels.astype(np.uint8), 48 * 48).reshape(-1, 48, 48)
    report = evaluate(oracle(), make_faces(faces.labels, images=images), views=views)
    assert (report.accuracy, report.mean_recall, report.calibration_error) == (1, 1, 0)
    assert report.interval[1] == 1
    assert report.recall.tolist() == report.precision.tolist() == [1] * 7
    assert len(report.mistakes()) == 0


def test_a_constant_predictor_has_the_accuracy_of_its_class():
    labels = np.repeat(np.arange(7), [10, 20, 30, 5, 5, 20, 10])
    report = evaluate(lambda images: np.tile(np.eye(7)[2], (len(images), 1)), make_faces(labels))
    assert report.accuracy == pytest.approx(0.3)
    assert report.mean_recall == pytest.approx(1 / 7)
    assert report.calibration_error == pytest.approx(0.7)  # quite sure, and right three times of ten
    assert np.isnan(report.precision[0])
    assert "-" in repr(report).splitlines()[2]


def test_an_undecided_predictor_is_calibrated():
    labels = np.arange(700) % 7
    report = evaluate(lambda images: np.full((len(images), 7), 1 / 7), make_faces(labels))
    assert report.accuracy == pytest.approx(1 / 7)
    assert report.calibration_error == pytest.approx(0, abs=1e-6)


def test_honest_confidence_is_calibrated_and_boasting_is_not():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 20_000)
    labels = (rng.uniform(size=20_000) > confidence).astype(int)  # class 0 as often as was said
    honest = report_of(labels, np.stack([confidence, 1 - confidence], 1))
    assert honest.calibration_error < 0.02
    assert honest.best_temperature() == pytest.approx(1, abs=0.08)
    boasting = honest.at_temperature(0.3)
    assert boasting.calibration_error > 0.1
    assert boasting.accuracy == honest.accuracy
    assert boasting.best_temperature() == pytest.approx(1 / 0.3, rel=0.08)


def test_calibration_bins_by_hand():
    report = report_of([0, 0, 1, 0], [(0.95, 0.05), (0.92, 0.08), (0.99, 0.01), (0.6, 0.4)])
    confidence, accuracy, number = report.calibration
    assert number.tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 0, 3]
    assert confidence[9] == pytest.approx((0.95 + 0.92 + 0.99) / 3)
    assert accuracy[9] == pytest.approx(2 / 3)
    # (1 * |0.6 - 1| + 3 * |0.95333 - 0.66667|) / 4
    assert report.calibration_error == pytest.approx((0.4 + 3 * 0.286667) / 4, abs=1e-5)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.2, 5), st.integers(0, 999))
def test_temperature_keeps_the_labels_and_can_be_taken_back(temperature, seed):
    report = random_report(50, 5, seed)
    heated = report.at_temperature(temperature)
    assert heated.predicted.tolist() == report.predicted.tolist()
    assert heated.probabilities.sum(1) == pytest.approx(np.ones(50), abs=1e-5)
    back = heated.at_temperature(1 / temperature)
    assert back.probabilities == pytest.approx(report.probabilities, abs=1e-3)
    assert report.at_temperature(report.best_temperature()).log_loss <= report.log_loss + 1e-6


def test_a_temperature_is_told_behind_what_was_there():
    report = report_of([0], [(0.6, 0.4)])
    assert report.at_temperature(2).about == "1 faces, temperature 2.00"
    assert evaluate(oracle(), make_faces([0])).at_temperature(0.5).about == (
        "1 test faces (PublicTest), temperature 0.50"
    )


def test_the_best_temperature_is_at_the_end_where_all_is_right_or_all_is_wrong():
    assert report_of([0], [(0.6, 0.4)]).best_temperature() == pytest.approx(0.05, rel=0.01)
    assert report_of([1], [(0.6, 0.4)]).best_temperature() == pytest.approx(20, rel=0.01)


def test_crops_lie_two_pixels_towards_each_corner():
    assert {(view.down, view.right) for view in VIEWS["crops"]} == {
        (0, 0),
        (-2, -2),
        (-2, 2),
        (2, -2),
        (2, 2),
    }


def test_crops_are_moved_by_whole_pixels():
    image = np.zeros((1, 48, 48), np.float32)
    image[0, 20, 30] = 1
    places = set()
    for view in VIEWS["crops"]:
        moved = as_seen(image, view)
        assert moved.shape == image.shape
        assert moved.sum() == pytest.approx(1)
        row, column = np.argwhere(moved[0] > 0.99)[0]
        places.add((int(row), int(column)))
        assert row == 20 + view.down
        assert column == (47 - 30 - view.right if view.mirror else 30 + view.right)
    assert len(places) == 10
    ramp = np.tile(np.arange(48.0), (1, 48, 1))
    assert as_seen(ramp, View(right=2))[0, 0, :3].tolist() == [0] * 3  # border repeated


@pytest.mark.parametrize("views", ["crops", "copies"])
def test_ten_views_are_ten_pictures_of_one_face_and_averaged(views):
    seen, face = [], draw_faces(1, 5).images

    def predict(images):
        seen.append(images[0].copy())
        grey = images[:, 10, 10] / 255
        return np.stack([grey, 1 - grey], 1)

    report = evaluate(predict, make_faces([0], ("a", "b"), face), views=views)
    assert len({x.tobytes() for x in seen}) == 10
    for other in seen:
        alike = max(np.corrcoef(other.ravel(), x.ravel())[0, 1] for x in (face[0], face[0][:, ::-1]))
        assert alike > 0.6
    assert report.probabilities[0, 0] == pytest.approx(np.mean([x[10, 10] for x in seen]) / 255, abs=1e-5)


def test_copies_are_a_little_larger_smaller_and_turned_both_ways():
    views = {(view.zoom, view.turn) for view in VIEWS["copies"]}
    assert len(views) == 5
    assert sorted(turn for _, turn in views) == [-7, 0, 0, 0, 7]
    assert sorted(zoom for zoom, _ in views) == pytest.approx([1 / 1.08, 1, 1, 1, 1.08], abs=0.01)


def test_a_copy_is_turned_clockwise_and_zoomed_about_the_middle():
    spot = np.exp(-((np.indices((48, 48)).T - [40.0, 23.5]) ** 2).sum(-1) / 8)[None]  # right of the middle
    row, column = np.unravel_index(as_seen(spot, View(turn=90)).argmax(), (48, 48))
    assert (row, column) in {(40, 23), (40, 24)}  # now below it
    larger = as_seen(spot, View(zoom=1.08))[0]
    assert abs(larger.argmax() % 48 - (23.5 + 1.08 * 16.5)) <= 0.5
    assert larger.sum() == pytest.approx(1.08**2 * spot.sum(), rel=0.02)
    as_skimage_does = rotate(spot[0], -7, order=1, mode="edge")
    assert as_seen(spot, View(turn=7))[0] == pytest.approx(as_skimage_does, abs=1e-6)


def test_flip_changes_nothing_for_a_symmetric_predictor():
    images = np.random.default_rng(0).integers(0, 256, (40, 48, 48), np.uint8)

    def symmetric(batch):
        brightness = batch.mean((1, 2)) / 255
        return np.stack([brightness, 1 - brightness], 1)

    faces = make_faces(np.arange(40) % 2, ("a", "b"), images)
    one, flip = evaluate(symmetric, faces), evaluate(symmetric, faces, views="flip")
    assert flip.probabilities == pytest.approx(one.probabilities, abs=1e-6)


def test_flip_averages_the_two_sides():
    images = np.zeros((3, 48, 48), np.uint8)
    images[:, :, :24] = 255

    def left_side(batch):
        left = batch[:, :, :24].mean((1, 2)) / 255
        return np.stack([left, 1 - left], 1)

    report = evaluate(left_side, make_faces([0, 0, 0], ("a", "b"), images), views="flip")
    assert report.probabilities == pytest.approx(np.full((3, 2), 0.5))


def test_batches_make_no_difference():
    rng = np.random.default_rng(0)
    faces = make_faces(rng.integers(7, size=600))
    sizes = []

    def predict(images):
        sizes.append(len(images))
        assert images.dtype == np.float32
        return oracle()(images)

    assert evaluate(predict, faces).accuracy == 1
    assert sum(sizes) == 600
    assert len(sizes) > 1


def test_mistakes_come_surest_first():
    report = report_of([0, 0, 1, 1], [(0.4, 0.6), (0.9, 0.1), (0.8, 0.2), (0.3, 0.7)])
    assert report.mistakes().tolist() == [2, 0]
    assert report.mistakes("b").tolist() == [2]
    assert report.mistakes(taken_for="b").tolist() == [0]
    assert report.mistakes("a", "a").tolist() == []
    with pytest.raises(ValueError, match="'happy' is unknown; there are a, b"):
        report.mistakes("happy")


def test_the_table_names_faces_and_views():
    table = repr(evaluate(oracle(), make_faces(np.arange(70) % 7), views="flip"))
    assert table.startswith("70 test faces (PublicTest), views: flip")
    assert "accuracy 100.0% (95 % interval 94.8% to 100.0%)" in table
    for name in FER2013:
        assert name in table


def ballots(**counts):
    return [counts.get(name, 0) for name in VOTES]


def test_human_ceiling_by_hand():
    votes = np.array([ballots(happy=3, sad=1), ballots(sad=2), ballots(neutral=1, unknown=9)], np.uint8)
    faces = make_faces([3, 4, 6], votes=votes)
    # First face: each happy voter agrees with the other two, the sad one doesn't. Second: both agree.
    # Third: one vote for a class only, nobody to agree with.
    human = human_ceiling(faces)
    assert human.share == pytest.approx((3 + 2) / (4 + 2))
    assert human.recall[FER2013.index("happy")] == pytest.approx(3 / 4)
    assert human.recall[FER2013.index("sad")] == 1
    assert np.isnan(human.recall[FER2013.index("neutral")])
    low, high = np.array(human.recall_interval)[:, FER2013.index("sad")]
    assert (low, high) == pytest.approx(wilson_interval(1, 1))  # one face only, however many annotators


def test_human_ceilings_interval_is_wide_where_all_faces_are_alike():
    votes = np.array([ballots(happy=3, fear=3, sad=4)] * 13, np.uint8)
    human = human_ceiling(make_faces([3] * 13, votes=votes))
    low, high = np.array(human.recall_interval)[:, FER2013.index("sad")]
    assert 0 < low < human.recall[FER2013.index("sad")] - 0.1
    assert high > human.recall[FER2013.index("sad")] + 0.1


def test_human_ceilings_interval_is_no_narrower_than_that_of_so_many_answers():
    votes = np.array([ballots(happy=9, sad=1), ballots(happy=8, sad=1)] * 20, np.uint8)
    human = human_ceiling(make_faces([3] * 40, votes=votes))
    # All faces are nearly alike, by which one answer would say as much as hundreds.
    assert human.interval == pytest.approx(wilson_interval(20 * 9 + 20 * 8, 20 * 10 + 20 * 9))


@pytest.mark.parametrize("others", [{"happy": 10}, {"happy": 6, "sad": 4}])
def test_human_ceilings_interval_holds_its_share_where_two_faces_are_all(others):
    votes = np.array([ballots(happy=9, sad=1), ballots(**others)], np.uint8)
    human = human_ceiling(make_faces([3, 3], votes=votes))
    low, high = human.interval
    assert low < human.share < high
    assert high - low > 0.9  # two faces say next to nothing


def test_human_ceiling_shares_ties():
    # Held out sad: the others are happy, fear, neutral (1 each, tied): each is the truth by a third.
    votes = np.array([ballots(happy=1, fear=1, neutral=1, sad=1)], np.uint8)
    assert human_ceiling(make_faces([3], votes=votes)).share == 0
    # Held out happy: fear 1 and happy 1 left, so half right; held out fear: wrong. (2 * 1/2 + 0) / 3
    votes = np.array([ballots(happy=2, fear=1)], np.uint8)
    assert human_ceiling(make_faces([3], votes=votes)).share == pytest.approx(1 / 3)


def _unlike_faces(rng, n):
    """Votes of ten annotators for faces some of which are easy and some not, so that a face's votes go together."""
    clear = rng.beta(2, 1, n)
    happy = rng.binomial(10, clear)
    votes = np.zeros((n, 10), np.uint8)
    votes[:, VOTES.index("happy")], votes[:, VOTES.index("sad")] = happy, 10 - happy
    return make_faces(np.zeros(n, int), images=np.zeros((n, 48, 48), np.uint8), votes=votes)


@pytest.mark.parametrize("n", [8, 80])
def test_human_ceilings_interval_holds_the_truth_as_often_as_it_says(n):
    rng = np.random.default_rng(0)
    truth = human_ceiling(_unlike_faces(rng, 100_000)).share
    found = [human_ceiling(_unlike_faces(rng, n)).interval for _ in range(500)]
    # As if 80 faces' 800 answers were independent, it would be under 0.8.
    assert 0.92 < np.mean([low < truth < high for low, high in found]) < 0.985


def test_human_ceiling_of_the_unanimous_and_of_guessers():
    unanimous = np.array([ballots(**{name: 10}) for name in FER2013], np.uint8)
    assert human_ceiling(make_faces(np.arange(7), votes=unanimous)).share == 1
    rng = np.random.default_rng(0)
    guesses = np.zeros((4000, 10), np.uint8)
    guesses[:, [VOTES.index(c) for c in FER2013]] = rng.multinomial(10, np.ones(7) / 7, 4000)
    human = human_ceiling(make_faces(np.zeros(4000, int), votes=guesses))
    assert human.share == pytest.approx(1 / 7, abs=0.01)
    assert human.recall == pytest.approx(np.full(7, 1 / 7), abs=0.02)


def test_mean_recalls_interval_is_the_recalls_where_there_is_one_class():
    faces = make_faces([2] * 30)
    report = Report(faces.classes, faces.labels, np.eye(7)[[2] * 21 + [3] * 9])
    assert report.mean_recall_interval == pytest.approx(wilson_interval(21, 30))
    assert report.mean_recall_interval == report.interval


@pytest.mark.parametrize("recalls", [[0.9, 0.5, 0.2], [0.6, 0.05, 0.0]])
def test_mean_recalls_interval_holds_the_truth_as_often_as_it_says(recalls):
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [400, 60, 15])
    held = []
    for _ in range(400):
        found = rng.random(len(labels)) < np.array(recalls)[labels]
        report = Report(("a", "b", "c"), labels, np.eye(3)[np.where(found, labels, (labels + 1) % 3)])
        low, high = report.mean_recall_interval
        held.append(low <= np.mean(recalls) <= high)
    assert 0.92 < np.mean(held) < 0.985  # with the limits' distances added up plainly, 0.99


def test_what_it_refuses():
    faces = make_faces(np.arange(70) % 7)
    with pytest.raises(ValueError, match="no faces to evaluate on"):
        evaluate(oracle(), faces[:0])
    with pytest.raises(ValueError, match="views='two' is unknown; there are one, flip, crops, copies"):
        evaluate(oracle(), faces, views="two")
    with pytest.raises(ValueError, match=r"shape \(70, 8\) for 70 images, expected \(70, 7\)"):
        evaluate(oracle(8), faces)
    with pytest.raises(ValueError, match=r"shape \(70,\)"):
        evaluate(lambda images: np.zeros(len(images)), faces)
    with pytest.raises(ValueError, match="490 values that are not finite"):
        evaluate(lambda images: np.full((len(images), 7), np.nan), faces)
    with pytest.raises(ValueError, match="does the model lack its softmax"):
        evaluate(lambda images: 3 * oracle()(images), faces)
    with pytest.raises(ValueError, match=r"rows sum to 1\.1 to 1\.1"):
        evaluate(lambda images: 1.1 * oracle()(images), faces)
    assert evaluate(lambda images: 1.01 * oracle()(images), faces).accuracy == 1  # as of numbers of 8 bits
    with pytest.raises(ValueError, match=r"values from -0\.5 to 1\.5 whose rows sum to 1 to 1"):
        evaluate(lambda images: np.tile([1.5, -0.5, 0, 0, 0, 0, 0], (len(images), 1)), faces)
    with pytest.raises(ValueError, match=r"carry no FER\+ votes"):
        human_ceiling(faces)
    with pytest.raises(ValueError, match="none of the 70 faces has two votes"):
        human_ceiling(make_faces(faces.labels, votes=np.zeros((70, 10), np.uint8)))
    with pytest.raises(ValueError, match="must be above 0"):
        evaluate(oracle(), faces).at_temperature(0)


def test_classes_that_do_not_match_are_named():
    class Knows:
        classes = FERPLUS

        def __call__(self, images):
            return oracle(8)(images)

    with pytest.raises(ValueError, match=r"knows the classes angry.*contempt; the faces have angry"):
        evaluate(Knows(), make_faces([0, 1]))


def test_loads_no_tensorflow():
    code = (
        "import ferlab, sys; ferlab.evaluate; sys.exit('keras' in sys.modules or 'tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
