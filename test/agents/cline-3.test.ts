import {cline3} from './dialect.ts';
import {clineOnly} from './suite/cline-only.ts';
import {suite} from './suite/suite.ts';

suite('cline-3', cline3);
clineOnly('cline-3', cline3);
