import { processRegistry } from './process-registry.ts';

interface Classes {
  readonly byId: Map<string, WeakRef<Function>>;
  /** Ids by the digest under which a class was sent. */
  readonly sent: WeakMap<Function, Map<string, string>>;
  /** The id under which a class came from elsewhere. */
  readonly arrived: WeakMap<Function, string>;
}

const classes = processRegistry<Classes>('classes', () => ({
  byId: new Map(),
  sent: new WeakMap(),
  arrived: new WeakMap(),
}));

/**
 * The id of a class that travels by value: the digest of all that it consists of, so that equal programs give equal bytes
 * and changed code is another class. Instances that come back are told by it what they are instances of.
 *
 * @param digest Of the content; `undefined` for a class that cannot travel.
 */
export function classIdOf(made: Function, digest: () => string | undefined): string {
  const arrived = classes.arrived.get(made);
  if (arrived !== undefined) return arrived;
  let sent = classes.sent.get(made);
  if (!sent) {
    sent = new Map();
    classes.sent.set(made, sent);
  }
  const content = digest();
  if (content === undefined) return '';
  let id = sent.get(content);
  if (id === undefined) {
    id = freeId(made, content);
    sent.set(content, id);
    classes.byId.set(id, new WeakRef(made));
  }
  return id;
}

/** Two classes of equal content are still two classes. */
function freeId(made: Function, digest: string): string {
  for (let ordinal = 0; ; ordinal++) {
    const id = ordinal === 0 ? digest : `${digest}.${ordinal}`;
    const holder = classes.byId.get(id)?.deref();
    if (holder === undefined || holder === made) return id;
  }
}

/** The class of an id, if it is here. */
export function classOfId(id: string): Function | undefined {
  return id === '' ? undefined : classes.byId.get(id)?.deref();
}

/** Remembers a class that came from elsewhere. */
export function rememberClass(id: string, made: Function): void {
  if (id === '') return;
  classes.byId.set(id, new WeakRef(made));
  classes.arrived.set(made, id);
}
