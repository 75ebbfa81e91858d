import type { RunReportData } from '../events/index.ts';
import type { NodeDescription, PipelineDescription } from '../graph/index.ts';
import { type NodeState, statesOf } from './node-state.ts';

/** Something with a `describe()` method: a pipeline. */
export interface Drawable {
  describe(): PipelineDescription;
}

/** What pictures of pipelines have in common. */
export interface PictureOptions {
  /** Of a run (`reportOf(result)`): shows what was executed, taken from the cache or failed. */
  readonly report?: RunReportData | undefined;
  /** Pipelines nested deeper than this are single boxes; 0 shows no insides. Everything unless given. */
  readonly depth?: number | undefined;
  /** Where edges go; `'down'` unless given. */
  readonly direction?: 'down' | 'right' | undefined;
}

/** A box: an input or output of the whole, a node, or a group with boxes in it. */
export interface Box {
  /** Unique; the path for nodes and groups, with a number where several have the same. */
  readonly id: string;
  readonly kind: 'input' | 'output' | 'node' | 'group';
  readonly label: string;
  /** Of an input or output of the whole, if known: `string[]`. */
  readonly type: string | undefined;
  /** What it gives, where the label doesn't say it: names and, if known, types. */
  readonly outputs: readonly string[];
  readonly mapOver: readonly string[];
  /** An input with a default. */
  readonly isOptional: boolean;
  /** A pipeline whose inside is not shown. */
  readonly isCollapsed: boolean;
  readonly state: NodeState | undefined;
  readonly boxes: readonly Box[];
}

/** What goes from one box to another. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Names of the values, where the box that they come from doesn't say them. */
  readonly label: string | undefined;
}

