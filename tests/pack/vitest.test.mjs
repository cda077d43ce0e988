// The main entry and the testing kit in the environments that applications run their own tests in.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Consumer } from './support/consumer.mjs';

const facts = [
  'the main entry outlives a restart, and listens to the page',
  'responses and promises of another realm are as good',
  'the testing kit outlives a restart',
];

test('vitest', async (t) => {
  const consumer = await Consumer.create(t, 'vitest');

  // The environment, and what it calls itself.
  for (const [environment, name] of [['jsdom', 'jsdom'], ['happy-dom', 'HappyDOM']]) {
    await t.test(environment, async () => {
      await consumer.run('vitest', 'run', '--environment', environment, '--reporter=json', '--outputFile=report.json');
      const { testResults } = JSON.parse(readFileSync(consumer.path('report.json'), 'utf8'));
      const passed = testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === 'passed');
      assert.deepEqual(passed.map(({ fullName }) => fullName), facts.map((fact) => `in ${name} ${fact}`));
    });
  }
});
