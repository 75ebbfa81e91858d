import type { Encoder } from './encoder.ts';
import { Kind, ReferenceForm } from './format.ts';
import { findReference } from './references/find-reference.ts';

/** Writes a value by name, if the other side has it too. */
export function writeReference(encoder: Encoder, value: object): boolean {
  const reference = findReference(value);
  if (!reference) return false;
  const { heads } = encoder;
  heads.byte(Kind.reference);
  heads.byte(ReferenceForm[reference.form]);
  switch (reference.form) {
    case 'builtin':
      encoder.runsCode ||= typeof value === 'function';
      heads.string(reference.path);
      break;
    case 'package':
      encoder.runsCode = true;
      encoder.modules.add(reference.module);
      heads.string(reference.module);
      heads.string(reference.name);
      heads.string(reference.version);
      heads.byte(reference.through === 'require' ? 1 : 0);
      break;
    case 'require':
      encoder.runsCode = true;
  }
  return true;
}
