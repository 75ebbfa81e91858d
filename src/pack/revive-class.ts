import { PRIVATE } from './class-code.ts';
import { classOfId, rememberClass } from './class-registry.ts';
import { corrupt } from './corrupt.ts';
import { type Decoder, type Part, PENDING } from './decoder.ts';
import type { ClassHead } from './read-head.ts';
import { readPrototypeObject, surround } from './revive-function.ts';
import type { RevivedVariables } from './revived-variables.ts';

/** Reads a class's body and arranges for the class to be made, unless it is here already. */
export function fillClass(decoder: Decoder, record: number, head: ClassHead, variables: RevivedVariables): void {
  const { id, code, names, parent } = head;
  const captures = variables.captures(decoder, names);
  const name = decoder.part().value;
  const statics = decoder.collectProperties();
  const close = decoder.collectIntegrity();
  const prototypeObject = readPrototypeObject(decoder);
  const privates = readPrivates(decoder);
  const known = classOfId(id);
  if (known) {
    decoder.dropEdges();
    decoder.late(record, { needs: () => [], make: () => known });
    return;
  }
  const extended = captures.find((capture) => capture.name === parent);
  decoder.late(record, {
    // The parent must be there to be extended; what its methods use may come later.
    needs: () => {
      const part = extended && variables.value(extended);
      return part?.value === PENDING ? [part.record] : [];
    },
    make: () => {
      let setPrivate = (_index: number, _value: unknown): void => {};
      const hook = { name: PRIVATE, value: (set: typeof setPrivate) => (setPrivate = set) };
      const made = surround(decoder, code, captures, variables, code.text.includes(PRIVATE) ? [hook] : []).make();
      if (typeof made !== 'function') throw corrupt('a class in it is none');
      rememberClass(id, made);
      if (made.name !== name && typeof name === 'string') {
        Object.defineProperty(made, 'name', { value: name, configurable: true });
      }
      statics(made);
      close(made);
      prototypeObject(made);
      for (const { index, part } of privates) decoder.give(part, (value) => setPrivate(index, value));
      return made;
    },
  });
}

function readPrivates(decoder: Decoder): { readonly index: number; readonly part: Part }[] {
  return Array.from({ length: decoder.bodies.count() }, () => ({
    index: decoder.bodies.unsigned(),
    part: decoder.part(),
  }));
}
