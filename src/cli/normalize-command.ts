export async function normalizeCommand(..._a: unknown[]): Promise<number> {
  return 1;
}
