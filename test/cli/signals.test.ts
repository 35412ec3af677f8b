import {EventEmitter} from 'node:events';
import {describe, expect, it} from 'vitest';
import {catchSignals} from '../../src/cli/signals.ts';
import {ManualClock} from '../support/manual-clock.ts';

function caught() {
  const source = new EventEmitter();
  const clock = new ManualClock();
  return {
    source,
    clock,
    signals: catchSignals(source, clock),
    send: (name: string) => source.emit(name, name),
  };
}

describe('signals', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    'the first %s asks the agent to stop and is remembered',
    (name) => {
      const {signals, send} = caught();
      expect(signals.received()).toBeNull();
      send(name);
      expect(signals.stop.aborted).toBe(true);
      expect(signals.stop.reason).toEqual({outcome: 'canceled', reason: `oneshot received ${name}`});
      expect(signals.kill.aborted).toBe(false);
      expect(signals.received()).toBe(name);
    },
  );

  it('the second one kills, and the first stays the reason', () => {
    const {signals, send, clock} = caught();
    send('SIGINT');
    clock.advance(50);
    send('SIGINT');
    expect(signals.kill.aborted).toBe(true);
    expect(signals.received()).toBe('SIGINT');
  });

  it('a different one kills at once', () => {
    const {signals, send} = caught();
    send('SIGINT');
    send('SIGTERM');
    expect(signals.kill.aborted).toBe(true);
    expect(signals.received()).toBe('SIGINT');
  });

  it('one that arrives twice, as from timeout(1), is one', () => {
    const {signals, send, clock} = caught();
    send('SIGINT');
    clock.advance(49);
    send('SIGINT');
    expect(signals.kill.aborted).toBe(false);
  });

  it('are not caught any more once released', () => {
    const {signals, source} = caught();
    signals.release();
    expect(['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => source.listenerCount(name))).toEqual([0, 0, 0]);
  });
});
