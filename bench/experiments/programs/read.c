#define _GNU_SOURCE
/* read pty|pipe PROGRAM ARGUMENT…: runs the program with its stdout on a raw PTY or a pipe, reads it 64 KiB at a time and
   finds the lines: about the least that a reader can do. Prints JSON: ms from the start to the first byte and to the end,
   bytes, lines, and for each line with an "at" in it the ms from then until it was read. */
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* [0] to read from, [1] for the child. */
static void open_ends(int ends[2], int on_pty) {
  if (!on_pty) {
    if (pipe(ends) < 0) exit(1);
    return;
  }
  struct termios raw;
  if (openpty(&ends[0], &ends[1], NULL, NULL, NULL) < 0) exit(1);
  tcgetattr(ends[1], &raw);
  cfmakeraw(&raw);
  tcsetattr(ends[1], TCSANOW, &raw);
}

static double *latencies_ms;
static long latency_count, line_count;

static void line_seen(const char *line, size_t length, long long seen_ns) {
  line_count++;
  const char *at = memmem(line, length < 64 ? length : 64, "\"at\":\"", 6);
  if (!at) return;
  if (latency_count % 4096 == 0) latencies_ms = realloc(latencies_ms, (latency_count + 4096) * sizeof(double));
  latencies_ms[latency_count++] = (seen_ns - atoll(at + 6)) / 1e6;
}

/* Not from getrusage, whose peak begins with that of the parent. */
static long peak_rss_bytes(void) {
  long kilobytes = 0;
  char line[256];
  FILE *status = fopen("/proc/self/status", "r");
  if (!status) return 0;
  while (fgets(line, sizeof line, status))
    if (sscanf(line, "VmHWM: %ld", &kilobytes) == 1) break;
  fclose(status);
  return kilobytes * 1024;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int ends[2];
  open_ends(ends, strcmp(argv[1], "pty") == 0);
  long long started = now_ns(), first = 0;
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 1);
    close(ends[0]);
    close(ends[1]);
    setsid();
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  close(ends[1]);
  enum { CHUNK = 65536 };
  char *held = malloc(2 * CHUNK);
  size_t length = 0;
  long long bytes = 0;
  for (;;) {
    ssize_t got = read(ends[0], held + length, CHUNK);
    if (got <= 0) break; /* Linux reports EIO at the end of a PTY. */
    long long seen = now_ns();
    if (!first) first = seen;
    bytes += got;
    length += got;
    char *from = held, *end;
    while ((end = memchr(from, '\n', held + length - from))) {
      line_seen(from, end - from, seen);
      from = end + 1;
    }
    length -= from - held;
    memmove(held, from, length);
    if (length > CHUNK) length = 0;
  }
  long long ended = now_ns();
  int status;
  waitpid(child, &status, 0);
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  double cpu_ms = used.ru_utime.tv_sec * 1e3 + used.ru_utime.tv_usec / 1e3 + used.ru_stime.tv_sec * 1e3 + used.ru_stime.tv_usec / 1e3;
  printf("{\"firstMs\":%.3f,\"ms\":%.3f,\"bytes\":%lld,\"objects\":%ld,\"cpuMs\":%.1f,\"peakRssBytes\":%ld,\"latenciesMs\":[",
         (first - started) / 1e6, (ended - started) / 1e6, bytes, line_count, cpu_ms, peak_rss_bytes());
  for (long index = 0; index < latency_count; index++) printf(index ? ",%.4f" : "%.4f", latencies_ms[index]);
  puts("]}");
  return 0;
}
