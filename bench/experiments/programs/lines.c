/* lines COUNT INTERVAL_US OBJECT_BYTES nl|none [default|line|write]: JSON objects on stdout, each with the monotonic time in
   ns right before it was written, padded to a size. `default` is what stdio does by itself: by line on a terminal, in blocks
   elsewhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void pause_us(long us) {
  struct timespec time = {us / 1000000, us % 1000000 * 1000};
  if (us > 0) nanosleep(&time, NULL);
}

static void put(int by_write, const char *bytes, size_t length) {
  if (!by_write) {
    fwrite(bytes, 1, length, stdout);
    return;
  }
  for (size_t at = 0; at < length;) {
    ssize_t taken = write(1, bytes + at, length - at);
    if (taken < 0) exit(1);
    at += taken;
  }
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  long count = atol(argv[1]), interval_us = atol(argv[2]), size = atol(argv[3]);
  const char *end = strcmp(argv[4], "nl") == 0 ? "\n" : "";
  const char *buffering = argc > 5 ? argv[5] : "default";
  int by_write = strcmp(buffering, "write") == 0;
  if (strcmp(buffering, "line") == 0) setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  char *pad = malloc(size + 1), *line = malloc(size + 200);
  memset(pad, 'x', size);
  pad[size] = 0;
  for (long n = 1; n <= count; n++) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long at = now.tv_sec * 1000000000LL + now.tv_nsec;
    int head = sprintf(line, "{\"type\":\"tick\",\"n\":%ld,\"at\":\"%lld\",\"pad\":\"", n, at);
    long left = size - head - 2 - (long)strlen(end);
    int length = sprintf(line + head, "%.*s\"}%s", (int)(left > 0 ? left : 0), pad, end) + head;
    put(by_write, line, length);
    if (n < count) pause_us(interval_us);
  }
  return 0;
}
