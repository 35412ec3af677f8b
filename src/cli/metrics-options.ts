/** What is to be measured and told of runs: the options, and what was asked for. */
import {type Command, Option} from 'commander';

export interface MetricsFlags {
  metrics?: boolean;
}

export interface MetricsOptions {
  /** Record how the output of each run came through. */
  metrics: boolean;
}

export function addMetricsOptions(command: Command): void {
  command
    .option('--metrics', 'record figures of the streaming itself; see oneshot show --metrics')
    .addOption(new Option('--no-metrics').hideHelp());
}

export function metricsOptionsOf({metrics}: MetricsFlags): MetricsOptions {
  return {metrics: metrics === true};
}
