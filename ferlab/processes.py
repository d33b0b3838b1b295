"""Work shared out among processes, whoever's machine it is."""

import os


def parallel(n_jobs):
    """joblib's Parallel, which shares no large arrays by files and so needs no folder for them.

    joblib names that folder in ASCII to a process of its own, and stops with a UnicodeEncodeError where it can't: in
    Windows the usual one lies in the user's home, and the user may be called Jörg. The root it can name everywhere.
    """
    from joblib import Parallel

    return Parallel(n_jobs, temp_folder=os.sep, max_nbytes=None)
