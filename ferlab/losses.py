"""The focal loss, as notebook 05 writes it by hand."""

import keras
from keras import ops

# One weight per FER+ class, from the laboratory report on FER+ with VGG16 and LIME that was supervised
# by G. Hullám: rare classes count for more, in our order of the classes.
LAB_ALPHA = {
    "angry": 0.3,
    "disgust": 3.0,
    "fear": 1.5,
    "happy": 0.07,
    "sad": 0.25,
    "surprise": 0.25,
    "neutral": 0.05,
    "contempt": 3.0,
}
LAB_GAMMA = 2.2


@keras.saving.register_keras_serializable("ferlab")
class CategoricalFocalLoss(keras.losses.Loss):
    """Cross-entropy that cares less for what is already right: the sum over the classes c of

        alpha_c (1 - p_c)^gamma (-y_c log p_c)

    alpha  one weight for all classes, or a weight for each
    gamma  0 is (weighted) cross-entropy; the larger, the less an easy face counts

    Targets y and probabilities p are (n, k); p is clipped to [epsilon, 1 - epsilon], keras.config.epsilon().
    Lin et al. 2017 (arXiv 1708.02002). keras.losses.CategoricalFocalCrossentropy gives the same numbers for
    probabilities that sum to 1.
    """

    def __init__(
        self, alpha=1.0, gamma=2.0, reduction="sum_over_batch_size", name="categorical_focal_loss", dtype=None
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if isinstance(alpha, dict):  # whose keys would be taken for weights
            raise ValueError(
                "alpha is a dict: give a list of its weights in the order of the classes, as "
                "[alpha[name] for name in classes]"
            )
        if getattr(alpha, "ndim", None) == 0:  # one of NumPy's numbers
            alpha = float(alpha)
        weights = [alpha] if isinstance(alpha, int | float) else [float(a) for a in alpha]
        if min(weights, default=-1) < 0:
            raise ValueError(f"alpha={alpha}: expected one weight, or one for each class, none below 0")
        if gamma < 0:
            raise ValueError(f"gamma={gamma}: expected 0 or more; below 0 easy faces would count for more")
        self.alpha, self.gamma = alpha if isinstance(alpha, int | float) else weights, gamma

    def call(self, y_true, y_pred):
        p = ops.convert_to_tensor(y_pred)
        y = ops.cast(y_true, p.dtype)
        if y.shape[-1] != p.shape[-1]:
            raise ValueError(
                f"targets have {y.shape[-1]} columns and probabilities {p.shape[-1]}; the targets must be "
                "one-hot, see ferlab.preprocessing.one_hot"
            )
        if isinstance(self.alpha, list) and len(self.alpha) != p.shape[-1]:
            raise ValueError(f"alpha has {len(self.alpha)} weights for {p.shape[-1]} classes")
        alpha = ops.cast(self.alpha, p.dtype)
        epsilon = keras.config.epsilon()
        p = ops.clip(p, epsilon, 1 - epsilon)
        return ops.sum(alpha * (1 - p) ** self.gamma * -y * ops.log(p), axis=-1)

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha, "gamma": self.gamma}
