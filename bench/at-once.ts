/**
 * Runs all jobs, `count` of them at the same time at most.
 * @throws what the first job that fails throws, once those under way are over; no other one is begun then
 */
export async function atOnce(count: number, jobs: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = [...jobs];
  const failures: unknown[] = [];
  const work = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      await job().catch((error: unknown) => {
        failures.push(error);
        waiting.length = 0;
      });
    }
  };
  await Promise.all(Array.from({length: count}, work));
  if (failures.length > 0) throw failures[0];
}
