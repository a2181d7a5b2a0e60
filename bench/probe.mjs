// Preloaded into a measured process (`node --import`): tells what it has used so far. It changes nothing else.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { answerQuestions } from './answering.mjs';
import { usage } from './usage.mjs';

const session = new Session();

answerQuestions({
  usage,
  profile: async () => {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 500 });
    await session.post('Profiler.start');
  },
  profiled: async ({ file }) => {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(file, JSON.stringify(profile));
  },
});
