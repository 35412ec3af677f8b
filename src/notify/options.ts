export const NOTIFY_FORMATS = ['json', 'slack'] as const;

/** `json`: the report itself. `slack`: a message for an incoming webhook. */
export type NotifyFormat = (typeof NOTIFY_FORMATS)[number];

/** Who is told of the end of a session, and how. */
export interface NotifyOptions {
  /** Shell commands, run one after the other. */
  onEnd: readonly string[];
  /** An http or https URL that the report is posted to, or null. */
  notifyUrl: string | null;
  notifyFormat: NotifyFormat;
}
