import {activity} from './activity/index.ts';
import type {AnyExperiment} from './experiment.ts';

/** Every experiment, in the order of docs/experiments.md. */
export const EXPERIMENTS: readonly AnyExperiment[] = [activity];
