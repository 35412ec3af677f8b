/**
 * Measures every variant once a round. The order is turned by one from round to round, so that what slows the machine
 * down for a while meets all of them alike.
 */
export async function roundRobin<T>(
  rounds: number,
  variants: Readonly<Record<string, (round: number) => Promise<T>>>,
  onStep: (done: number, total: number, name: string) => void = () => {},
): Promise<Record<string, T[]>> {
  const names = Object.keys(variants);
  const results: Record<string, T[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < names.length; place++) {
      const name = names[(place + round) % names.length]!;
      results[name]!.push(await variants[name]!(round));
      onStep(round * names.length + place + 1, rounds * names.length, name);
    }
  }
  return results;
}
