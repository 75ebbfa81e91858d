// One pipeline over many inputs.
import { node, Pipeline } from 'hypernodes';

const expensiveComputation = node('result', ({ x }: { x: number }) => x ** 2);
const pipeline = new Pipeline({ nodes: [expensiveComputation] });

const inputs = Array.from({ length: 100 }, (_, x) => x);
const results = await pipeline.map({ x: inputs }, { over: 'x' });

console.log(`Computed ${results.length} results`);
console.log(`Sum: ${results.column('result').reduce((sum, result) => sum + result, 0)}`);
