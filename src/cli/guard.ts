/** The program of the guard process: stdin is a pipe from oneshot, whose end says that oneshot is gone. */
import {guardUntilGone} from '../transport/guarding.ts';

await guardUntilGone(process.stdin);
process.exit(0);
