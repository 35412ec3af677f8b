/** The value of `FLAG VALUE` or `FLAG=VALUE`; null when the flag is not given. */
export function valueOfFlag(args: readonly string[], flag: string): string | null {
  const index = args.lastIndexOf(flag);
  if (index >= 0) return args[index + 1] ?? '';
  return args.findLast((arg) => arg.startsWith(`${flag}=`))?.slice(flag.length + 1) ?? null;
}
