/** What must hold of oneshot with every agent. One real run serves many assertions, since a start costs seconds. */
import {describe} from 'vitest';
import type {Dialect} from '../dialect.ts';
import type {AgentName} from '../install.ts';
import {showsWhatTheAgentDoes} from './activity.ts';
import {losesNoByte} from './bytes.ts';
import {outlivesFailures} from './failures.ts';
import {survivesFaults} from './faults.ts';
import {loops} from './loop.ts';
import {stopsTheAgent} from './stopping.ts';
import {endsWithAVerdict} from './verdicts.ts';

export function suite(name: AgentName, dialect: Dialect): void {
  describe(name, () => {
    showsWhatTheAgentDoes(name, dialect);
    losesNoByte(name, dialect);
    endsWithAVerdict(name, dialect);
    loops(name, dialect);
    outlivesFailures(name, dialect);
    survivesFaults(name, dialect);
    stopsTheAgent(name, dialect);
  });
}
