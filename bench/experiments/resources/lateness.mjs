// lateness.mjs: a process that has nothing to do with oneshot and wants to do something each 5 ms. Prints, once stdin is closed, by how
// much it came too late: {p50Ms, p99Ms, maxMs}.
const EVERY_MS = 5;
const lateMs = [];
let dueMs = performance.now() + EVERY_MS;

function look() {
  const nowMs = performance.now();
  lateMs.push(Math.max(0, nowMs - dueMs));
  dueMs = nowMs + EVERY_MS;
  setTimeout(look, EVERY_MS);
}
setTimeout(look, EVERY_MS);

process.stdin.resume();
process.stdin.on('end', () => {
  lateMs.sort((a, b) => a - b);
  const at = (share) => lateMs[Math.min(lateMs.length - 1, Math.floor(share * lateMs.length))] ?? null;
  process.stdout.write(JSON.stringify({p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1)}), () =>
    process.exit(0),
  );
});
