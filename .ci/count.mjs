// Adds up what `.ci/run` left in a folder and prints the closing line.
//
// checks.tsv has one line per check, *.json is a report of vitest, *.exit how the run that writes it ended. In CI a skipped test is a
// failed one: nobody looks at what did not run.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const folder = process.argv[2];
let passed = 0;
const failures = [];

for (const file of readdirSync(folder).toSorted()) {
  const text = () => readFileSync(join(folder, file), 'utf8');
  if (file === 'checks.tsv') countChecks(text());
  else if (file.endsWith('.exit')) countSuites(file.replace(/\.exit$/, ''), text().trim());
}

for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;

function countChecks(text) {
  for (const line of text.split('\n').filter(Boolean)) {
    const [status, name] = line.split('\t');
    if (status === 'passed') passed += 1;
    else failures.push(name);
  }
}

function countSuites(name, exitStatus) {
  let report;
  try {
    report = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  } catch {
    failures.push(`${name}: no report; the run ended early`);
    return;
  }
  const before = failures.length;
  for (const file of report.testResults) countFile(name, file);
  // An unhandled error outside of any test fails the run without failing a test.
  if (exitStatus !== '0' && failures.length === before) {
    failures.push(`${name}: the run failed outside of a test (exit status ${exitStatus})`);
  }
}

function countFile(name, file) {
  const path = relative(process.cwd(), file.name);
  let failedHere = 0;
  for (const test of file.assertionResults) {
    if (test.status === 'passed') passed += 1;
    else {
      failedHere += 1;
      const how = test.status === 'failed' ? '' : ` (${test.status})`;
      failures.push(`${name}: ${path}: ${test.fullName}${how}`);
    }
  }
  if (file.status === 'failed' && failedHere === 0)
    failures.push(`${name}: ${path}: ${file.message || 'did not load'}`);
}
