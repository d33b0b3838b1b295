"""NetworkExplorer: click a layer, see its shape, its parameters and what it makes of a face. Notebook 03."""

import numpy as np
import traitlets

from .base import Widget, page


class NetworkExplorer(Widget):
    """A network layer by layer: shape, parameters by formula, and feature maps of a chosen face.

    model  keras.Model that takes faces (n, 48, 48, 1), with layers named as in ferlab.models.squeezenet:
           those of one module share what stands before the underscore
    faces  Faces to choose from, a dozen or so

    `layer` names the layer on the screen, `chosen` the face's place; `maps` are float (c, h, w).
    """

    _esm = page("network.js")
    _css = page("network.css")

    network = traitlets.Dict().tag(sync=True)  # every layer: module, shape, parameters, formula
    album = traitlets.Dict().tag(sync=True)  # the faces
    layer = traitlets.Unicode().tag(sync=True)
    chosen = traitlets.Int(0).tag(sync=True)
    pictures = traitlets.Dict().tag(sync=True)  # the maps of that layer for that face, as grey values

    def __init__(self, model, faces):
        super().__init__()
        if len(faces) == 0:
            raise ValueError("there are no faces to choose from")
        self._model, self._faces = model, faces
        layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
        self.network = {
            "layers": [about(layer) for layer in layers],
            "parameters": int(model.count_params()),
            "classes": list(faces.classes),
        }
        self.album = {
            "images": faces.images.tobytes(),
            "labels": [faces.classes[k] for k in faces.labels],
        }
        self.layer = next((layer.name for layer in layers if layer.count_params()), layers[0].name)
        self._look()
        self.observe(self._guarded(self._look), ["layer", "chosen"])

    @property
    def maps(self):
        """float32 (c, h, w): what the layer answers to the chosen face; (k, 1, 1) at the end."""
        return self._maps

    def _look(self):
        import keras

        names = [layer["name"] for layer in self.network["layers"]]
        if self.layer not in names:
            raise ValueError(f"there is no layer {self.layer!r}; there are {', '.join(names)}")
        if not 0 <= self.chosen < len(self._faces):
            raise ValueError(f"face {self.chosen} was asked for, there are 0 to {len(self._faces) - 1}")
        until = keras.Model(self._model.input, self._model.get_layer(self.layer).output)
        face = self._faces.images[self.chosen][None, ..., None].astype("float32")
        answer = keras.ops.convert_to_numpy(until(face, training=False))[0]
        self._maps = answer.transpose(2, 0, 1) if answer.ndim == 3 else answer[:, None, None]
        grey, low, high = as_grey(self._maps)
        self.pictures = {
            "layer": self.layer,
            "chosen": self.chosen,  # so that equal maps of another face are news as well
            "size": list(self._maps.shape),
            "grey": grey.tobytes(),
            "low": low,
            "high": high,
            "values": self._maps[:, 0, 0].tolist() if self._maps.shape[1:] == (1, 1) else [],
        }

    def _still(self):
        from .still import map_sheet

        face = self._faces.images[self.chosen]
        about_it = next(layer for layer in self.network["layers"] if layer["name"] == self.layer)
        title = f"{self.layer}: {about_it['shape']}; {about_it['formula']}"
        alt = f"NetworkExplorer at layer {title}. A face, and the first of its feature maps."
        return map_sheet(face, as_grey(self._maps)[0], title), alt


def as_grey(maps):
    """Feature maps (c, h, w) as uint8, black at 0 or their least value, white from the largest hundredth on.

    Returns (grey, what is black, what is white). A single hot pixel would leave all others black.
    """
    low, high = float(min(maps.min(), 0)), float(np.quantile(maps, 0.99))
    grey = 255 * (maps - low) / max(high - low, 1e-9)
    return np.rint(np.clip(grey, 0, 255)).astype(np.uint8), low, high


def about(layer):
    """What the page tells of a layer, dict; `formula` ends with the number of its parameters."""
    shape = layer.output.shape[1:]
    return {
        "name": layer.name,
        "module": layer.name.split("_")[0],
        "kind": type(layer).__name__,
        "shape": " × ".join(str(n) for n in shape),
        "parameters": int(layer.count_params()),
        "formula": formula(layer),
    }


def formula(layer):
    """A layer's parameters as one would count them by hand, in words for layers that learn nothing."""
    kind = type(layer).__name__
    if kind == "Conv2D":
        (height, width), into = layer.kernel_size, layer.input.shape[-1]
        each = f"({height} · {width} · {into} + 1)" if layer.use_bias else f"{height} · {width} · {into}"
        return f"{each} · {layer.filters} = {(height * width * into + layer.use_bias) * layer.filters:,} parameters"
    if kind == "BatchNormalization":
        channels = layer.input.shape[-1]
        return (
            f"4 · {channels} = {4 * channels:,} parameters: scale, shift, mean and variance of each channel"
        )
    if layer.count_params():
        return f"{layer.count_params():,} parameters"
    return "0 parameters: nothing is learned here"
