import type { Cache } from '../../cache/index.ts';
import { GraphError } from '../../errors.ts';
import { type Definition, labelOf, listed, type PipelineGraph } from '../../graph/index.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';
import type { Scope } from '../scope.ts';
import { codeOf } from './code-of.ts';
import { lastExecution } from './history.ts';

/** Results of earlier code that stand for those of the code of now. */
export interface AcceptedCode {
  /** Node without item indices: `all > per_doc > wordCount`. */
  readonly path: string;
  /** Digest of the code whose results are kept. */
  readonly before: string;
  /** Digest of the code of now. */
  readonly after: string;
}

const recordName = (code: string): string => `accepted code ${code}`;

/** The code that keys are made of: the one of now, or the earlier one whose results were accepted for it. */
export function acceptedCode(cache: Cache, code: string): MaybePromise<string> {
  return andThen(cache.recall?.(recordName(code)), (text: string | undefined) => {
    if (text === undefined) return code;
    try {
      const { code: accepted } = JSON.parse(text) as { readonly code: unknown };
      return typeof accepted === 'string' ? accepted : code;
    } catch {
      return code;
    }
  });
}

/**
 * Lets the results that a node's code gave before stand for its code of now.
 *
 * @throws GraphError `GRAPH_UNKNOWN_NAME` when no node is called so, `GRAPH_INVALID_NODE` when its cache keeps no records.
 */
export async function acceptCode(scope: Scope, name: string, reason: string): Promise<AcceptedCode[]> {
  const nodes = [...nodesOf(scope, scope.pipeline.name)];
  const matching = nodes.filter(({ path, names }) => path === name || names.includes(name));
  if (matching.length === 0) {
    throw new GraphError('GRAPH_UNKNOWN_NAME', `accept: pipeline '${scope.pipeline.name}' has no node '${name}'.`, {
      path: name,
      hint: `There is: ${listed([...new Set(nodes.flatMap(({ names }) => names))])}.`,
    });
  }
  const accepted: AcceptedCode[] = [];
  for (const { path, definition, cache } of matching) {
    if (cache?.record === undefined) {
      throw new GraphError('GRAPH_INVALID_NODE', `accept: '${path}' has no cache that keeps records.`, {
        path,
        hint: 'Set a DiskCache, FileCache or MemoryCache on the pipeline.',
      });
    }
    const after = codeOf(definition).digest;
    const last = await lastExecution(cache, path);
    if (last === undefined || last.code === after) continue;
    const before = await acceptedCode(cache, last.code);
    await cache.record(recordName(after), JSON.stringify({ code: before, node: path, reason, time: Date.now() }));
    accepted.push({ path, before, after });
  }
  return accepted;
}

interface FoundNode {
  readonly path: string;
  readonly names: readonly string[];
  readonly definition: Definition & { readonly kind: 'node' };
  readonly cache: Cache | undefined;
}

function* nodesOf(scope: Scope, path: string): Iterable<FoundNode> {
  for (const definition of (scope.pipeline as PipelineGraph).wiring.definitions) {
    const here = `${path} > ${labelOf(definition)}`;
    if (definition.kind === 'pipeline') yield* nodesOf(scope.nested(definition), here);
    else {
      const names = [...new Set([labelOf(definition), definition.name, ...definition.outputs.map(({ name }) => name)])];
      yield { path: here, names, definition, cache: scope.cache };
    }
  }
}
