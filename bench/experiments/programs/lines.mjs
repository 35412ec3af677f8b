// lines.mjs COUNT INTERVAL_US OBJECT_BYTES nl|none: as lines.c, with process.stdout.write().
const [count, intervalUs, size] = process.argv.slice(2, 5).map(Number);
const end = process.argv[5] === 'nl' ? '\n' : '';

for (let n = 1; n <= count; n++) {
  const head = `{"type":"tick","n":${n},"at":"${process.hrtime.bigint()}","pad":"`;
  const taken = process.stdout.write(
    `${head}${'x'.repeat(Math.max(0, size - head.length - 2 - end.length))}"}${end}`,
  );
  if (!taken) await new Promise((resolve) => process.stdout.once('drain', resolve));
  if (n < count && intervalUs > 0) await new Promise((resolve) => setTimeout(resolve, intervalUs / 1000));
}
