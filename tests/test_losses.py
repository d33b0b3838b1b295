"""The focal loss: against numbers worked out by hand, cross-entropy, and Keras's own."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from ferlab.emotions import FERPLUS
from ferlab.losses import LAB_ALPHA, LAB_GAMMA, CategoricalFocalLoss
from ferlab.preprocessing import one_hot


def loss_of(y, p, **settings):
    loss = CategoricalFocalLoss(reduction=None, **settings)
    return ops.convert_to_numpy(loss(np.asarray(y, "float32"), np.asarray(p, "float32")))


def answers(n, k, seed):
    rng = np.random.default_rng(seed)
    return one_hot(rng.integers(k, size=n), k), rng.dirichlet(np.ones(k), n).astype("float32")


@pytest.mark.parametrize(
    ("p", "alpha", "gamma", "by_hand"),
    [
        ((0.9, 0.1), 1, 2, 0.00105361),  # 0.1^2 * 0.10536052
        ((0.1, 0.9), 1, 2, 1.86509391),  # 0.9^2 * 2.30258509
        ((0.5, 0.5), 0.25, 2, 0.04332170),  # 0.25 * 0.5^2 * 0.69314718
        ((0.5, 0.5), (3, 0.05), 1, 1.03972077),  # 3 * 0.5 * 0.69314718
    ],
)
def test_hand_computed(p, alpha, gamma, by_hand):
    assert loss_of([(1, 0)], [p], alpha=alpha, gamma=gamma) == pytest.approx([by_hand], rel=1e-5)


def test_gamma_is_2_where_nothing_is_said():
    assert loss_of([(1, 0)], [(0.9, 0.1)]) == pytest.approx([0.00105361], rel=1e-5)


def test_the_laboratory_weights_by_hand():
    assert tuple(LAB_ALPHA) == FERPLUS
    y, p = one_hot([1, 6], 8), np.full((2, 8), 1 / 8)
    # disgust 3, neutral 0.05; (7/8)^2.2 = 0.745449, log 8 = 2.079442
    found = loss_of(y, p, alpha=LAB_ALPHA.values(), gamma=LAB_GAMMA)
    assert found == pytest.approx([3 * 0.745449 * 2.079442, 0.05 * 0.745449 * 2.079442], rel=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 9), st.integers(0, 999))
def test_gamma_0_is_cross_entropy(k, seed):
    y, p = answers(6, k, seed)
    cross_entropy = ops.convert_to_numpy(keras.losses.categorical_crossentropy(y, p))
    assert loss_of(y, p, gamma=0) == pytest.approx(cross_entropy, rel=1e-4, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 9), st.sampled_from([0.0, 0.5, 1.0, 2.0, 2.2, 5.0]), st.integers(0, 999))
def test_agrees_with_keras(k, gamma, seed):
    y, p = answers(6, k, seed)
    alpha = np.random.default_rng(seed).uniform(0, 3, k).tolist()
    kerass = keras.losses.CategoricalFocalCrossentropy(alpha=alpha, gamma=gamma, reduction=None)(y, p)
    assert loss_of(y, p, alpha=alpha, gamma=gamma) == pytest.approx(
        ops.convert_to_numpy(kerass), rel=1e-4, abs=1e-6
    )


def test_gradient_is_that_of_the_formula():
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("takes its gradient with TensorFlow")
    y, p = answers(5, 4, 0)
    alpha, gamma = np.array([0.3, 3, 1, 0.05]), 2.2
    given_ = tf.Variable(p)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(CategoricalFocalLoss(alpha.tolist(), gamma, reduction=None)(y, given_))
    by_hand = y * alpha * (gamma * (1 - p) ** (gamma - 1) * np.log(p) - (1 - p) ** gamma / p)
    assert tape.gradient(total, given_).numpy() == pytest.approx(by_hand, rel=1e-3, abs=1e-6)


def test_finite_at_the_ends_and_never_negative():
    ends = loss_of([(1, 0), (1, 0)], [(0, 1), (1, 0)])
    assert np.isfinite(ends).all()
    assert ends[0] > 10
    assert 0 <= ends[1] < 1e-9


def test_one_weight_may_be_numpys():
    y, p = answers(6, 4, 0)
    expected = loss_of(y, p, alpha=0.25)
    for one in (np.float32(0.25), np.array(0.25)):
        assert loss_of(y, p, alpha=one) == pytest.approx(expected)
        assert CategoricalFocalLoss(one).get_config()["alpha"] == 0.25
    with pytest.raises(ValueError, match="none below 0"):
        CategoricalFocalLoss(np.float32(-1))


def test_a_larger_gamma_forgives_the_easy_more_than_the_hard():
    easy_and_hard = [(0.9, 0.1), (0.2, 0.8)]
    share = [loss_of([(1, 0), (1, 0)], easy_and_hard, gamma=g) for g in (0, 1, 2, 5)]
    ratios = [easy / hard for easy, hard in share]
    assert ratios == sorted(ratios, reverse=True)


def test_trains_saves_and_loads(tmp_path):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", CategoricalFocalLoss(alpha=(1, 2.5, 0.5), gamma=1.5))
    x = np.random.default_rng(0).normal(size=(30, 4)).astype("float32")
    y = one_hot(x[:, :3].argmax(1), 3)
    before = model.evaluate(x, y, verbose=0)
    model.fit(x, y, epochs=30, verbose=0)
    model.save(tmp_path / "model.keras")
    after = keras.models.load_model(tmp_path / "model.keras")
    assert after.evaluate(x, y, verbose=0) == pytest.approx(model.evaluate(x, y, verbose=0))
    assert after.evaluate(x, y, verbose=0) < before
    assert (after.loss.alpha, after.loss.gamma) == ([1.0, 2.5, 0.5], 1.5)


def test_what_it_refuses():
    with pytest.raises(ValueError, match=r"gamma=-1"):
        CategoricalFocalLoss(gamma=-1)
    with pytest.raises(ValueError, match="none below 0"):
        CategoricalFocalLoss(alpha=(0.1, -0.2))
    with pytest.raises(ValueError, match="none below 0"):
        CategoricalFocalLoss(alpha=())
    with pytest.raises(ValueError, match="in the order of the classes"):
        CategoricalFocalLoss(alpha={0: 0.5, 1: 2.0})  # its keys would do as numbers
    y, p = answers(4, 7, 0)
    with pytest.raises(ValueError, match="8 weights for 7 classes"):
        loss_of(y, p, alpha=LAB_ALPHA.values())
    with pytest.raises(ValueError, match="one-hot"):
        loss_of(y.argmax(1)[:, None], p)
