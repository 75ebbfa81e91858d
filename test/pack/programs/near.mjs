// near.mjs <cases> <payloads>: packs every case of a module, and writes the payloads and what they give here.
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { serialize } from 'node:v8';
import { pack } from 'hypernodes/pack';
import { portable } from './portable.mjs';

const [, , cases, payloads] = process.argv;
const loaded = await import(pathToFileURL(cases).href);
const { groups } = loaded.groups ? loaded : loaded.default;
const results = [];
for (const [group, members] of Object.entries(groups)) {
  for (const [name, run] of Object.entries(members)) results.push([`${group}: ${name}`, run]);
}
const packed = [];
// All of them first: calling a case may change what others close over.
for (const [name, run] of results) {
  try {
    packed.push({ name, bytes: pack(run) });
  } catch (error) {
    packed.push({ name, refused: String(error.stack) });
  }
}
for (const [index, [, run]] of results.entries()) packed[index].expected = await portable(run);
writeFileSync(payloads, serialize(packed));
