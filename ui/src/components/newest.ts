/** Questions asked while somebody types: only the newest one counts. */

/**
 * Asks after a pause in the questions, and takes the answer to the last of them: an older one that comes late is dropped.
 */
export function newest<Question, Answer>(
  ask: (question: Question) => Promise<Answer>,
  take: { answer: (answer: Answer) => void; failed: (reason: unknown) => void },
  pause: number,
) {
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function run(question: Question, mine: number) {
    try {
      const answer = await ask(question);
      if (mine === turn) take.answer(answer);
    } catch (reason) {
      if (mine === turn) take.failed(reason);
    }
  }

  /** Forgets what was asked. */
  function drop() {
    turn += 1;
    clearTimeout(timer);
  }

  function put(question: Question) {
    drop();
    const mine = turn;
    timer = setTimeout(() => void run(question, mine), pause);
  }

  return { put, drop };
}
