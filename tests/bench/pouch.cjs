// Replicates records to a CouchDB-like server with PouchDB; peers.rs says which, a line of JSON each, and reads how long it took.
const fs = require("fs");
const readline = require("readline");
const PouchDB = require("pouchdb").plugin(require("pouchdb-adapter-memory"));

let turn = 0;

async function replicate({ base, file, page }) {
  const name = `bench${Date.now().toString(36)}${turn++}`;
  const here = new PouchDB(name, { adapter: "memory" });
  const rows = fs.readFileSync(file, "utf8").split("\n").map((line) => JSON.parse(line));
  // As an application would have them: the record's own fields, not a text.
  await here.bulkDocs(rows.map(({ _id, record }) => ({ _id, ...JSON.parse(record) })));
  const there = new PouchDB(`${base}/${name}`);
  const began = process.hrtime.bigint();
  const done = await here.replicate.to(there, { batch_size: page });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  await here.destroy();
  return { seconds, written: done.docs_written };
}

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  console.log(JSON.stringify(await replicate(JSON.parse(line))));
});