/** What there is to draw, without where. */
export interface Drawing {
  readonly name: string;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

/** Where a value comes from. */
interface Source {
  readonly box: string;
  readonly label: string | undefined;
  /** If known. */
  readonly type: string | undefined;
  /** How many maps lie between: lists of lists of what arrives. */
  readonly lists: number;
}

/** What a pipeline looks like; groups for which `isCollapsed` says so are drawn as one box. */
export function drawingOf(
  pipeline: Drawable,
  { report, depth = Number.POSITIVE_INFINITY }: PictureOptions = {},
  isCollapsed: (path: string, depth: number) => boolean = (_, at) => at > depth,
): Drawing {
  const description = pipeline.describe();
  const states = statesOf(report);
  /** By what they connect, the names of the values. */
  const arrows = new Map<string, Set<string | undefined>>();
  const consumed = new Set<string>();
  /** What the first node that looks at an input says of it. */
  const typesOfInputs = new Map<string, string>();
  const keyOf = ({ box, label }: Source): string => JSON.stringify([box, label]);
  const ids = new Set<string>();
  /** Nodes may share a label: a pipeline that is nested twice. */
  const idFor = (path: string): string => {
    let id = path;
    for (let count = 2; ids.has(id); count++) id = `${path} (${count})`;
    ids.add(id);
    return id;
  };

  const connect = (source: Source | undefined, to: string, type?: string): void => {
    if (source === undefined) return;
    if (type !== undefined && !typesOfInputs.has(source.box)) typesOfInputs.set(source.box, listOf(type, source.lists));
    const ends = JSON.stringify([source.box, to]);
    arrows.set(ends, (arrows.get(ends) ?? new Set()).add(source.label));
    consumed.add(keyOf(source));
  };

  /** Draws the inside of a pipeline; `outside` are the sources of its inputs. Gives the sources of its outputs. */
  function inside(
    { nodes }: PipelineDescription,
    { id: around, path: pathAround }: { readonly id: string; readonly path: string },
    level: number,
    outside: ReadonlyMap<string, Source>,
  ): { boxes: Box[]; sources: ReadonlyMap<string, Source> } {
    const sources = new Map<string, Source>();
    const boxes = nodes.map((node) => {
      const path = `${pathAround} > ${node.name}`;
      const id = idFor(`${around} > ${node.name}`);
      const given = (name: string): Source | undefined => sources.get(name) ?? outside.get(name);
      if (node.pipeline === undefined || isCollapsed(id, level)) {
        for (const { name } of node.inputs) connect(given(name), id, own(node.types?.inputs, name));
        for (const output of node.outputs) {
          const label = output === node.name && node.outputs.length === 1 ? undefined : output;
          sources.set(output, { box: id, label, type: own(node.types?.outputs, output), lists: 0 });
        }
        return boxOf(node, id, states.get(path), []);
      }
      const { inputs: innerNames = {}, outputs: outerNames = {} } = node.renamed ?? {};
      const arriving = new Map(
        node.inputs.flatMap(({ name }) => {
          const source = given(name);
          if (source === undefined) return [];
          const lists = source.lists + (node.mapOver.includes(name) ? 1 : 0);
          return [[own(innerNames, name) ?? name, { ...source, lists }] as const];
        }),
      );
      const inner = inside(node.pipeline, { id, path }, level + 1, arriving);
      const inners = new Map(Object.entries(outerNames).map(([from, to]) => [to, from]));
      for (const output of node.outputs) {
        const source = inner.sources.get(inners.get(output) ?? output);
        if (source === undefined) continue;
        const type = source.type && listOf(source.type, node.mapOver.length > 0 ? 1 : 0);
        sources.set(output, { ...source, type });
      }
      return boxOf(node, id, states.get(path), inner.boxes);
    });
    return { boxes, sources };
  }

  const inputs = description.inputs.map(({ name, required }) => endBox('input', name, !required));
  const sourceOf = ({ id }: Box): Source => ({ box: id, label: undefined, type: undefined, lists: 0 });
  const outside = new Map(inputs.map((input) => [input.label, sourceOf(input)]));
  const { boxes, sources } = inside(description, { id: description.name, path: description.name }, 1, outside);
  const used = new Set(consumed);
  const outputs = description.outputs.flatMap((name) => {
    const source = sources.get(name);
    if (source === undefined || used.has(keyOf(source))) return [];
    const output = { ...endBox('output', name, false), type: source.type };
    connect({ ...source, label: undefined }, output.id);
    return [output];
  });
  const given = inputs.filter((input) => consumed.has(keyOf(sourceOf(input))));
  return {
    name: description.name,
    boxes: [...given.map((input) => ({ ...input, type: typesOfInputs.get(input.id) })), ...boxes, ...outputs],
    arrows: [...arrows].map(([ends, labels]) => {
      const [from, to] = JSON.parse(ends) as [string, string];
      const names = [...labels].filter((label) => label !== undefined);
      return { from, to, label: names.length > 0 ? names.join(', ') : undefined };
    }),
  };
}

/** Names may be those of `Object.prototype`, too. */
const own = (record: Readonly<Record<string, string>> | undefined, name: string): string | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;

const listOf = (type: string, lists: number): string =>
  lists === 0 ? type : `${type.includes(' | ') ? `(${type})` : type}${'[]'.repeat(lists)}`;

function boxOf(node: NodeDescription, id: string, state: NodeState | undefined, boxes: readonly Box[]): Box {
  const { name, outputs, mapOver, types } = node;
  const isGroup = boxes.length > 0;
  const isNamedByOutputs = name === outputs.join(', ');
  const given = outputs.flatMap((output) => {
    const type = own(types?.outputs, output);
    if (isNamedByOutputs && outputs.length === 1) return type === undefined ? [] : [type];
    return isNamedByOutputs && type === undefined ? [] : [type === undefined ? output : `${output}: ${type}`];
  });
  return {
    id,
    kind: isGroup ? 'group' : 'node',
    label: name,
    type: undefined,
    outputs: isGroup ? [] : given,
    mapOver,
    isOptional: false,
    isCollapsed: node.pipeline !== undefined && !isGroup,
    state,
    boxes,
  };
}

const endBox = (kind: 'input' | 'output', name: string, isOptional: boolean): Box => ({
  id: `${kind} ${name}`,
  kind,
  label: name,
  type: undefined,
  outputs: [],
  mapOver: [],
  isOptional,
  isCollapsed: false,
  state: undefined,
  boxes: [],
});

/** What stands in a box, above its notes: `text: string`. */
export const headingOf = ({ label, type }: Box): string => (type === undefined ? label : `${label}: ${type}`);

/** All boxes of a drawing, groups before what is in them. */
export function* everyBox(boxes: readonly Box[]): Generator<Box> {
  for (const box of boxes) {
    yield box;
    yield* everyBox(box.boxes);
  }
}
