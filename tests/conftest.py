"""What holds for every test."""

import os

# Nothing can be recorded here, so a developer's own record of what they tried stays as it is. Kernels and commands
# that a test starts inherit it; a test of the record names a folder of its own.
os.environ["FERLAB_PROGRESS"] = os.devnull
