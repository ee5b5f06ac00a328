import { expect, it } from "vitest";

import { stopAfter } from "./order";

const form = document.createElement("form");
form.innerHTML = `
  <fieldset><input type="radio" name="answer" id="stated" checked><input type="radio" name="answer" id="unknown"></fieldset>
  <input id="name">
  <textarea id="demand"></textarea>
  <section class="panel">
    <input id="content">
    <fieldset><input type="radio" name="class" id="proposal"><input type="radio" name="class" id="appeal"></fieldset>
    <fieldset><input type="radio" name="wish" id="no"><input type="radio" name="wish" id="yes" checked></fieldset>
    <select id="route"></select>
  </section>
  <input type="checkbox" id="read-back">
  <button data-register id="register"></button>`;
const after = (id: string) => stopAfter(form, form.querySelector(`#${id}`) as HTMLElement)?.id;

it("goes from line to line to the button that registers", () => {
  expect(["name", "route", "read-back", "register"].map(after)).toEqual(["demand", "read-back", "register", undefined]);
});

it("passes over a choice on the form, and leads out of it to its line", () => {
  expect(after("stated")).toBe("name");
});

it("stops once at a choice in an unfolded part: where it is answered, or at its first answer", () => {
  expect(["content", "proposal", "appeal", "yes"].map(after)).toEqual(["proposal", "yes", "yes", "route"]);
});
