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
  /** Unique; the path for nodes and groups. */
  readonly id: string;
  readonly kind: 'input' | 'output' | 'node' | 'group';
  readonly label: string;
  /** Names of its outputs where the label doesn't say them. */
  readonly outputs: readonly string[];
  readonly mapOver: readonly string[];
  /** Inputs with a default, and outputs that have one producer in vain. */
  readonly isOptional: boolean;
  /** A pipeline whose inside is not shown. */
  readonly isCollapsed: boolean;
  readonly state: NodeState | undefined;
  readonly boxes: readonly Box[];
}

/** A value that goes from one box to another. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Name of the value, where the box that it comes from doesn't say it. */
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
}

/** What a pipeline looks like; groups for which `isCollapsed` says so are drawn as one box. */
export function drawingOf(
  pipeline: Drawable,
  { report, depth = Number.POSITIVE_INFINITY }: PictureOptions = {},
  isCollapsed: (path: string, depth: number) => boolean = (_, at) => at > depth,
): Drawing {
  const description = pipeline.describe();
  const states = statesOf(report);
  const arrows = new Map<string, Arrow>();
  const consumed = new Set<string>();

  const connect = (source: Source | undefined, to: string): void => {
    if (source === undefined) return;
    const arrow = { from: source.box, to, label: source.label };
    arrows.set(JSON.stringify(arrow), arrow);
    consumed.add(source.box);
  };

  /** Draws the inside of a pipeline; `outside` are the sources of its inputs. Gives the sources of its outputs. */
  function inside(
    { nodes }: PipelineDescription,
    path: string,
    level: number,
    outside: ReadonlyMap<string, Source>,
  ): { boxes: Box[]; sources: ReadonlyMap<string, Source> } {
    const sources = new Map<string, Source>();
    const boxes = nodes.map((node) => {
      const id = `${path} > ${node.name}`;
      const given = (name: string): Source | undefined => sources.get(name) ?? outside.get(name);
      if (node.pipeline === undefined || isCollapsed(id, level)) {
        for (const input of node.inputs) connect(given(input.name), id);
        for (const output of node.outputs) {
          sources.set(output, {
            box: id,
            label: output === node.name && node.outputs.length === 1 ? undefined : output,
          });
        }
        return boxOf(node, id, states.get(id), []);
      }
      const { inputs: innerNames = {}, outputs: outerNames = {} } = node.renamed ?? {};
      const arriving = new Map(
        node.inputs.flatMap(({ name }) => {
          const source = given(name);
          return source === undefined ? [] : [[innerNames[name] ?? name, source] as const];
        }),
      );
      const inner = inside(node.pipeline, id, level + 1, arriving);
      const inners = new Map(Object.entries(outerNames).map(([from, to]) => [to, from]));
      for (const output of node.outputs) {
        const source = inner.sources.get(inners.get(output) ?? output);
        if (source !== undefined) sources.set(output, source);
      }
      return boxOf(node, id, states.get(id), inner.boxes);
    });
    return { boxes, sources };
  }

  const inputs = description.inputs.map(({ name, required }) => endBox('input', name, !required));
  const outside = new Map(inputs.map(({ id, label }) => [label, { box: id, label: undefined }]));
  const { boxes, sources } = inside(description, description.name, 1, outside);
  const used = new Set(consumed);
  const outputs = description.outputs.flatMap((name) => {
    const source = sources.get(name);
    if (source === undefined || used.has(source.box)) return [];
    const output = endBox('output', name, false);
    connect({ ...source, label: undefined }, output.id);
    return [output];
  });
  return {
    name: description.name,
    boxes: [...inputs.filter(({ id }) => consumed.has(id)), ...boxes, ...outputs],
    arrows: [...arrows.values()],
  };
}

function boxOf(node: NodeDescription, id: string, state: NodeState | undefined, boxes: readonly Box[]): Box {
  const { name, outputs, mapOver } = node;
  const isGroup = boxes.length > 0;
  return {
    id,
    kind: isGroup ? 'group' : 'node',
    label: name,
    outputs: isGroup || name === outputs.join(', ') ? [] : outputs,
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
  outputs: [],
  mapOver: [],
  isOptional,
  isCollapsed: false,
  state: undefined,
  boxes: [],
});

/** All boxes of a drawing, groups before what is in them. */
export function* everyBox(boxes: readonly Box[]): Generator<Box> {
  for (const box of boxes) {
    yield box;
    yield* everyBox(box.boxes);
  }
}
