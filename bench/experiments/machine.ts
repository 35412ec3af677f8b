/** What a measurement was run on, without what would name it. */
import {availableParallelism, cpus, loadavg, release, totalmem, type} from 'node:os';
import {rounded} from '../stats.ts';

export interface Machine {
  /** Such as `Linux 6.18.5 x64`. */
  system: string;
  cpu: string;
  cores: number;
  memoryGB: number;
  node: string;
  /** Load average over a minute, before and after. */
  load: [number, number];
}

export function loadNow(): number {
  return rounded(loadavg()[0]!, 1);
}

/** This machine, with the load that it had when the measurement began and the one it has now. */
export function machine(loadBefore: number): Machine {
  return {
    system: `${type()} ${/^[\d.]+\d/.exec(release())?.[0] ?? ''} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 1e9),
    node: process.versions.node,
    load: [loadBefore, loadNow()],
  };
}

/** Such as `2 × CPU, 8 GB, Node 20.20.2`. */
export function hardwareText({cpu, cores, memoryGB, node}: Machine): string {
  return `${cores} × ${cpu}, ${memoryGB} GB, Node ${node}`;
}

/** Such as `1.5 to 2.5`. */
export function loadText({load}: Machine): string {
  return load.join(' to ');
}
