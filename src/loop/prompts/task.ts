/** The task as it is now: what the user has added belongs to it. */
export function taskWith(task: string, instructions: readonly string[]): string {
  return [task, ...instructions.map((added) => `The user has added:\n\n${added}`)].join('\n\n');
}
