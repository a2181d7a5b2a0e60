import {
  type Fault,
  isProblem,
  type MessageView,
  parseFaultText,
  type RequestView,
} from '../../src/simulator/index.js';
import { type TrafficSpec, trafficFault } from '../../src/simulator/traffic-faults.js';

/** Which requests or messages a fault strikes, and how many of them: each one when `times` is omitted. */
interface Strike<View> {
  readonly when?: (view: View) => boolean;
  readonly times?: number;
  /** Strikes only every so manieth, of whatever user: 3 spares two and strikes the third. */
  readonly every?: number;
}

/** Strikes the requests of one operation, as `POST dialer/disposition`. */
export function operation(name: string): (view: RequestView) => boolean {
  return (view) => view.operation === name;
}

/** Strikes the messages whose type ends in `suffix`, as `dataPopMessage`. */
export function messageType(suffix: string): (view: MessageView) => boolean {
  return (view) => view.message.__type.endsWith(suffix);
}

/** A fault of the menu, written as a flag has it, that strikes what a test chooses rather than what seed and clock do. */
export function struck<View extends RequestView | MessageView>(text: string, strike: Strike<View> = {}): Fault {
  const spec = parseFaultText(text);
  if (isProblem(spec)) throw new Error(spec.join(' '));
  const fault = trafficFault(
    spec as TrafficSpec,
    () => true,
    () => 0.5,
  );
  const { when, times = Number.POSITIVE_INFINITY, every = 1 } = strike;
  let left = times;
  let seen = 0;
  const strikes = (view: RequestView | MessageView): boolean => {
    if (left <= 0 || (when && !when(view as View)) || ++seen % every !== 0) return false;
    left -= 1;
    return true;
  };
  return {
    name: fault.name,
    onRequest: (view) => (fault.onRequest && strikes(view) ? fault.onRequest(view) : undefined),
    onMessage: (view) => (fault.onMessage && strikes(view) ? fault.onMessage(view) : undefined),
  };
}
