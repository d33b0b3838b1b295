"""From a photo of any size to the 48x48 grey face that a network takes."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

# Larger photos are made smaller before looking for faces: to so many pixels, then, for small faces, to so many.
LONGEST, FINER = 512, 1024
SMALLEST = 24  # pixels of a face that the detector can see
MOST_PIXELS = 150_000_000  # an image that claims more is refused before it is unpacked
# The detector's box is tight around brows and mouth; FER-2013's crops reach from hairline to chin.
WIDEN, LOWER = 1.15, 0.06


def face_from_photo(photo, *, face=0):
    """The face in a photo, as uint8 (48, 48).

    photo  path of an image file, a PIL image, or an array: (h, w) grey, (h, w, 3) rgb or (h, w, 4) rgba, as uint8,
           uint16, bool, or float in 0..1
    face   which one, where there are several: 0 is the largest (find_faces lists them)

    Rotation noted by the camera (EXIF) is undone, transparency is laid over white. Faces are found by
    scikit-image's cascade of local binary patterns (Viola and Jones 2001, with the features of
    Liao et al. 2007). Errors: FileNotFoundError; ValueError for what is no image, or shows no face.
    """
    grey = read_grey(photo)
    boxes = _boxes(grey)
    if not boxes:
        height, width = grey.shape
        smallest = SMALLEST * _shrunk(grey.shape, FINER)
        raise ValueError(
            f"no face was found in this {width}x{height} photo. The detector wants an upright face seen from "
            f"the front, at least {smallest:.0f} pixels wide here; turn the photo, or crop the face yourself"
        )
    if not 0 <= face < len(boxes):
        raise ValueError(f"face={face}: {len(boxes)} found in this photo, so 0 to {len(boxes) - 1}")
    return crop(grey, boxes[face])


def find_faces(photo):
    """Boxes (top, left, height, width) in pixels of the upright photo, the largest face first; [] if none."""
    return _boxes(read_grey(photo))


def crop(grey, box):
    """Cut a box (top, left, height, width) out of a grey image (h, w) as uint8 (48, 48).

    The cut is widened as FER-2013 frames faces; where it leaves the image, the border is repeated.
    """
    top, left, height, width = box
    side = max(height, width) * WIDEN
    middle_y, middle_x = top + height * (0.5 + LOWER), left + width / 2
    begin_y, begin_x = round(middle_y - side / 2), round(middle_x - side / 2)
    end_y, end_x = begin_y + round(side), begin_x + round(side)
    rows = np.clip(np.arange(begin_y, end_y), 0, grey.shape[0] - 1)
    columns = np.clip(np.arange(begin_x, end_x), 0, grey.shape[1] - 1)
    # Averages over area when it shrinks, so that no pixel is lost between samples.
    return np.asarray(Image.fromarray(grey[np.ix_(rows, columns)]).resize((48, 48), Image.Resampling.BOX))


def read_grey(photo):
    """A photo (as for `face_from_photo`) as grey values, uint8 (h, w), upright."""
    if isinstance(photo, Image.Image):
        image = ImageOps.exif_transpose(photo)
    else:
        image = _from_array(photo) if isinstance(photo, np.ndarray) else _from_file(photo)
    if min(image.size) < 24:
        raise ValueError(f"the image is {image.width}x{image.height} pixels; a face needs at least 24x24")
    return to_grey(image)


def to_grey(image):
    """uint8 (h, w) from a PIL image of any mode: 16 bits scaled to 8, transparency over white."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        values = np.asarray(image, float)
        if image.mode == "F" and values.max() <= 1:
            values = 255 * values
        if image.mode.startswith("I;16") or values.max() > 255:
            values = values / 257
        image = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.asarray(image.convert("RGB").convert("L"))


def _from_file(photo):
    if "://" in str(photo):
        raise ValueError(f"{photo} is an address; save the picture, and give the file's path")
    path = Path(photo).expanduser()
    if path.is_dir():
        raise ValueError(f"{path} is a folder; expected an image file")
    if not path.is_file():
        raise FileNotFoundError(f"{path.absolute()} is not there; expected an image file")
    with open(path, "rb") as file:
        begin = file.read(12)
    if not begin:
        raise ValueError(f"{path} is empty; expected an image file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is checked below
            with Image.open(path) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ValueError(
                        f"{path} has {image.width}x{image.height} pixels, more than {MOST_PIXELS:,}; "
                        "make it smaller first"
                    )
                return ImageOps.exif_transpose(image)
    except UnidentifiedImageError:
        phone = begin[4:8] == b"ftyp"  # the mark of HEIC, and of films
        kind = "HEIC, as phones save photos, whatever its name" if phone else "not an image that can be read"
        raise ValueError(f"{path} is {kind}; save it as JPEG or PNG") from None
    except Image.DecompressionBombError:
        raise ValueError(f"{path} has more than {MOST_PIXELS:,} pixels; make it smaller first") from None
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{path} is damaged or cut short: {error}") from None


def _from_array(array):
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)) or not array.size:
        raise ValueError(f"the array is {array.shape}, expected (h, w), (h, w, 3) or (h, w, 4)")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.dtype.kind == "f":
        low, high = array.min(), array.max()
        if not (np.isfinite(low) and np.isfinite(high)) or low < 0 or high > 1:
            raise ValueError(f"a float image runs from {low:g} to {high:g}, expected 0..1; or use uint8")
        array = np.round(array * 255)
    elif array.dtype == np.uint16:
        array = array // 257
    elif array.dtype == bool:
        array = array * 255
    elif array.dtype != np.uint8:
        raise ValueError(f"the array is {array.dtype}, expected uint8, uint16, bool or float")
    return Image.fromarray(array.astype(np.uint8))


def _boxes(grey):
    """Faces of a tenth of the photo's shorter side and more; where there are none, as in a group's, smaller ones."""
    smallest = max(SMALLEST, round(min(grey.shape) / _shrunk(grey.shape, LONGEST)) // 10)
    # Fewer findings of one face than 8, and it sees faces in hands and badges; among small ones, fewer than 12.
    return _detected(grey, LONGEST, smallest, 8) or _detected(grey, FINER, SMALLEST, 12)


def _shrunk(shape, longest):
    return max(1, max(shape) / longest)


def _detected(grey, longest, smallest, findings):
    from skimage.data import lbp_frontal_face_cascade_filename
    from skimage.feature import Cascade

    scale = _shrunk(grey.shape, longest)
    size = [max(1, round(side / scale)) for side in grey.shape[::-1]]
    small = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX)) if scale > 1 else grey
    shortest = min(small.shape)
    found = Cascade(lbp_frontal_face_cascade_filename()).detect_multi_scale(
        small,
        scale_factor=1.1,
        step_ratio=1,
        min_size=(smallest, smallest),
        max_size=(shortest, shortest),
        min_neighbor_number=findings,
    )
    boxes = [tuple(round(face[key] * scale) for key in ("r", "c", "height", "width")) for face in found]
    return sorted(boxes, key=lambda box: -box[2] * box[3])
