import {claude} from './dialect.ts';
import {claudeOnly} from './suite/claude-only.ts';
import {suite} from './suite/suite.ts';

suite('claude-newest', claude);
claudeOnly('claude-newest');
