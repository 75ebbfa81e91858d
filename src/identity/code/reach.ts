import { isBuiltin } from 'node:module';
import { types } from 'node:util';
import { definitionOf } from '../../graph/index.ts';
import {
  builtinPath,
  type CapturedScope,
  type CapturedVariable,
  type CapturedVariables,
  capturedVariables,
  functionInternals,
  isKnownGlobal,
  namesOf,
  packageOfFile,
  packageOfImport,
  parseFunction,
} from '../../inspect/index.ts';
import { cacheKey, digest } from '../digest.ts';
import { DigestError } from '../digest-error.ts';
import { countsInKeys } from '../environment.ts';
import { addedToBuiltins, memberNames } from './added-methods.ts';
import { arktypeDefinition } from './arktype-definition.ts';
import { CapturedPlaces } from './captured-place.ts';
import { canChange, holdsSame, isAlone } from './captured-state.ts';
import { classTerm, methodsOf } from './class-term.ts';
import { configuredFields, stateOf } from './configured-fields.ts';
import { describeDefinition } from './describe-definition.ts';
import { functionTerm, ownText } from './function-term.ts';
import { hasContent } from './hidden-content.ts';
import { ANYTHING, identitiesBy } from './identities-by.ts';
import { classesOf, instancesOf } from './instance-classes.ts';
import { isRequire, type Links, link } from './link.ts';
import { attachedTo, contentOf, givenPrototype, type Member, prototypeMembers, sameContent } from './members.ts';
import { isNamespaceLike } from './namespace-like.ts';
import { normalise } from './normalise.ts';
import { functionPart, PartNames, textDigest } from './part-names.ts';
import { isPlainInstance, publicFields } from './plain-instance.ts';
import { classNamesIn, readsNames } from './read-names.ts';
import { globalHolder, isUsers, replacedBuiltin } from './replaced-builtin.ts';
import { schemaDefinition } from './schema-definition.ts';
import { spell } from './spell.ts';
import { literal, type Term } from './term.ts';
import { UsedMembers } from './used-members.ts';
import { writeOnlyNames } from './write-only.ts';

/** Something captured that has no identity, so that results must not be cached unless the user says more. */
export interface Unidentified {
  /** The variable, with a path into what it holds: `client`, `config.db`. */
  readonly name: string;
  readonly reason: string;
}

/**
 * Walks everything that code reaches and writes it down in the order in which it is reached. Things are numbered, so
 * recursion needs nothing special, and the text is the same wherever the same code runs.
 */
export class Reach {
  readonly parts = new PartNames();
  /** Classes of the user's and of packages, as far as the code names them or holds instances of them. */
  readonly classes = new Set<Function>();
  readonly unidentified = new Map<string, Unidentified>();
  /** Questions that are quick to ask: while each answer is yes, a new walk would find the same. */
  readonly checks: (() => boolean)[] = [];
  /** Those of them that are about what variables and fields hold, and not about what is in that. */
  readonly bindings: (() => boolean)[] = [];
  /** Whether something that was reached changes what others may read. */
  changesState = false;
  /** Structures that something that was reached changes. */
  readonly changed = new Set<unknown>();
  /** Structures whose content counts. */
  readonly data = new WeakSet<object>();
  readonly #numbers = new Map<unknown, number>();
  /** Under which name a thing was first reached, for messages and parts. */
  readonly #labels = new Map<unknown, string>();
  readonly #queue: { readonly value: unknown; readonly name: string }[] = [];
  /** Whether something that was reached asks what a class or function is called. */
  #readsNames = false;
  /** Captured variables that some function looks at, by scope. */
  readonly #readNames = new Map<CapturedScope, Set<string>>();
  /** Captured variables that some function changes without looking at them, and why that would matter. */
  readonly #written: { readonly variable: CapturedVariable; readonly name: string; readonly reason: string }[] = [];
  readonly #used = new UsedMembers();
  /** Data with instances in it: what these keep to themselves is looked at when all code is known that may change it. */
  readonly #holders: { readonly value: unknown; readonly name: string }[] = [];

  /** The class, and those it extends, of an instance that is there already. */
  readonly #made = new Set<unknown>();
  readonly #isMade: boolean;

  /** @param options `isMade`: what a class does while it makes an instance does not matter. */
  constructor({ isMade = false }: { readonly isMade?: boolean } = {}) {
    this.#isMade = isMade;
  }

