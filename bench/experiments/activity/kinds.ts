/** The scenarios of the matrix by the kind of task in them. */
export const KINDS = {
  text: ['streaming', 'streaming-in-files', 'slow-first-answer', 'slow-model', 'sub-agent', 'huge-output'],
  'file operations': ['file-operations'],
  commands: ['silent-tool', 'working-tool', 'background-tool', 'held-stream'],
  retries: ['announced-retries', 'retries'],
  hangs: [
    'hanging-stream',
    'no-answer',
    'no-answer-later',
    'endless-tool',
    'question',
    'approval',
    'silent-approval',
    'no-exit',
  ],
} as const satisfies Record<string, readonly string[]>;

export type Kind = keyof typeof KINDS;

/** @throws for a scenario that stands in no kind */
export function kindOf(scenario: string): Kind {
  for (const [kind, scenarios] of Object.entries(KINDS))
    if ((scenarios as readonly string[]).includes(scenario)) return kind as Kind;
  throw new Error(`scenario "${scenario}" is of no kind: give it one here`);
}
