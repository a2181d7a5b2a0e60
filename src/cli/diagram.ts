import { agentChart } from '../agent/chart.js';
import { mermaid } from '../agent/diagram.js';
import { systemClock } from '../base/clock.js';

/** `dialer-agent diagram`: the statechart as Mermaid. */
export function diagram(): string {
  return mermaid(agentChart(systemClock()));
}
