"""ferlab's own network: counted by hand, its two heads, and what the joint loss is."""

import numpy as np
import pytest

import ferlab

import keras  # isort: skip, after ferlab, so that TensorFlow starts quietly

from ferlab.models import own, zoo

FACES = ferlab.draw_faces(12, seed=4).images[..., None].astype("float32")


def norm(channels):
    return 4 * channels


def counted_by_hand(classes):
    total, channels = 3 * 3 * 32 + norm(32), 32
    for squeeze, expand in [pair for stage in own.STAGES for pair in stage]:
        total += channels * squeeze + norm(squeeze)
        total += squeeze * expand + expand + 9 * squeeze * expand + expand
        channels = 2 * expand
    return total + norm(channels) + channels * classes + classes


@pytest.mark.parametrize("classes", [7, 8])
def test_has_as_many_parameters_as_counted_by_hand(classes):
    model = zoo.build("squeezenet", classes)
    assert model.count_params() == counted_by_hand(classes) <= 1_377_655
    assert model.output_shape == (None, classes)
    assert model.predict_on_batch(FACES).sum(1) == pytest.approx(np.ones(12), abs=1e-5)


def test_looks_at_24x24_12x12_and_6x6_pixels():
    model = own.own_squeezenet()
    sizes = [model.get_layer(f"fire{n}_relu").output.shape[1] for n in range(2, 13)]
    assert sizes == [24] * 3 + [12] * 4 + [6] * 4


def test_what_learns_from_crops_is_asked_about_whole_faces():
    learning = own.own_squeezenet(side=None)
    assert learning.predict_on_batch(FACES[:, 4:44, 4:44]).shape == (12, 7)
    whole = own.one_headed(learning, votes=False)
    assert whole.input_shape == (None, 48, 48, 1)
    np.testing.assert_allclose(whole.predict_on_batch(FACES), learning.predict_on_batch(FACES), atol=1e-6)


def test_a_bypassed_module_begins_near_the_identity():
    x = keras.Input((6, 6, 64))
    out = own.residual_fire(x, 16, 32, "fire")
    given = np.random.default_rng(0).uniform(0, 1, (4, 6, 6, 64)).astype("float32")
    answer = keras.Model(x, out).predict_on_batch(given)
    assert 0 < np.abs(answer - given).mean() < 0.5 * given.mean()
    wider = own.residual_fire(x, 16, 48, "wider")  # other channels: nothing to add
    assert not any(isinstance(layer, keras.layers.Add) for layer in keras.Model(x, wider).layers)


def test_each_head_of_two_answers_alone_as_it_does_beside_the_other():
    model = own.two_headed()
    rng = np.random.default_rng(1)
    model.set_weights([w + rng.normal(0, 0.02, w.shape).astype("float32") ** 2 for w in model.get_weights()])
    both = model.predict_on_batch(FACES)
    labels, votes = own.one_headed(model, votes=False), own.one_headed(model, votes=True)
    assert both.shape == (12, 15)
    np.testing.assert_allclose(labels.predict_on_batch(FACES), both[:, :7], atol=1e-6)
    np.testing.assert_allclose(votes.predict_on_batch(FACES), both[:, 7:], atol=1e-6)
    assert np.abs(both[:, :7] - both[:1, :7]).max() > 1e-6  # it does look at the face


def test_heads_taken_apart_are_put_together_again():
    model, again = own.two_headed(), own.two_headed()
    labels, votes = own.one_headed(model, votes=False), own.one_headed(model, votes=True)
    own.set_heads(again, labels, votes)
    for there, here in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(there, here)
    with pytest.raises(ValueError, match="differ in conv1: they are not the two heads of one training"):
        own.set_heads(again, labels, own.one_headed(own.two_headed(), votes=True))


def test_the_loss_is_both_cross_entropies_and_none_where_nobody_voted():
    target = np.array([[1, 0, 0.25, 0.75], [0, 1, 0, 0]], np.float32)
    predicted = np.array([[0.8, 0.2, 0.5, 0.5], [0.4, 0.6, 0.9, 0.1]], np.float32)
    expected = [-np.log(0.8) - np.log(0.5), -np.log(0.6)]
    assert np.asarray(own.two_headed_loss(target, predicted)) == pytest.approx(expected, rel=1e-5)


def test_favouring_rare_labels_divides_by_a_power_of_their_share():
    model, shares = own.own_squeezenet(4), np.array([0.64, 0.25, 0.1, 0.01])
    before = model.predict_on_batch(FACES)
    own.favour_rare(model, shares, 0.5)
    after = before / np.sqrt(shares)
    np.testing.assert_allclose(model.predict_on_batch(FACES), after / after.sum(1, keepdims=True), rtol=1e-4)
    own.favour_rare(model, shares, -0.5)
    np.testing.assert_allclose(model.predict_on_batch(FACES), before, rtol=1e-4)
