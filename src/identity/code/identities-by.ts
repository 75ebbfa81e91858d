import { types } from 'node:util';
import { definitionOf } from '../../graph/index.ts';
import type { EncodingOptions } from '../encoder.ts';
import { Unidentified } from '../unidentified.ts';
import { schemaDefinition } from './schema-definition.ts';

/** Functions, and objects that are not what they hold, by a number each. */
export function identitiesBy(number: (part: object) => string): EncodingOptions {
  const ofObject = (value: object): string | undefined => {
    if (types.isProxy(value)) throw new Unidentified(value, 'a Proxy, whose handler may answer anything');
    return definitionOf(value) || schemaDefinition(value) ? number(value) : undefined;
  };
  return { ofFunction: number, ofObject };
}

/** Functions have an identity, whatever it is. */
export const ANYTHING = identitiesBy(() => '');
