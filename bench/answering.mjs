/**
 * Answers the questions that the bench asks this process over IPC. `questions` maps a question to what answers it.
 * The channel does not hold the process, so that whoever is measured ends as it would without it; a process whose bench
 * is gone ends at once.
 */
export function answerQuestions(questions) {
  process.on('message', async ({ id, question, ...detail }) => {
    const answering = questions[question];
    if (!answering) return; // another listener of this process knows it
    try {
      process.send({ id, answer: (await answering(detail)) ?? null });
    } catch (error) {
      process.send({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
  process.on('disconnect', () => process.exit());
  process.channel?.unref();
}
