// ticking-claude.mjs COUNT PER_SECOND: the same as ticking-claude.pl, where there is no Perl.
import {writeSync} from 'node:fs';

const [count, rate] = process.argv.slice(2).map(Number);
const session = `00000000-0000-4000-8000-${String(process.pid).padStart(12, '0')}`;
const say = (value) =>
  writeSync(1, `${JSON.stringify({...value, session_id: session, parent_tool_use_id: null})}\n`);
const stream = (event) => say({type: 'stream_event', event});
const content_block = {type: 'text', text: ''};

say({type: 'system', subtype: 'init', model: 'm', permissionMode: 'default'});
stream({type: 'message_start', message: {id: 'msg_1', role: 'assistant', model: 'm', content: []}});
stream({type: 'content_block_start', index: 0, content_block});
const beganMs = performance.now();
for (let tick = 1; tick <= count; tick++) {
  const waitMs = beganMs + (tick * 1000) / rate - performance.now();
  if (waitMs > 0) await new Promise((settle) => setTimeout(settle, waitMs));
  const delta = {type: 'text_delta', text: `at:${process.hrtime.bigint()} `};
  stream({type: 'content_block_delta', index: 0, delta});
}
stream({type: 'content_block_stop', index: 0});
stream({type: 'message_stop'});
say({type: 'result', subtype: 'success', is_error: false, result: `${count} ticks`, permission_denials: []});
