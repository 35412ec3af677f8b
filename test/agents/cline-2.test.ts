import {cline2} from './dialect.ts';
import {clineOnly} from './suite/cline-only.ts';
import {suite} from './suite/suite.ts';

suite('cline-2', cline2);
clineOnly('cline-2', cline2);
