import { describe, expect, it } from "vitest";

import {
  blankMaterial,
  blankPerson,
  identityOf,
  isMaterial,
  isPerson,
  laid,
  lineOf,
  materialsFrom,
  namesOf,
  noPaper,
  personOf,
  withRepresentatives,
} from "./lines";

const named = (name: string) => ({ ...blankPerson("representative"), name });

describe("lines of people", () => {
  it("with a role alone say nothing, and with a telephone alone are kept", () => {
    expect(isPerson(blankPerson("witness"))).toBe(false);
    expect(isPerson({ ...blankPerson(), phone: "13802223344" })).toBe(true);
    expect(isPerson({ ...blankPerson(), name: "  " })).toBe(false);
  });

  it("keep everything on the way to a person and back", () => {
    const line = {
      ...blankPerson("agent"),
      name: "周涛",
      relation: "律师",
      authorised: true,
      paper: "passport" as const,
      paperNumber: "E12345678",
      nationality: "加拿大",
    };
    expect(lineOf(personOf(line))).toEqual(line);
  });

  it("keep an authorisation with an agent only", () => {
    expect(personOf({ ...blankPerson("witness"), name: "甲", authorised: true }).authorised).toBe(false);
  });

  it("offer five representatives, and more where more were told", () => {
    expect(withRepresentatives([])).toHaveLength(5);
    const told = [named("甲"), blankPerson(), { ...blankPerson("guardian"), name: "乙" }];
    const lines = withRepresentatives(told);
    expect(lines.filter((line) => line.role === "representative")).toHaveLength(5);
    expect(lines.filter(isPerson).map((line) => line.name)).toEqual(["甲", "乙"]);
    const six = ["甲", "乙", "丙", "丁", "戊", "己"].map(named);
    expect(withRepresentatives(six)).toEqual(six);
  });
});

it("a list has one blank line below what was said, however many there were", () => {
  const contract = { ...blankMaterial(), name: "合同" };
  expect(laid([blankMaterial(), contract, blankMaterial()], isMaterial, blankMaterial)).toEqual([contract, blankMaterial()]);
});

it("a paper without a number is no paper, and a nationality goes with the number", () => {
  expect(identityOf(noPaper())).toBeNull();
  expect(identityOf({ ...noPaper(), paperNumber: "1" })).toEqual({ paper: "resident_id", number: "1" });
});

it("materials typed in one line keep the pages that were counted", () => {
  const counted = { name: "合同", pages: 12, original: true };
  const materials = materialsFrom("身份证、合同，工资条；", [counted]);
  expect(namesOf(materials)).toBe("身份证、合同、工资条");
  expect(materials[1]).toEqual(counted);
  expect(materialsFrom("合同、合同", [counted])).toEqual([counted, { ...blankMaterial(), name: "合同" }]);
});
