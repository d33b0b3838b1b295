"""What this machine computes with, and in which numbers it is fastest."""

from pathlib import Path

import keras


def processor_flags():
    """What this processor can do, in the words of Linux: set of strings, empty where it isn't said."""
    try:
        return set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return set()


def gpu_generation():
    """NVIDIA's number for the kind of GPU that Keras computes on, such as (8, 0); None where it computes on none.

    (0, 0) for GPUs of other makers. keras.distribution knows them too, but fails on PyTorch, and on JAX without one.
    """
    backend = keras.backend.backend()
    if backend == "torch":
        import torch

        return torch.cuda.get_device_capability() if torch.cuda.is_available() else None
    if backend == "jax":
        import jax

        device = jax.devices()[0]
        number = str(getattr(device, "compute_capability", "")).split(".")
        known = tuple(map(int, number)) if all(part.isdigit() for part in number) else (0, 0)
        return known if device.platform == "gpu" else None
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    details = tf.config.experimental.get_device_details(gpus[0]) if gpus else {}
    return details.get("compute_capability", (0, 0)) if gpus else None


def best_precision():
    """ "mixed_bfloat16" where bfloat16 is multiplied in hardware, by the GPU if there is one; else "float32"."""
    gpu = gpu_generation()
    hardware = gpu >= (8, 0) if gpu else processor_flags() & {"amx_bf16", "avx512_bf16"}
    return "mixed_bfloat16" if hardware else "float32"
