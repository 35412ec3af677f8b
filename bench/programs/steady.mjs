// steady.mjs COUNT INTERVAL_MS: COUNT lines of JSON, one each INTERVAL_MS.
const [count, intervalMs] = process.argv.slice(2).map(Number);

let said = 0;
const timer = setInterval(() => {
  process.stdout.write(`{"type":"step","number":${++said}}\n`);
  if (said === count) clearInterval(timer);
}, intervalMs);
