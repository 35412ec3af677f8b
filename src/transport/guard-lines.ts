/** What a guard is told, one JSON object per line. */
export type GuardLine =
  /** Something with this mark may run from now on. */
  | {type: 'watch'; mark: string}
  /** `pid` is what was started, by `parentPid`. */
  | {type: 'started'; mark: string; pid: number; parentPid: number}
  /** Nothing is left of it. */
  | {type: 'ended'; mark: string};
