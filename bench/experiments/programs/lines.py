# lines.py COUNT INTERVAL_US OBJECT_BYTES nl|none: as lines.c, with print().
import sys
import time

count, interval_us, size = (int(argument) for argument in sys.argv[1:4])
end = "\n" if sys.argv[4] == "nl" else ""
for n in range(1, count + 1):
    head = f'{{"type":"tick","n":{n},"at":"{time.monotonic_ns()}","pad":"'
    print(head + "x" * (size - len(head) - 2 - len(end)) + '"}', end=end)
    if n < count and interval_us > 0:
        time.sleep(interval_us / 1e6)
