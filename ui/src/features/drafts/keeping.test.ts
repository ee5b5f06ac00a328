import { beforeEach, describe, expect, it, vi } from "vitest";

import type { DraftLine } from "../../ipc/bindings/DraftLine";
import type { DraftText } from "../../ipc/bindings/DraftText";
import { ipc } from "../../ipc/call";
import { emptyDraft } from "../intake/draft";
import { type Work, workOf } from "../intake/work";
import { besides, ending, keep, letGo, putAside, takeBack, takeUp } from "./keeping";
import { wordsOf } from "./texts";

/** The desk's disk, as far as drafts go: what the commands do, in memory. */
const disk = new Map<string, DraftText>();
let made = 0;
let order = 0;
const changed = new Map<string, number>();
/** Which came back with a backup, and of when; untouched since, they are aside. */
const backups = new Map<string, string>();
const refuse = (code: string) => Promise.reject({ code, params: {}, field: null, ref: "1" });
let full = false;
let clerk = 100;
let work: Work;

vi.spyOn(ipc, "saveDraft").mockImplementation((id, text) => {
  if (full) return refuse("disk_full");
  if (id !== null && !disk.has(id)) return refuse("draft_gone");
  const name = id ?? `draft-${++made}`;
  disk.set(name, text);
  changed.set(name, ++order);
  return Promise.resolve(name);
});
vi.spyOn(ipc, "discardDraft").mockImplementation((id) => {
  disk.delete(id);
  return Promise.resolve(null);
});
vi.spyOn(ipc, "openDraft").mockImplementation((id) => {
  const text = disk.get(id);
  return text ? Promise.resolve(text) : refuse("draft_gone");
});
vi.spyOn(ipc, "drafts").mockImplementation(() => {
  const lines = [...disk].map(([id, { kind, about, words, aside }]) => ({ id, kind, about, words, aside: aside || backups.has(id), started: "", changed: "", own: true, backup: backups.get(id) ?? null }));
  return Promise.resolve(lines.sort((a, b) => (changed.get(b.id) ?? 0) - (changed.get(a.id) ?? 0)) satisfies DraftLine[]);
});

beforeEach(() => {
  disk.clear();
  backups.clear();
  full = false;
  work = workOf(++clerk);
});

/** The same clerk after the program ended and began again. */
const restarted = async () => {
  const again = workOf(++clerk);
  await takeBack(again);
  return again;
};

describe("what is typed", () => {
  it("is on the disk, and laid out again with its cursor after a restart", async () => {
    work.draft.demand = "路灯坏了半年";
    work.cursors.visit = { id: "demand", start: 3, end: 3 };
    await keep(work);
    expect(disk.size).toBe(1);
    const again = await restarted();
    expect(again.draft.demand).toBe("路灯坏了半年");
    expect(again.cursors.visit).toEqual({ id: "demand", start: 3, end: 3 });
    await keep(again);
    expect(disk.size, "taking a draft back makes no second one").toBe(1);
  });

  it("is one draft however often it is saved, and none once it is taken away again", async () => {
    for (const demand of ["路", "路灯", "路灯坏了"]) {
      work.draft.demand = demand;
      await keep(work);
    }
    expect([...disk.values()].map((text) => text.words)).toEqual(["路灯坏了"]);
    work.draft.demand = "";
    await keep(work);
    expect(disk.size).toBe(0);
  });

  it("that the disk does not take is told, and kept at the next chance", async () => {
    full = true;
    work.draft.demand = "路灯坏了半年";
    await keep(work);
    expect(work.unkept?.code).toBe("disk_full");
    full = false;
    await keep(work);
    expect(work.unkept).toBeNull();
    expect(disk.size).toBe(1);
  });

  it("in a correction, a line of advice and a reason for voiding comes back to its page", async () => {
    const before = emptyDraft();
    work.correction = { number: "120110005-20261124-01A-0007-K", version: 2, draft: { ...emptyDraft(), remark: "带了工资条" }, before };
    work.advice = { open: false, line: "问残疾证在哪里办" };
    await keep(work);
    const again = await restarted();
    expect(again.correction?.draft.remark).toBe("带了工资条");
    expect(again.correction?.version).toBe(2);
    expect(again.advice.line).toBe("问残疾证在哪里办");
    expect(again.opened).toBe("120110005-20261124-01A-0007-K");
  });
});

