"""Ten visitors at ten FaceProbes on one machine: python tests/benchmarks/many_kernels.py [--visitors 10]

Real kernels, each with a FaceProbe, get the messages that a page would send: a stroke every one to two seconds,
and after each, once the hand rests, the wish to keep a picture. One visitor alone and all of them at once take turns,
so that whatever else the machine does falls on both. A stroke takes from when it is sent to when the answer is here.

Prints the median and the 95th percentile of both, their ratio, what the kernel itself says it took, the
processor time of a stroke, and how much private memory (USS) the probe added to each kernel. Faces are drawn
unless FERLAB_DATA says otherwise.
"""

import argparse
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from jupyter_client.manager import start_new_kernel

BEFORE = "import psutil, sys, time; before = psutil.Process().memory_full_info().uss"
PROBE = """import ferlab
probe = ferlab.FaceProbe()
probe"""
# Of the rest's length in faceprobe.js; the page itself is not here.
REST = 0.4


class Visitor:
    """A kernel with a FaceProbe, and someone who probes."""

    def __init__(self, number):
        self.random = random.Random(number)
        self.manager, self.client = start_new_kernel()
        self.sent = 0
        self.asked(BEFORE)
        self.asked(PROBE)
        self.comm = self.asked(then="probe.comm.comm_id").strip("'")
        self.count = int(self.asked(then="probe.face['count']"))

    def asked(self, code="", then="None"):
        """Run code, and return as text what the kernel says an expression is then."""
        expressions = {"it": then}
        reply = self.client.execute(code, user_expressions=expressions, reply=True, timeout=600)["content"]
        assert reply["status"] == "ok", reply
        assert reply["user_expressions"]["it"]["status"] == "ok", reply
        return reply["user_expressions"]["it"]["data"]["text/plain"]

    def tell(self, data):
        message = self.client.session.msg("comm_msg", {"comm_id": self.comm, "data": data})
        self.client.shell_channel.send(message)

    def stroke(self):
        """Hide some superpixels. Returns milliseconds: until the answer came, and what the kernel says it took."""
        self.sent += 1
        hidden = self.random.sample(range(self.count), self.random.randint(1, self.count // 2))
        probe = {"face": 1, "sent": self.sent, "hidden": sorted(hidden)}
        begun = time.perf_counter()
        self.tell({"method": "update", "state": {"probe": probe}, "buffer_paths": []})
        while True:
            message = self.client.get_iopub_msg(timeout=120)
            state = (
                message["content"].get("data", {}).get("state", {})
                if message["msg_type"] == "comm_msg"
                else {}
            )
            if state.get("answer", {}).get("sent") == self.sent:
                return 1000 * (time.perf_counter() - begun), state["answer"]["milliseconds"]

    def probe(self, strokes):
        """Strokes at a person's pace. Returns what `stroke` does, for each."""
        took = []
        for _ in range(strokes):
            pause = self.random.uniform(1, 2)
            took.append(self.stroke())
            time.sleep(REST)
            self.tell({"method": "custom", "content": {"ask": "keep"}})
            time.sleep(pause - REST)
        return took

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def together(visitors, strokes):
    """What every stroke took, (n, 2), of visitors who probe at the same time."""
    with ThreadPoolExecutor(len(visitors)) as pool:
        return np.concatenate(list(pool.map(lambda visitor: visitor.probe(strokes), visitors)))


def asked_all(visitors, expression):
    return [float(visitor.asked(then=expression)) for visitor in visitors]


def report(name, took):
    whole, kernel = np.percentile(took, [50, 95], axis=0).T
    print(f"{name}: {len(took)} strokes; ", end="")
    print(f"median {whole[0]:.1f} ms, 95th percentile {whole[1]:.1f} ms; ", end="")
    print(f"the kernel itself {kernel[0]:.1f} and {kernel[1]:.1f} ms")
    return whole


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3, help="of one alone and all at once")
    parser.add_argument("--strokes", type=int, default=15, help="of each visitor in a round")
    args = parser.parse_args()
    os.environ.setdefault("FERLAB_DATA", "drawn")
    visitors = [Visitor(number) for number in range(args.visitors)]
    try:
        alone, at_once = [], []
        before = asked_all(visitors, "time.process_time()")
        for _ in range(args.rounds):
            alone.append(together(visitors[:1], args.strokes))
            at_once.append(together(visitors, args.strokes))
        spent = sum(asked_all(visitors, "time.process_time()")) - sum(before)
        one = report("one kernel", np.concatenate(alone))
        many = report(f"{args.visitors} kernels at once", np.concatenate(at_once))
        print(f"ratio: {many[0] / one[0]:.2f} of the medians, {many[1] / one[1]:.2f} of the 95th percentiles")
        strokes = sum(map(len, alone + at_once))
        print(f"processor time of a stroke and its picture: {1000 * spent / strokes:.0f} ms")
        added = np.array(asked_all(visitors, "psutil.Process().memory_full_info().uss - before")) / 2**20
        print(f"private memory that a FaceProbe adds: {np.median(added):.0f} MiB, at most {added.max():.0f}")
        heavy = asked_all(visitors, "int('tensorflow' in sys.modules)")
        print(f"kernels that imported TensorFlow: {sum(heavy):.0f}")
        print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    finally:
        for visitor in visitors:
            visitor.close()


if __name__ == "__main__":
    main()
