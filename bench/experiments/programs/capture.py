# capture.py REPEAT PROGRAM ARGUMENT…: runs the program to its end with subprocess.run(capture_output), REPEAT times, and then
# looks at its lines. Prints JSON: ms to the first line and to the end, bytes, objects, CPU time and by how much memory grew, of the
# last run; latencies of its lines; bytes of all runs.
# capture.py kill PROGRAM ARGUMENT…: gives the program a second, then lets subprocess.run end it.
import json
import resource
import subprocess
import sys
import time


def cpu_ms():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1e3


def status_bytes(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(name + ":"))


def forget_peak():
    with open("/proc/self/clear_refs", "w") as refs:
        refs.write("5")


argv = sys.argv[2:]
if sys.argv[1] == "kill":
    try:
        subprocess.run(argv, capture_output=True, timeout=1)
    except subprocess.TimeoutExpired:
        pass
    sys.exit()

sizes = []
for _ in range(int(sys.argv[1])):
    started = time.monotonic_ns()
    forget_peak()
    cpu_before, rss_before = cpu_ms(), status_bytes("VmRSS")
    done = subprocess.run(argv, capture_output=True)
    first = None
    latencies = []
    for line in done.stdout.splitlines():
        value = json.loads(line)
        now = time.monotonic_ns()
        first = first or now
        if "at" in value:
            latencies.append((now - int(value["at"])) / 1e6)
    ended = time.monotonic_ns()
    cpu_used, rss_grown = cpu_ms() - cpu_before, status_bytes("VmHWM") - rss_before
    sizes.append(len(done.stdout))
print(
    json.dumps(
        {
            "firstMs": (first - started) / 1e6,
            "ms": (ended - started) / 1e6,
            "bytes": sizes[-1],
            "objects": len(latencies),
            "cpuMs": cpu_used,
            "rssBytes": rss_grown,
            "latenciesMs": latencies,
            "sizes": sizes,
        }
    )
)