describe("a visitor who steps aside", () => {
  it("leaves an empty form, and is taken up again while the next one is put aside", async () => {
    work.draft.name.text = "张伟";
    await putAside(work);
    expect(work.draft.name.text).toBe("");
    work.draft.name.text = "李秀英";
    const [first] = await ipc.drafts();
    await takeUp(work, first as DraftLine);
    expect(work.draft.name.text).toBe("张伟");
    expect([...disk.values()].map(({ words, aside }) => [words, aside])).toEqual([["张伟", false], ["李秀英", true]]);
  });

  it("stays aside after a restart", async () => {
    work.draft.name.text = "张伟";
    await putAside(work);
    const again = await restarted();
    expect(again.draft.name.text).toBe("");
    expect(disk.size).toBe(1);
  });

  it("stays in the form where the disk refuses", async () => {
    work.draft.name.text = "张伟";
    full = true;
    await expect(putAside(work)).rejects.toMatchObject({ code: "disk_full" });
    expect(work.draft.name.text).toBe("张伟");
  });
});

describe("a draft out of a backup", () => {
  it("is not laid out by itself, and says where it is from once it is taken up", async () => {
    work.draft.demand = "路灯坏了半年";
    await keep(work);
    const [id] = [...disk.keys()];
    backups.set(id as string, "2026-11-24 10:05");
    const again = await restarted();
    expect(again.draft.demand).toBe("");
    const [line] = besides(again, await ipc.drafts());
    const saved = made;
    const before = order;
    await takeUp(again, line as DraftLine);
    expect(again.draft.demand).toBe("路灯坏了半年");
    expect(again.slots.visit.backup).toBe("2026-11-24 10:05");
    expect(made, "taking it up makes no second one").toBe(saved);
    expect(order, "the disk knows that it was taken up").toBeGreaterThan(before);
    expect(besides(again, await ipc.drafts())).toEqual([]);
  });

  it("with a line of advice stands in the list, since it is not laid out either", async () => {
    work.advice = { open: false, line: "问残疾证在哪里办" };
    await keep(work);
    backups.set([...disk.keys()][0] as string, "2026-11-24 10:05");
    const again = await restarted();
    expect(again.advice.line).toBe("");
    const [line] = besides(again, await ipc.drafts());
    expect(line).toMatchObject({ kind: "desk", words: "问残疾证在哪里办" });
    await takeUp(again, line as DraftLine);
    expect(again.advice.line).toBe("问残疾证在哪里办");
  });
});

describe("a draft that is registered", () => {
  it("is whole on the disk before, and a save that comes late never makes it anew", async () => {
    work.draft.demand = "路灯坏了半年";
    const given = await ending(work, "visit", async (id) => {
      expect(disk.get(id ?? "")?.words).toBe("路灯坏了半年");
      // The desk deletes it with the registration; the form still holds it when a save comes.
      disk.delete(id ?? "");
      work.draft.demand = "路灯坏了半年，";
      await keep(work);
      work.draft = emptyDraft();
      return id;
    });
    expect(given).not.toBeNull();
    await keep(work);
    expect(disk.size).toBe(0);
  });

  it("is still a draft where registering fails", async () => {
    work.draft.demand = "路灯坏了半年";
    await expect(ending(work, "visit", () => refuse("disk_full"))).rejects.toMatchObject({ code: "disk_full" });
    work.draft.demand = "路灯坏了半年，要求修好";
    await keep(work);
    expect([...disk.values()].map((text) => text.words)).toEqual(["路灯坏了半年，要求修好"]);
  });
});

it("is known again by who came and what was said first", () => {
  const draft = emptyDraft();
  expect(wordsOf(draft)).toBe("");
  draft.name.text = "阿不都热依木·买买提";
  draft.demand = "打工工资被拖欠三个月\n老板不接电话";
  expect(wordsOf(draft)).toBe("阿不都热依木·买买提　打工工资被拖欠三个月 老板不接电话");
  draft.name.answer = "declined";
  expect(wordsOf(draft).startsWith("打工")).toBe(true);
});

describe("a draft that goes with the close of the day", () => {
  it("leaves the form and stays on the disk, where the close throws it away or leaves it", async () => {
    work.draft.demand = "路灯坏了半年";
    work.advice = { open: true, line: "问低保" };
    await keep(work);
    const { visit, desk } = work.slots;
    await letGo(work, [visit.id ?? ""]);
    expect(work.draft.demand).toBe("");
    expect(work.advice.line, "another draft stays where it is").toBe("问低保");
    expect(work.slots.desk.id).toBe(desk.id);
    // Whatever is typed on is a draft of its own: it never comes back under the old name.
    work.draft.demand = "下一位";
    await keep(work);
    expect(disk.get(visit.id ?? "")?.words).toBe("路灯坏了半年");
    expect(disk.size).toBe(3);
  });
});
