import { expect, it } from "vitest";

import { receivedApart } from "./received";

it("a time of receipt is told only where it is not that of registering", () => {
  expect(receivedApart("2026-11-20T16:40:00", "2026-11-26 16:27")).toBe("2026-11-20 16:40");
  expect(receivedApart("2026-11-26T16:27:00", "2026-11-26 16:27")).toBeNull();
  expect(receivedApart(null, "2026-11-26 16:27")).toBeNull();
});
