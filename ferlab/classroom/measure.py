"""What a notebook needs of a machine: seconds, and the memory that its kernel held."""

import time
from pathlib import Path

import nbformat

# Linux counts both in kilobytes. Private is what other kernels don't share: not the libraries, not the faces' file.
PROBE = """
from pathlib import Path

peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
rows = map(str.split, Path("/proc/self/smaps_rollup").read_text().splitlines())
private = sum(int(row[1]) for row in rows if row[0] in ("Private_Clean:", "Private_Dirty:"))
print(peak // 1024, private // 1024)
"""


def measure(path):
    """Run a notebook with its own kernel, from its own folder. Needs Linux; writes nothing.

    Returns (seconds, the most megabytes that the kernel held, those of its last state that are private to it).
    """
    if not Path("/proc/self/smaps_rollup").exists():
        raise OSError("what a kernel needs is read from /proc/self/smaps_rollup, which only Linux has")
    from nbclient import NotebookClient

    notebook = nbformat.read(path, 4)
    notebook.cells.append(nbformat.v4.new_code_cell(PROBE))
    begun = time.perf_counter()
    client = NotebookClient(
        notebook, timeout=900, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    peak, private = map(int, notebook.cells[-1].outputs[0].text.split())
    return time.perf_counter() - begun, peak, private
