import {claude} from './dialect.ts';
import {claudeOnly} from './suite/claude-only.ts';
import {suite} from './suite/suite.ts';

suite('claude-pinned', claude);
claudeOnly('claude-pinned');
