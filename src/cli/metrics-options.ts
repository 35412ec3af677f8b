/** What is to be measured and told of runs: the options, and what was asked for. */
import {type Command, Option} from 'commander';

export interface MetricsFlags {
  metrics?: boolean;
  otel?: boolean;
}

export interface MetricsOptions {
  /** Record how the output of each run came through. */
  metrics: boolean;
  /** Export spans and metrics to the OpenTelemetry SDK that is registered. */
  otel: boolean;
}

export function addMetricsOptions(command: Command): void {
  command
    .option('--metrics', 'record figures of the streaming itself; see oneshot show --metrics')
    .addOption(new Option('--no-metrics').hideHelp())
    .option('--otel', 'export spans and metrics to a registered OpenTelemetry SDK')
    .addOption(new Option('--no-otel').hideHelp());
}

export function metricsOptionsOf({metrics, otel}: MetricsFlags): MetricsOptions {
  return {metrics: metrics === true, otel: otel === true};
}
