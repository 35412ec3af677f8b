export async function start(_self: URL): Promise<void> {
  const c = await import('commander');
  console.log(Object.keys(c));
}