  /** The text of all that is reached from these values. */
  walk(roots: readonly unknown[], name: string): string {
    for (const root of roots) {
      this.#number(root, name);
      for (let one: unknown = this.#isMade ? root : null; one !== null; one = Object.getPrototypeOf(one))
        this.#made.add(one);
    }
    let text = roots.map((root) => this.#numbers.get(root)).join();
    for (let i = 0; i < this.#queue.length; ) {
      for (; i < this.#queue.length; i++) {
        const { value, name: label } = this.#queue[i]!;
        text += `\n${i}: ${this.#describe(value, label)}`;
      }
      for (const holder of this.#holders.splice(0)) text += this.#configuration(holder.value, holder.name);
    }
    this.#checkWritten();
    return this.#readsNames ? `${text}\nnames ${JSON.stringify(this.#names())}` : text;
  }

  /** What all functions and classes are called that were reached. */
  #names(): unknown[] {
    return this.#queue.map(({ value }) => (typeof value === 'function' ? value.name : null));
  }

  /**
   * What one function only writes may be what another one reads.
   *
   * It need not be certain which closures share a variable: of those that may, the first that writes and the first that
   * reads are taken to, so that a doubt refuses, and no snapshot of the heap is taken for a key.
   */
  #checkWritten(): void {
    for (const { variable, name, reason } of this.#written) {
      const isRead = this.#readNames.get(variable.scope('likely'))?.has(variable.name) ?? false;
      if (isRead || this.#numbers.has(variable.value)) this.#refuse(name, reason);
    }
  }

  #hold(isSame: () => boolean): void {
    this.checks.push(isSame);
    this.bindings.push(isSame);
  }

  #number(value: unknown, name: string): number {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#queue.length;
      this.#numbers.set(value, number);
      this.#queue.push({ value, name });
    }
    return number;
  }

  #refuse(name: string, reason: string): string {
    if (!this.unidentified.has(name)) this.unidentified.set(name, { name, reason });
    return 'unidentified';
  }

  #describe(value: unknown, name: string): string {
    if (types.isProxy(value) && !isNamespaceLike(value)) {
      return this.#refuse(name, 'it is a Proxy, whose handler may answer anything');
    }
    if (typeof value === 'symbol') return `symbol ${JSON.stringify(value.description ?? null)}`;
    const path = builtinPath(value);
    if (path !== undefined && !(typeof value === 'function' && isUsers(value))) return `builtin ${path}`;
    const definition = definitionOf(value);
    if (definition) {
      return describeDefinition(definition, (part, label) => `${this.#number(part, label)}`);
    }
    if (typeof value === 'function') return this.#function(value, name);
    if (isNamespaceLike(value)) return this.#namespace(value, name);
    const schema = schemaDefinition(value);
    if (schema) return `schema ${schema.version} ${this.#data(schema.content, name)}`;
    return this.#data(value, name);
  }

  #namespace(value: object, name: string): string {
    this.#watchFields(value);
    const keys = Object.keys(value).sort();
    return `namespace ${keys.map((key) => `${JSON.stringify(key)}=${this.#part((value as Record<string, unknown>)[key], `${name}.${key}`)}`).join()}`;
  }

  /** A value inside a description: primitives as they are, all else by number. */
  #part(value: unknown, name: string): string {
    const term = this.#value(value, name);
    return spell(term, ({ reached }) => `${this.#number(reached, name)}`);
  }

  #function(fn: Function, name: string): string {
    if (typeof (fn as { [cacheKey]?: unknown })[cacheKey] === 'function') return this.#data(fn, name);
    const vendor = (fn as { '~standard'?: { readonly vendor?: unknown } })['~standard']?.vendor;
    if (vendor !== undefined) {
      const definition = vendor === 'arktype' ? arktypeDefinition(fn) : undefined;
      if (definition !== undefined) return `schema ${vendor} ${definition}`;
      return this.#refuse(`schema of ${vendor}`, 'which does not show what it was made from');
    }
    if (isRequire(fn))
      return this.#refuse(name, 'it loads modules while it runs, so their code cannot be known before');
    const parsed = parseFunction(fn);
    if (!parsed.ok) return this.#opaque(fn, name, parsed.reason);
    if (parsed.form === 'class') this.classes.add(fn);
    const captured = capturedVariables(fn) ?? this.#uncaptured(fn);
    if (!captured) return this.#refuse(name, 'this runtime does not show what a function closes over');
    const elsewhere = isAlone(captured) ? undefined : this.#elsewhere(fn, captured);
    if (elsewhere !== undefined) return elsewhere;
    const text = this.#code(fn, captured, name) + this.#properties(fn, name) + this.#methods(fn, name);
    this.parts.add(() => functionPart(fn.name || name, captured.url), textDigest(ownText(captured.parsed)));
    return text;
  }

  /** What stands for a function of Node or of an installed package; one that needs nothing around it is what it says. */
  #elsewhere(fn: Function, { url, parsed, isTopLevel }: CapturedVariables): string | undefined {
    if (url?.startsWith('node:') && isTopLevel()) return `node ${url} ${fn.name}`;
    const installed = url === undefined ? undefined : packageOfFile(url);
    // One that was made by a call, such as `memoize(mine)`, may hold the user's own functions.
    if (!installed || !isTopLevel()) return undefined;
    this.parts.add(`${installed.name} (package)`, `${installed.name}@${installed.version}`);
    return `package ${installed.name}@${installed.version} ${installed.subpath} ${fn.name} ${textDigest(parsed.source)}`;
  }

  #code(fn: Function, captured: CapturedVariables, name: string): string {
    const { parsed } = captured;
    const whole = functionTerm(parsed);
    const term = whole && this.#made.has(fn) ? methodsOf(whole) : whole;
    if (!term) return this.#refuse(name, 'it uses syntax that is not known yet');
    this.#used.add(term);
    this.#checkSurroundings(captured, name);
    const places = new CapturedPlaces(term, captured.variables);
    const writeOnly = writeOnlyNames(term, places);
    this.#noteReads(captured, writeOnly);
    if (canChange(captured, writeOnly)) this.#hold(() => holdsSame(fn, captured, writeOnly));
    const links = this.#links(captured, name);
    const code = term[0] === 'class' ? classTerm(term, fn, (value) => links.value(value, name)) : term;
    const linked = link(code, captured, links, { places, writeOnly });
    const text = spell(
      normalise(linked),
      ({ reached }) => `^${this.#number(reached, this.#labels.get(reached) ?? name)}`,
    );
    return text + this.#namesRead(term, captured) + this.#additions(term);
  }

  #namesRead(term: Term, { variables }: CapturedVariables): string {
    if (!readsNames(term, (free) => typeof variables.get(free)?.value === 'function')) return '';
    this.#readsNames = true;
    return ` names ${JSON.stringify(classNamesIn(term))}`;
  }

  /** Methods that somebody added to the classes of the language, as far as the code calls something of that name. */
  #additions(term: Term): string {
    let text = '';
    for (const name of [...memberNames(term)].sort()) {
      for (const value of addedToBuiltins(name)) text += ` added ${name}=${this.#part(value, name)}`;
    }
    return text;
  }

  #noteReads({ variables }: CapturedVariables, writeOnly: ReadonlySet<string>): void {
    for (const { scope, name, constant } of variables.values()) {
      if (constant || writeOnly.has(name)) continue;
      const at = scope('likely');
      const names = this.#readNames.get(at);
      if (names) names.add(name);
      else this.#readNames.set(at, new Set([name]));
    }
  }

  /** What an arrow or a method takes from around it, and the engine does not show. */
  #checkSurroundings({ parsed, isTopLevel }: CapturedVariables, name: string): void {
    const { usesThis, usesSuper, usesNewTarget, usesArguments, isDynamic } = namesOf(parsed).names;
    if (isDynamic) this.#refuse(name, 'it uses eval or with, so that any variable may matter');
    if (parsed.form === 'arrow') {
      if ((usesThis || usesSuper || usesNewTarget || usesArguments) && !isTopLevel()) {
        this.#refuse(`this of ${name}`, "it is an arrow function that uses its surroundings' this, super or arguments");
      }
    } else if (parsed.form !== 'class' && usesSuper) {
      this.#refuse(`super of ${name}`, 'it is a method that calls the one it overrides');
    }
  }

  #links(captured: CapturedVariables, owner: string): Links {
    return {
      value: (value, name) => this.#value(value, name),
      volatile: (holder, key, value) => {
        this.#hold(() => Object.is(holder[key], value));
      },
      imported: (variable, key) => this.#imported(variable, key, captured.url),
      loaded: (specifier) => this.#loaded(specifier, captured.url),
      global: (name) => this.#global(name, captured),
      replaced: (holder, key) => {
        if (holder === 'globalThis' && isKnownGlobal(key)) return this.#replaced(globalThis, key, key);
        const owner = globalHolder(holder);
        return owner && this.#replaced(owner, key, `${holder}.${key}`);
      },
      environment: (name) => this.#environment(name),
      changes: (value) => {
        this.changesState = true;
        if (typeof value === 'object' && value !== null) this.changed.add(value);
      },
      state: (name, how) => {
        this.#refuse(name, `'${owner}' ${how}, so it is state that results may depend on`);
        return ['state'];
      },
      written: (variable, name, how) => {
        this.#written.push({
          variable,
          name,
          reason: `'${owner}' ${how}, so it is state that results may depend on`,
        });
        return ['state'];
      },
    };
  }

  #value(value: unknown, name: string): Term {
    // Two symbols that are called the same are not the same.
    if (typeof value === 'symbol') return ['reference', { reached: value }];
    if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
      if (!this.#labels.has(value)) this.#labels.set(value, name);
      return ['reference', { reached: value }];
    }
    this.parts.add(name, digest(value));
    return literal(value as string | number | bigint | boolean | null | undefined);
  }

  #imported({ imported, value }: CapturedVariable, key: string | undefined, url: string | undefined): Term | undefined {
    if (!imported || builtinPath(value) !== undefined) return undefined;
    // Of `import text from 'pkg'`, `text.a` is a member of the default export, not an export.
    if (key !== undefined && imported.name !== '*') return undefined;
    const found = packageOfImport(imported.specifier, url);
    if (!found) return undefined;
    this.parts.add(`${found.name} (package)`, `${found.name}@${found.version}`);
    this.#noteClass(key === undefined ? value : (value as Record<string, unknown> | undefined)?.[key]);
    return ['package', found.name, found.version, found.subpath, key ?? imported.name];
  }

  #noteClass(value: unknown): void {
    if (typeof value !== 'function') return;
    const parsed = parseFunction(value);
    if (parsed.ok && parsed.form === 'class') this.classes.add(value);
  }

  #loaded(specifier: string | undefined, url: string | undefined): Term {
    if (specifier === undefined) {
      this.#refuse('import(…)', 'what it loads is only known when it runs, so its code cannot be known before');
      return ['loaded'];
    }
    if (isBuiltin(specifier)) return ['builtin', specifier.startsWith('node:') ? specifier : `node:${specifier}`];
    const found = packageOfImport(specifier, url);
    if (found) {
      this.parts.add(`${found.name} (package)`, `${found.name}@${found.version}`);
      return ['package', found.name, found.version, found.subpath, '*'];
    }
    this.#refuse(`import('${specifier}')`, 'it is loaded while the function runs, so its code cannot be known before');
    return ['loaded'];
  }

  #global(name: string, { parsed }: CapturedVariables): Term {
    if (name === 'NaN' || name === 'Infinity') return ['number', Number(name)];
    if (isKnownGlobal(name)) return this.#replaced(globalThis, name, name) ?? ['builtin', name];
    const holder = globalThis as Record<string, unknown>;
    const value = holder[name];
    this.#hold(() => Object.is(holder[name], value));
    if (!(name in globalThis)) {
      // What stands in a class's head is evaluated once and not kept.
      if (parsed.form === 'class') this.#refuse(name, 'it names a field of a class, and the engine does not keep it');
      return ['missing', name];
    }
    return this.#value(value, name);
  }

  /** What the environment has under a name. */
  #environment(name: string): Term | undefined {
    if (!countsInKeys(name)) return undefined;
    const value = process.env[name];
    this.#hold(() => process.env[name] === value);
    this.parts.add(`${name} (env)`, digest(value));
    return literal(value);
  }

  #replaced(holder: object, key: string, name: string): Term | undefined {
    const value = replacedBuiltin(holder, key);
    if (value === undefined) return undefined;
    this.checks.push(() => replacedBuiltin(holder, key) === value);
    return this.#value(value, name);
  }

  /** Functions without source. */
  #opaque(fn: Function, name: string, reason: 'native' | 'syntax'): string {
    const bound = reason === 'native' ? functionInternals(fn)?.bound : undefined;
    if (!bound) return this.#refuse(name, 'it is a native function without a name to find it by');
    const { target, boundThis, boundArguments } = bound;
    const parts = [boundThis, ...boundArguments].map((value, i) =>
      this.#part(value, `${name}.${i === 0 ? 'this' : i}`),
    );
    return `bound ${this.#number(target, target.name || name)} ${parts.join()}`;
  }

  /** Without scopes, a function that reaches nothing is still known. */
  #uncaptured(fn: Function): CapturedVariables | undefined {
    const parsed = parseFunction(fn);
    if (!parsed.ok || namesOf(parsed).free.size > 0) return undefined;
    return {
      parsed,
      variables: new Map(),
      globals: [],
      selfName: undefined,
      ownVariable: undefined,
      url: undefined,
      isTopLevel: () => undefined,
    };
  }

  /** What was attached to a function, and the static fields of a class. */
  #properties(fn: Function, name: string): string {
    const isState = (key: string): boolean => this.unidentified.has(`${fn.name}.${key}`);
    this.#watchContent(fn, isState);
    const members = attachedTo(fn).filter(([key]) => !isState(key));
    const given = givenPrototype(fn);
    const inherited = given === undefined ? '' : ` inherits ${this.#part(given, fn.name || name)}`;
    return members.length === 0 ? inherited : `${inherited} properties ${this.#members(members, fn.name || name)}`;
  }

  /** What was put on the prototype of a class from outside, or of a function that serves as one. */
  #methods(fn: Function, name: string): string {
    const prototype: unknown = Reflect.getOwnPropertyDescriptor(fn, 'prototype')?.value;
    if (typeof prototype !== 'object' || prototype === null) return '';
    this.#watchContent(prototype, () => false);
    const members = prototypeMembers(fn, prototype);
    let text = members.length === 0 ? '' : ` ${this.#members(members, `${fn.name || name}.prototype`)}`;
    const parent: unknown = Object.getPrototypeOf(prototype);
    this.checks.push(() => Object.getPrototypeOf(prototype) === parent);
    const base: unknown = Object.getPrototypeOf(fn);
    const expected: unknown = base === Function.prototype ? Object.prototype : (base as Function).prototype;
    if (parent !== expected && typeof base === 'function') {
      text += ` parent ${this.#part((parent as { constructor?: unknown } | null)?.constructor, `${fn.name || name}.prototype`)}`;
    }
    return text === '' ? '' : ` methods${text}`;
  }

  #members(members: readonly Member[], holder: string): string {
    return members.map(([key, value]) => `${JSON.stringify(key)}=${this.#part(value, `${holder}.${key}`)}`).join();
  }

  #watchContent(holder: object, ignores: (key: string) => boolean): void {
    const content = contentOf(holder, ignores);
    this.checks.push(() => sameContent(contentOf(holder, ignores), content));
  }

  #watchFields(holder: object): void {
    const entries = Object.entries(holder);
    this.checks.push(() => {
      const now = Object.entries(holder);
      return (
        now.length === entries.length &&
        now.every(([key, value], i) => key === entries[i]![0] && Object.is(value, entries[i]![1]))
      );
    });
  }

  /** What instances keep to themselves of what they were given; what has no identity is left out, as all privates are. */
  #configuration(root: unknown, name: string): string {
    let text = '';
    const fieldsOf = (instance: object) =>
      configuredFields(instance, (member) => this.#used.has(member)).filter(({ value }) => hasContent(value, ANYTHING));
    for (const { instance } of instancesOf(root)) {
      const state = stateOf(instance, (member) => this.#used.has(member));
      if (state !== undefined) {
        return this.#refuse(
          name,
          `'${state.member}' changes its '${state.field}', so it is state that results may depend on`,
        );
      }
      const fields = fieldsOf(instance);
      if (fields.length === 0) continue;
      this.checks.push(() => {
        const now = fieldsOf(instance);
        return now.length === fields.length && now.every(({ value }, i) => Object.is(value, fields[i]!.value));
      });
      text += `\n${this.#numbers.get(root)} keeps`;
      for (const { name: key, value } of fields) {
        text += ` ${key.replace(/^#.*/, '#')}=${this.#part(value, `${name}.${key}`)}`;
      }
    }
    return text;
  }

  #data(value: unknown, name: string): string {
    const identities = identitiesBy((part) => `^${this.#number(part, nameOf(part) || name)}`);
    // A second look may not number what the first did not see.
    const known = identitiesBy((part) => `^${this.#numbers.get(part)}`);
    try {
      const content = digest(value, identities);
      if (typeof value === 'object' && value !== null) this.data.add(value);
      this.parts.add(name, content);
      this.checks.push(() => digest(value, known) === content);
      // The class of an instance is known by its code, so its name, which minifiers change, need not count.
      const classes = classesOf(value).map((one) => this.#number(one, one.name || name));
      this.checks.push(() => classesOf(value).every((one, i) => this.#numbers.get(one) === classes[i]));
      const isInstance = isPlainInstance(value);
      const shown = isInstance ? digest(publicFields(value), identities) : content;
      if (classes.length > 0) this.#holders.push({ value, name });
      return `${isInstance ? 'instance' : 'data'} ${shown} ${classes.join()}`;
    } catch (error) {
      if (!(error instanceof DigestError)) throw error;
      const path = error.path === '' ? name : `${name}${error.path.startsWith('[') ? '' : '.'}${error.path}`;
      return this.#refuse(path, `it is ${error.found}, which has no content to identify it by`);
    }
  }
}

const nameOf = (part: object): string => (typeof part === 'function' ? part.name : '');
