// One desk: a local PouchDB on LevelDB with documents that wait, replicated to the server once.
// client.js URL FOLDER dossiers FILE      FILE: a JSON list of texts, one document each
// client.js URL FOLDER scans COUNT SHEETS SIZE
// Prints {"seconds": s, "documents": n}.
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const PouchDB = require('pouchdb');

const [url, folder, what, ...rest] = process.argv.slice(2);

function documents() {
  if (what === 'dossiers') {
    return JSON.parse(fs.readFileSync(rest[0], 'utf-8')).map((text, n) => ({ _id: `d${n}`, text }));
  }
  const [count, sheets, size] = rest.map(Number);
  return Array.from({ length: count }, (_, n) => ({
    _id: `d${n}`,
    _attachments: Object.fromEntries(Array.from({ length: sheets }, (_, at) => [
      `sheet-${at}.jpg`, { content_type: 'image/jpeg', data: crypto.randomBytes(size) },
    ])),
  }));
}

async function main() {
  const local = new PouchDB(path.join(folder, 'desk'));
  const there = new PouchDB(`${url}/bench-${process.pid}`);
  await there.info();
  const waiting = documents();
  for (let at = 0; at < waiting.length; at += 50) await local.bulkDocs(waiting.slice(at, at + 50));
  const start = process.hrtime.bigint();
  const said = await local.replicate.to(there, { batch_size: 100 });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (said.docs_written !== waiting.length) throw new Error(`${said.docs_written} of ${waiting.length} written`);
  console.log(JSON.stringify({ seconds, documents: said.docs_written }));
  process.exit(0);
}

main().catch((problem) => { console.error(problem); process.exit(1); });
