/** Flags of the Python tool that have no meaning here, and what to do instead; `docs/migration.md` has them all. */

const KEYS =
  'A key on a command line can be read by everybody: set the variable that the agent reads, such as ANTHROPIC_API_KEY, or name it in a configuration: "env": {"ANTHROPIC_API_KEY": {"fromEnv": "NAME"}}; for a direct endpoint name the variable that holds it: --worker-api-key-env NAME.';

export const REPLACED_FLAGS: Readonly<Record<string, string>> = {
  '--resume': 'Go on with the last session: oneshot resume.',
  '--session': 'Go on with a session: oneshot resume ID; look at it: oneshot show ID.',
  '--worker-api-key': KEYS,
  '--auditor-api-key': KEYS.replace('--worker', '--auditor'),
};

/** The flag in an error about an unknown option, and its replacement; null for any other. Its value is left out. */
export function replacementOf(message: string): {flag: string; nextStep: string} | null {
  const flag = /unknown option '([^'=]+)/.exec(message)?.[1] ?? '';
  const nextStep = Object.hasOwn(REPLACED_FLAGS, flag) ? REPLACED_FLAGS[flag] : undefined;
  return nextStep === undefined ? null : {flag, nextStep};
}
