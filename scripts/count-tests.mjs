// Adds up the test reports (vitest's JSON) in a folder and prints "N passed, N failed"; fails on a failed test and when
// a report holds no passed test at all, because a runner that found nothing to run proves nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const reports = readdirSync(folder).filter((file) => file.endsWith('.json'));
let passed = 0;
let failed = 0;
let skipped = 0;
for (const file of reports) {
  const report = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  if (report.numPassedTests === 0) {
    console.error(`${file}: no test passed`);
    process.exitCode = 1;
  }
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests + report.numTodoTests;
}
if (reports.length === 0) {
  console.error(`${folder}: no test report`);
  process.exitCode = 1;
}
if (failed > 0) process.exitCode = 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
