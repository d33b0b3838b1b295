"""The expression labels, their colours, and the facial action units that FACS describes.

Labels are names for expressions, not for what a person feels: Barrett et al. 2019
(doi 10.1177/1529100619832930) review how loosely the two hang together.
"""

# FER-2013's order (Goodfellow et al. 2013, arXiv 1307.0414): a label in the file is an index into this.
FER2013 = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
# FER+ adds contempt (Barsoum et al. 2016, arXiv 1608.01041). The first seven keep FER-2013's order.
FERPLUS = (*FER2013, "contempt")
# The columns of fer2013new.csv, in the file's order, in our names. NF: not a face.
VOTES = ("neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt", "unknown", "NF")
# What else data sets call the labels: FER+ in those columns, and copies of FER-2013 on data hubs.
ALSO_CALLED = {
    "happiness": "happy",
    "sadness": "sad",
    "anger": "angry",
    "disgusted": "disgust",
    "fearful": "fear",
    "surprised": "surprise",
}

# Okabe and Ito's palette, told apart by colour-blind readers; one colour per label everywhere.
COLOURS = {
    "angry": "#D55E00",
    "disgust": "#009E73",
    "fear": "#CC79A7",
    "happy": "#E69F00",
    "sad": "#0072B2",
    "surprise": "#56B4E9",
    "neutral": "#7F7F7F",
    "contempt": "#000000",
}

# Action units: number -> (name, regions of the face they move).
# After Ekman and Friesen 1978; the regions are ours, by what each movement is said to move.
ACTION_UNITS = {
    1: ("inner brow raiser", ("brows", "forehead")),
    2: ("outer brow raiser", ("brows", "forehead")),
    4: ("brow lowerer", ("brows", "forehead")),
    5: ("upper lid raiser", ("eyes",)),
    6: ("cheek raiser", ("cheeks", "eyes")),
    7: ("lid tightener", ("eyes",)),
    9: ("nose wrinkler", ("nose",)),
    10: ("upper lip raiser", ("mouth",)),
    12: ("lip corner puller", ("mouth", "cheeks")),
    14: ("dimpler", ("mouth",)),
    15: ("lip corner depressor", ("mouth",)),
    16: ("lower lip depressor", ("mouth",)),
    17: ("chin raiser", ("chin",)),
    20: ("lip stretcher", ("mouth",)),
    23: ("lip tightener", ("mouth",)),
    24: ("lip pressor", ("mouth",)),
    25: ("lips part", ("mouth",)),
    26: ("jaw drop", ("mouth", "chin")),
}

# Two codebooks in circulation, label -> action units: one in the style of EMFACS, as it is widely copied, and one
# prototype a label after the FACS manual of 1978, which gives several. They differ most on disgust, so both are kept.
# Contempt is one-sided (right 12 and 14) and has no 1978 prototype.
EMFACS = {
    "happy": (6, 12),
    "sad": (1, 4, 15),
    "surprise": (1, 2, 5, 26),
    "fear": (1, 2, 4, 5, 7, 20, 26),
    "angry": (4, 5, 7, 23),
    "disgust": (9, 15, 16),
    "contempt": (12, 14),
    "neutral": (),
}
FACS_1978 = {
    "happy": (6, 12, 25),
    "sad": (1, 4, 15),
    "surprise": (1, 2, 5, 26),
    "fear": (1, 2, 4, 5, 20, 25),
    "angry": (4, 5, 7, 24),
    "disgust": (4, 10, 17),
    "neutral": (),
}

# Regions of a face; a region map is uint8 (48, 48) of indices into this.
REGIONS = ("background", "hair", "forehead", "brows", "eyes", "nose", "cheeks", "mouth", "chin")
