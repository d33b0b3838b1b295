"""What a notebook needs of a machine: seconds, and the most memory that its kernel held."""

import time

import nbformat

# ru_maxrss is in kilobytes on Linux.
PROBE = """
import resource
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def measure(path):
    """Run a notebook with its own kernel, from its own folder. Returns (seconds, peak megabytes); writes nothing."""
    from nbclient import NotebookClient

    notebook = nbformat.read(path, 4)
    notebook.cells.append(nbformat.v4.new_code_cell(PROBE))
    begun = time.perf_counter()
    client = NotebookClient(
        notebook, timeout=900, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    return time.perf_counter() - begun, int(notebook.cells[-1].outputs[0].text)
