import { classOfId, rememberClass } from './class-registry.ts';
import { corrupt } from './corrupt.ts';
import { type Decoder, PENDING } from './decoder.ts';
import type { ClassHead } from './read-head.ts';
import { readPrototypeObject, surround } from './revive-function.ts';
import type { RevivedVariables } from './revived-variables.ts';

/** Reads a class's body and arranges for the class to be made, unless it is here already. */
export function fillClass(decoder: Decoder, record: number, head: ClassHead, variables: RevivedVariables): void {
  const { id, code, names, parent } = head;
  const captures = variables.captures(decoder, names);
  const name = decoder.part().value;
  const statics = decoder.collectProperties();
  const prototypeObject = readPrototypeObject(decoder);
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
      const made = surround(decoder, code, captures, variables).make();
      if (typeof made !== 'function') throw corrupt('a class in it is none');
      rememberClass(id, made);
      if (made.name !== name && typeof name === 'string') {
        Object.defineProperty(made, 'name', { value: name, configurable: true });
      }
      statics(made);
      prototypeObject(made);
      return made;
    },
  });
}
