import {readEvents} from './read.ts';

/** The variables that the processes of the session folder `dir` carry, one for each run. @throws OneshotError as `readEvents` */
export async function marksOf(dir: string): Promise<string[]> {
  const marks: string[] = [];
  for await (const event of readEvents(dir)) if (event.type === 'run_started') marks.push(event.mark);
  return marks;
}
