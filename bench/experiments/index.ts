import {activity} from './activity/index.ts';
import {buffer} from './buffer/index.ts';
import type {AnyExperiment} from './experiment.ts';
import {json} from './json/index.ts';
import {peers} from './peers/index.ts';
import {resources} from './resources/index.ts';
import {transport} from './transport/index.ts';

/** Every experiment, in the order of docs/experiments.md. */
export const EXPERIMENTS: readonly AnyExperiment[] = [buffer, activity, resources, json, transport, peers];
