import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { newest } from "./newest";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function asked(answers: Record<string, { after: number; fails?: boolean }>) {
  const given: string[] = [];
  const ask = vi.fn(
    (question: string) =>
      new Promise<string>((resolve, reject) => {
        const { after, fails } = answers[question] ?? { after: 0 };
        setTimeout(() => (fails ? reject(new Error(question)) : resolve(question)), after);
      }),
  );
  const take = { answer: (text: string) => void given.push(text), failed: () => void given.push("failed") };
  return { given, ask, question: newest(ask, take, 80) };
}

it("waits for a pause in typing and asks once", async () => {
  const { given, ask, question } = asked({});
  for (const typed of ["g", "gr", "grb"]) question.put(typed);
  await vi.advanceTimersByTimeAsync(100);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(given).toEqual(["grb"]);
});

it("drops an answer that comes after a newer question, and its failure too", async () => {
  const { given, question } = asked({ slow: { after: 500 }, broken: { after: 500, fails: true }, last: { after: 10 } });
  for (const typed of ["slow", "broken", "last"]) {
    question.put(typed);
    await vi.advanceTimersByTimeAsync(100);
  }
  await vi.advanceTimersByTimeAsync(1000);
  expect(given).toEqual(["last"]);
});

it("says so where the newest question failed, and nothing once it was dropped", async () => {
  const { given, question } = asked({ broken: { after: 10, fails: true } });
  question.put("broken");
  await vi.advanceTimersByTimeAsync(100);
  expect(given).toEqual(["failed"]);
  question.put("other");
  question.drop();
  await vi.advanceTimersByTimeAsync(1000);
  expect(given).toEqual(["failed"]);
});
