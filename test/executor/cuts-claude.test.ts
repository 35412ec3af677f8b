import {testCuts} from './cuts.ts';
import {recordedCases} from './recordings.ts';

testCuts(recordedCases().filter(({name}) => name.startsWith('claude/')));
