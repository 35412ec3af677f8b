import {type Clock, systemClock} from '../clock.ts';

/** The system's clock, whose timers do not keep the process alive. */
export const backgroundClock: Clock = {
  ...systemClock,
  after(ms, fire) {
    const timer = setTimeout(fire, ms).unref();
    return () => clearTimeout(timer);
  },
};
