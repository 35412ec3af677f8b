/** A prompt after the text that the user wants before it. */
export function headed(header: string | null | undefined, prompt: string): string {
  return header ? `${header}\n\n${prompt}` : prompt;
}
