/** The options that name templates of prompts. */
import {resolve} from 'node:path';
import {type Command, Option} from 'commander';
import type {PromptTemplates} from '../loop/prompts/templates.ts';
import {plainValue} from './option-values.ts';

export interface TemplateFlags {
  workerTemplate?: string;
  reworkerTemplate?: string;
  auditorTemplate?: string;
}

export type Prompt = keyof PromptTemplates;

/** Absolute paths of files; null: the template that is built in. */
export type TemplatePaths = Readonly<Record<Prompt, string | null>>;

export const PROMPTS: Readonly<Record<Prompt, string>> = {
  worker: "the worker's first prompt",
  reworker: "the worker's further prompts",
  auditor: "the auditor's prompt",
};

export const PROMPT_NAMES = Object.keys(PROMPTS) as readonly Prompt[];

export function addTemplateOptions(command: Command): void {
  for (const prompt of PROMPT_NAMES) {
    const flag = `--${prompt}-template`;
    command.addOption(
      new Option(`${flag} <file>`, `template of ${PROMPTS[prompt]}`).argParser((given: string) =>
        plainValue(flag, given),
      ),
    );
  }
}

/** `cwd`: what relative paths are relative to. */
export function templatePathsOf(flags: TemplateFlags, cwd: string): TemplatePaths {
  const pathOf = (path: string | undefined) => (path === undefined ? null : resolve(cwd, path));
  return {
    worker: pathOf(flags.workerTemplate),
    reworker: pathOf(flags.reworkerTemplate),
    auditor: pathOf(flags.auditorTemplate),
  };
}
