"""Faces out of a photo that came from the page."""

import tempfile
from pathlib import Path


def faces_in(content):
    """The faces in a photo, given as the bytes of its file: list of uint8 (48, 48), the largest first.

    ValueError says what is wrong with a file that is no photo, or that shows no face.
    """
    from ..photo import crop, face_from_photo, find_faces, read_grey

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo"
        path.write_bytes(content)
        try:
            grey = read_grey(path)
        except ValueError as error:
            raise ValueError(str(error).replace(str(path), "The file")) from error
    # Without a face, face_from_photo says why there may be none.
    return [crop(grey, box) for box in find_faces(grey)] or [face_from_photo(grey)]
